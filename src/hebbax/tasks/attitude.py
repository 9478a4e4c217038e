"""Which way a body that moves freely is turned, from the quaternion in its qpos."""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.types import Array


@compiled
def roll_pitch_yaw(qpos: Array) -> tuple[Array, Array, Array]:
    """Return roll, pitch and yaw of the root, rad: about x, then y, then z of the world."""
    w, x, y, z = qpos[3], qpos[4], qpos[5], qpos[6]
    roll = np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    pitch = np.arcsin(np.minimum(np.maximum(2 * (w * y - z * x), -1.0), 1.0))
    return roll, pitch, np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


@compiled
def upright(qpos: Array) -> Array:
    """Return the cosine of the angle between the root's upward axis and the vertical."""
    return 1 - 2 * (qpos[4] * qpos[4] + qpos[5] * qpos[5])


@compiled
def along_own_axes(qpos: Array, vector: Array) -> Array:
    """Return a vector [3] of the world along the root's axes."""
    w, x, y, z = qpos[3], qpos[4], qpos[5], qpos[6]
    a, b, c = vector[0], vector[1], vector[2]
    return np.array(
        (
            (1 - 2 * (y * y + z * z)) * a + 2 * (x * y + w * z) * b + 2 * (x * z - w * y) * c,
            2 * (x * y - w * z) * a + (1 - 2 * (x * x + z * z)) * b + 2 * (y * z + w * x) * c,
            2 * (x * z + w * y) * a + 2 * (y * z - w * x) * b + (1 - 2 * (x * x + y * y)) * c,
        )
    )
