"""Configurations from `key=value` overrides, composed by Hydra. Nothing but the command line uses this."""
