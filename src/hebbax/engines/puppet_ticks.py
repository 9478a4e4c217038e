"""What a tick comes to for lives whose actions come from outside, compiled.

A dozen calls of NumPy would cost half as much as the physics of one body.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from hebbax.compiling.bounds import BOUND
from hebbax.engines.life_cache import kept
from hebbax.types import MOST_RETURN


class TickFunctions(NamedTuple):
    """Compiled functions over all lives; each writes to the arrays that it names last.

    - `check(living, actions, going)` says which of the living have actions within bounds.
    - `credit(living, lost, going, rewards, done, returns, ticks)` counts the rewards of those whose body is not lost.
    - `finish(living, seen, going, done, restarts, length, ticks, observations, ends, over)` takes up what they see;
      `ends` [3, lives] are terminated, truncated and diverged.
    """

    check: Any
    credit: Any
    finish: Any


@cache
def tick_functions() -> TickFunctions:
    """Return the functions, compiled once and kept on disk."""
    return TickFunctions(kept(_check), kept(_credit), kept(_finish))


def _check(living, actions, going):
    for i in range(living.shape[0]):
        going[i] = living[i]
        for j in range(actions.shape[1]):
            if not abs(actions[i, j]) <= BOUND:  # a comparison with NaN is false
                going[i] = False


def _credit(living, lost, going, rewards, done, returns, ticks):
    for i in range(living.shape[0]):
        if going[i] and (lost[i] or not np.isfinite(rewards[i])):
            going[i] = False
        if going[i]:
            returns[i] += rewards[i]
            going[i] = abs(returns[i]) <= MOST_RETURN
        else:
            rewards[i] = 0.0
        done[i] = done[i] and going[i]
        ticks[i] += living[i]


def _finish(living, seen, going, done, restarts, length, ticks, observations, ends, over):
    for i in range(living.shape[0]):
        ends[:, i] = False
        if not living[i]:
            continue
        for j in range(seen.shape[1]):
            if not np.isfinite(seen[i, j]):
                going[i] = False
        if going[i]:
            observations[i] = seen[i]
        else:
            ends[2, i] = True
        ends[0, i] = not going[i] or (done[i] and not restarts)
        ends[1, i] = not ends[0, i] and ticks[i] >= length
        over[i] = ends[0, i] or ends[1, i]
