"""The evolution strategies: a table of them, and how each is built."""
