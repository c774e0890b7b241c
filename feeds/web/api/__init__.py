"""The newsroom for programs: `/api/v1`."""
