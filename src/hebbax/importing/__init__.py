"""Controllers that other code has evolved, as runs of hebbax."""
