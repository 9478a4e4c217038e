"""CarRacing from pixels, as Najarro and Risi had it: a car is to drive round a random track by what its camera sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hebbax.tasks.car_racing_state import PATIENCE, end_of, ends_after
from hebbax.tasks.groups import Group
from hebbax.tasks.task import Task
from hebbax.types import Array
from hebbax.worlds.car.shrink import SIZE
from hebbax.worlds.car.sight import see
from hebbax.worlds.car.world import Car, car

_SHAPE = (SIZE, SIZE, 3)


def observe(state: Car, memory: Array) -> Array:
    """Return the picture from 0 to 1, flat: rows from the top, of each its pixels, of each red, green and blue."""
    return see(state)


def actuate(action: Array, state: Car, memory: Array) -> Array:
    """Return the steering, tanh of the first number, and the pedals, sigmoid of the others."""
    steering, pedals = np.tanh(action[:1]), 1.0 / (1.0 + np.exp(-action[1:]))
    return np.concatenate((steering, pedals))


def car_racing(patience: float = PATIENCE, seeds: Sequence[int] = ()) -> Task:
    """Return the task: 84 × 84 pixels of three colours, steering and two pedals, 50 Hz, at most 20 s.

    Reward and end are those of `car_racing_state`; `car_racing(np.inf)` stops no life early. Actions are numbers of any
    size, as of a policy with `output_activation=linear`, which becomes what the published one gives. With seeds, lives
    are on Gymnasium's tracks of these.

    Sources: CarRacing-v3 of Gymnasium 1.4.0; Najarro and Risi, NeurIPS 2020, and its published code.
    """
    return Task(
        name="car_racing",
        robot="Car",
        world=car(seeds),
        observation=(Group("pixels", SIZE * SIZE * 3, "share of 255", 0, 1),),
        action=(
            Group("steering", 1, "tanh is the share of 0.4 rad to the right"),
            Group("gas", 1, "sigmoid is the share of full gas"),
            Group("brake", 1, "sigmoid is the share of the brake"),
        ),
        observe=observe,
        actuate=actuate,
        outcome=ends_after(patience),
        compares=(),
        memory_size=1,
        termination=end_of(patience),
        observation_shape=_SHAPE,
    )
