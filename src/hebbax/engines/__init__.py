"""What runs many lifetimes."""
