"""Shipped controllers on one page: how each moves, what its weights do, and what it keeps when it is broken."""
