"""Runs compared: curves, statistics over seeds, tables and figures."""
