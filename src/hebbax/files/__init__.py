"""Writing to disk: files that are whole or not there, and places that can be written to."""
