"""The quadruped in lives as Najarro and Risi had them: a burn-in first, and nothing ends them within 200 ticks."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.quadruped import born, has_fallen, quadruped_task, terms, touching
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation

_BURN_IN = 40  # ticks
_IGNORED = 200  # ticks, in which nothing ends a life
_BACKWARDS = 30  # ticks in a row that may have less than no reward


def reset(noise: Noise) -> tuple[Array, Array, Array]:
    """Return a birth, and a memory of four feet in the air, of ticks, and of those in a row that went back."""
    qpos, qvel = born(noise)
    return qpos, qvel, np.zeros(6)


def outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    """Return the terms of `quadruped`, whether the published evaluation stops, and the memory."""
    found = terms(before, simulation, action, period)
    tick, counts = memory[4], memory[4] > _IGNORED
    backwards = (memory[5] + 1.0) * (counts & (found[0] < 0.0))
    over = counts & (has_fallen(simulation.qpos) | (backwards > _BACKWARDS))
    return found, over, np.concatenate((touching(before), np.array((tick + 1.0, backwards))))


def quadruped_najarro() -> Task:
    """Return `quadruped` in lives as published: 40 ticks without action first, and what ends them counts after 201.

    Besides a fall that is 31 ticks in a row of which each goes back. A published life has 1,000 ticks with the burn-in,
    and sees at its first tick what was there before that; these lives see what there is.

    Source: Najarro and Risi, NeurIPS 2020, and its published code.
    """
    return quadruped_task(
        name="quadruped_najarro",
        reset=reset,
        outcome=outcome,
        memory_size=6,
        settle=_BURN_IN,
        length=1000 - _BURN_IN,
        termination="after 201 ticks, as `quadruped`, or because the last 31 ticks all went back",
    )
