"""What simulates: one folder a world."""
