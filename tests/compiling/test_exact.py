"""Kernels whose arithmetic is IEEE's in its own order, also within callers whose is not."""

from __future__ import annotations

from hebbax.compiling.compiler import compiled, exact, kernel
from hebbax.engines.fingerprint import fingerprint_of


def lost(a, b):
    """Return what is left of b once it was added to a: with a regrouped sum all of it."""
    return (a + b) - a


def test_sums_are_not_regrouped_within_a_caller_that_may():
    strict, loose = exact(lost), kernel(lost)
    both = compiled(lambda a, b: (strict(a, b), loose(a, b)))
    assert both(1e16, 1.0) == (strict(1e16, 1.0), loose(1e16, 1.0)) == (0.0, 1.0)


def test_the_flags_of_a_function_are_part_of_what_a_life_is_known_by():
    assert fingerprint_of(exact(lost)) == fingerprint_of(exact(lost))
    assert fingerprint_of(exact(lost)) != fingerprint_of(kernel(lost))
    assert fingerprint_of(compiled(lost)) != fingerprint_of(kernel(lost))
