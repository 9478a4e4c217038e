"""Films of lives, each drawn in a process of its own."""
