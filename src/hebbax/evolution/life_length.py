"""How long lives of training are: a rule that lengthens them when evolution has no more use for shorter ones.

Short lives cost less, and early on they tell genomes apart as well as long ones do. But what is learnt from them alone
need not last: a hopper that evolves on 300 ticks falls at tick 310. So lives begin short, and grow by half as soon as
one of four things is seen, each without a number to be tuned to a task:

- **Most lives come near their last tick, though some fall.** The median life lasts two thirds of the length. Waiting
  until most reach the end would not do: where the end is in sight, evolution learns to dive at it, so that most fall
  just before. An end that none is near costs nothing, as lives end by falling.
- **Most genomes are not told apart**, because their fitness is the same. Ranks among equals are chance.
- **Fitness per tick has stopped rising.** Of all pairs among the last generations, the later one is not the higher one
  more often than the lower one (the sign of Kendall's τ, after Mann 1945). Where there is no trend, that is seen within
  few generations; where there is one, hardly ever, however slow it is compared to what is left to learn.
- **What is learnt does not last.** The mean genome, without the noise of its samples, earns less per tick of a full
  life than its population does over the present length, by more than chance. Of bodies most of which fall early this
  says nothing: they would in longer lives too.

Each errs on the side of growing, which only costs time: a full life is what evaluations judge by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

WINDOW = 30
"""Generations whose trend counts. Among 10, what Adam's first moment remembers, chance hides a slow rise:
HalfCheetah's lives then grew before they had to (docs/training-lives.md)."""

_GROWTH = 1.5  # small enough that the next length is still like the last, large enough to get to any in few steps
_FIRST = 0.2  # of a full life
_STANDARD_ERRORS = 2.0


@dataclass(frozen=True)
class LifeLength:
    """How long lives of training are, and what their growth depends on."""

    ticks: int
    fitness: tuple[float, ...] = ()  # means per tick of the last generations of this length, WINDOW at most
    falls: bool = False  # whether any life has ended by a termination so far

    def lengthened(self, full: int) -> LifeLength:
        """Return the next length, which begins without a past."""
        return LifeLength(min(math.ceil(_GROWTH * self.ticks), full), (), self.falls)


@dataclass(frozen=True)
class Outcome:
    """What a generation's lives say about their length."""

    fitness: np.ndarray  # [population]
    lasted: float  # share of their length that the median life lasted
    terminated: bool  # whether any ended by a termination
    full_fitness: np.ndarray | None = None  # [lives] of the mean genome over full lives, where evaluated; not empty


def first_length(full: int) -> LifeLength:
    """Return the length that lives begin with, a fifth of a full life."""
    return LifeLength(max(math.ceil(_FIRST * full), 1))


def next_length(length: LifeLength, outcome: Outcome, full: int) -> LifeLength:
    """Return the length of the next generation's lives, at most the `full` one."""
    per_tick = outcome.fitness / length.ticks
    falls = length.falls or outcome.terminated
    known = replace(length, fitness=(*length.fitness, float(per_tick.mean()))[-WINDOW:], falls=falls)
    if length.ticks >= full:
        return replace(known, ticks=full, fitness=())
    most_last = outcome.lasted * _GROWTH > 1  # so in the next length they would not
    grow = (
        (falls and most_last)
        or len(np.unique(outcome.fitness)) < 0.5 * len(outcome.fitness)
        or (len(known.fitness) == WINDOW and not rises(known.fitness))
        or (most_last and outcome.full_fitness is not None and _below(outcome.full_fitness / full, per_tick))
    )
    return known.lengthened(full) if grow else known


def rises(values: tuple[float, ...]) -> bool:
    """Return whether among all pairs of a sequence the later value is higher more often than lower.

    >>> rises((1.0, 3.0, 2.0)), rises((3.0, 1.0, 2.0))
    (True, False)
    """
    array = np.asarray(values)
    return bool(np.sign(array[None, :] - array[:, None])[np.triu_indices(len(array), 1)].sum() > 0)


def _below(some: np.ndarray, others: np.ndarray) -> bool:
    """Return whether the mean of some values is below that of others by more than their standard errors explain."""
    error = math.hypot(*(float(values.std()) / math.sqrt(len(values)) for values in (some, others)))
    return bool(some.mean() < others.mean() - _STANDARD_ERRORS * error)
