"""Where a robot stands, and what its drives can: what a world tells for the reality check of its lives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Ground:
    """The geoms of a robot over the planes that it walks on, at the start of every tick; each over the nearest."""

    names: tuple[str, ...]  # of the geoms, or of their bodies
    bodies: np.ndarray  # int64 [geoms], columns of contacts
    may_touch: np.ndarray  # bool [geoms]: whether the plane stops it
    heights: np.ndarray  # float64 [ticks, geoms], m, of its lowest point over the plane; below 0 it is under it
    speeds: np.ndarray  # float64 [ticks, geoms], m/s, of that point of it, along the plane
    touching: np.ndarray  # bool [ticks, geoms]: whether it is so low that the plane holds it
    centre: np.ndarray  # float64 [ticks], m, of the centre of mass over the plane

    def rows(self, index: slice) -> Ground:
        """Return some ticks."""
        cut = (array[index] for array in (self.heights, self.speeds, self.touching, self.centre))
        return Ground(self.names, self.bodies, self.may_touch, *cut)


@dataclass(frozen=True, eq=False)
class Limits:
    """What the drives of a robot can at most, in the order of `Body.joints`."""

    joints: tuple[str, ...]  # names
    units: tuple[str, ...]  # of their speeds: rad/s or m/s
    torques: np.ndarray  # float64 [driven, 2], lowest and highest, N·m or N; infinite where none is stated
    speeds: np.ndarray  # float64 [driven], of either direction; infinite where none is stated
