"""Pictures and video of a run."""
