"""What the arrays of a life are of: layers, time, and the parts of the body that its gait is measured from.

Nothing here needs a simulator, so that processes which only compute need not load one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hebbax.types import Record


@dataclass(frozen=True, eq=False)
class Body:
    """Where a record's columns tell of the way forward, the driven joints and what can touch the ground."""

    forward: int | None  # column of qpos along the world's x, or none for a body that cannot go there
    joints: np.ndarray  # int64 [driven], columns of qpos
    joint_speeds: np.ndarray  # int64 [driven], columns of qvel
    torques: np.ndarray  # int64 [driven], columns of torques
    names: tuple[str, ...]  # of the bodies, in the order of the columns of contacts; the first is the world
    mass: float  # kg, of all bodies
    whole_effort: bool = True  # whether `torques` are of all actuators, so that work can be told from them


@dataclass(frozen=True, eq=False)
class Frame:
    """What all lives of one controller share."""

    layers: tuple[str, ...]  # names, as the network calls its connections; none for weights that do not change
    layer_shapes: tuple[tuple[int, int], ...]
    control_period: float  # s, a tick
    every: int  # ticks from one row of the arrays to the next
    body: Body | None  # none for the body of another package's environment
    bounded: bool | None = None  # whether a normalisation bounds the weights; none where that is to be seen from them

    @property
    def row_period(self) -> float:
        """Seconds from one row to the next."""
        return self.control_period * self.every

    @property
    def plastic(self) -> bool:
        """Whether there are weights that change."""
        return bool(self.layers)


@dataclass(frozen=True, eq=False)
class Life:
    """One life to look at."""

    number: int
    record: Record
    total_return: float
    length: int  # ticks
    end: str  # reached, terminated, diverged or stopped
    terminations: int
