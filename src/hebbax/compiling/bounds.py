"""How large a number of a life may become."""

from __future__ import annotations

from hebbax.compiling.compiler import kernel

BOUND = 1e6
"""A life whose actions, positions (m, rad) or velocities (m/s, rad/s) pass this has diverged."""

MOST_CONTROL = 1e10
"""A life whose controls pass this has diverged: MuJoCo takes them for none, and goes on with zeros."""

MOST_SQUARES = 1e200
"""A life whose observations have larger sums of squares than this has diverged: those of a population would be none."""


@kernel
def bounded(values):
    """Whether all values are finite and at most BOUND in size; written so that NaN is not."""
    for value in values:
        if not abs(value) <= BOUND:
            return False
    return True


@kernel
def steers(control):
    """Whether all controls are numbers that a world takes; written so that NaN is not."""
    for value in control:
        if not abs(value) <= MOST_CONTROL:
            return False
    return True
