"""What a task observes and takes, as spaces of Gymnasium."""

from __future__ import annotations

import numpy as np
from gymnasium.spaces import Box

from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.observed_picture import observed_pictures

WIDEST = 5.0
"""How far an action reaches that has no limits of its own: tasks squash those, and learners want limits."""


def observation_space(task: AnyTask) -> Box:
    """Return the space of what a task observes: bytes of a picture, to the nearest, else float64 as it is computed."""
    if _observes_bytes(task):
        return Box(0, 255, task.observation_shape, np.uint8)
    return Box(-np.inf, np.inf, task.observation_shape or (task.observation_size,), np.float64)


def action_space(task: AnyTask) -> Box:
    """Return the space of a task's actions, float32, which is what policies compute: its groups' limits, or ±WIDEST."""
    low, high = (
        np.concatenate([group.each(side, none) for group in task.action])
        for side, none in (("low", -WIDEST), ("high", WIDEST))
    )
    return Box(low.astype(np.float32), high.astype(np.float32), dtype=np.float32)


def as_observed(task: AnyTask, observations: np.ndarray) -> np.ndarray:
    """Return observations float64 [lives, observations] as elements of the space, one a row, that nobody else holds."""
    if _observes_bytes(task):
        pictures = observed_pictures(task, observations)
        assert pictures is not None
        return pictures
    return observations.reshape(len(observations), *(task.observation_shape or (task.observation_size,))).copy()


def _observes_bytes(task: AnyTask) -> bool:
    return task.image is not None and observed_pictures(task, np.zeros((0, task.observation_size))) is not None
