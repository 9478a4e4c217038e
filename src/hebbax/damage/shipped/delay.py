"""What comes late, as a kind of damage: a line of what was, as long as the delay."""

from __future__ import annotations

import numpy as np

MOST_TICKS_LATE = 1000.0
"""Ticks that something can be late: each is a copy of what is late, in every life."""


def line_up(values, value):
    """Return the line at the onset: what is there then, for each tick of the delay, to the nearest whole tick."""
    size, ticks = values.shape[0], int(np.floor(value + 0.5))
    line = np.empty(size * ticks)
    for k in range(size * ticks):
        line[k] = values[k % size]
    return line


def delay(values, value, state, noise):
    """Return the front of the line, and the line with the values at its end."""
    size = values.shape[0]
    if state.shape[0] == 0:
        return values, state
    line = np.concatenate((state, values))
    return line[:size], line[size:]
