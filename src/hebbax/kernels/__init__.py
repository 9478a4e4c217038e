"""The policy step compiled for the CPU. The JAX policy is its reference."""
