"""Forward passes, in pure JAX: the reference of every compiled step."""
