"""A robot as lines on a plane, as a web page draws it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Thick lines with round ends and boxes, one per geom, projected on a plane; all in m."""

    view: str  # side, top or oblique
    projection: np.ndarray  # float64 [2, 3], from the world to right and up on the plane
    ends: np.ndarray  # float32 [frames, lines, 2, 2]: of both ends, right and up; of a box, the middles of two faces
    radii: np.ndarray  # float64 [lines]; of a box half its second longest edge
    boxes: np.ndarray  # int64 [boxes]: which lines are boxes
    sides: np.ndarray  # float32 [frames, boxes, 2, 2]: half of the two edges of a box that are not along its line
    limbs: np.ndarray  # int64 [lines]: -1 the world and what is in it, 0 the root body, then one number per limb
    root: np.ndarray  # float32 [frames, 3]: where the root body is in the world
    floor: float | None  # height of the floor, None without one
