"""Whole lives on disk: everything that happened at every tick, in one HDF5 file that any program can read."""
