"""A robot and a goal, one file each."""
