"""Runs on disk: training, checkpoints, the run folder, evaluation, sweeps."""
