"""The part of a life that its motion is measured in: after the transient, and without a birth in the middle."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from hebbax.types import Record

FEWEST_STEPS = 40
"""Rows between two births below which there is no gait."""


def late_stretch(record: Record) -> slice:
    """Return the longest part of the second half of a life without a birth in its middle."""
    return longest_stretch(record, len(record.rewards) // 2, len(record.rewards))


def longest_stretch(record: Record, begin: int, end: int) -> slice:
    """Return the longest part of a life from `begin` to `end` in which the body is born at most once, at its start."""
    births = [begin + 1 + int(tick) for tick in np.flatnonzero(record.terminated[begin:end])]
    ends = [begin, *births, end]
    return max((slice(begin, end) for begin, end in pairwise(ends)), key=lambda rows: rows.stop - rows.start)
