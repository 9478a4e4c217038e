"""How large a number of a life may become."""

from __future__ import annotations

from hebbax.compiling.compiler import kernel

BOUND = 1e6
"""A life whose actions, positions (m, rad) or velocities (m/s, rad/s) pass this has diverged."""


@kernel
def bounded(values):
    """Whether all values are finite and at most BOUND in size; written so that NaN is not."""
    for value in values:
        if not abs(value) <= BOUND:
            return False
    return True
