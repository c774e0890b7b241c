"""The newsroom: pages for those who publish."""
