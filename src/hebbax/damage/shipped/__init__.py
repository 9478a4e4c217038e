"""The kinds of damage that ship with hebbax, by what they are done to."""
