"""A living controller in a browser: watch it walk, and do harm to it."""
