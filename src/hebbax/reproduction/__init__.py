"""Published experiments, and what came out of them here."""
