"""The demonstration: sample releases, a mail catcher, and a run of the main job."""
