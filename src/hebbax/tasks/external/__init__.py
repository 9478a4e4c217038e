"""Environments of other packages as tasks."""
