"""What lives and runs say: analyses of recorded lives, gaits, and statistics over seeds."""
