"""What a task observes and takes, as spaces of Gymnasium."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

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


def observer(task: AnyTask) -> Callable[[np.ndarray], np.ndarray]:
    """Return what makes observations float64 [lives, observations], which nobody else holds, elements of the space."""
    if _observes_bytes(task):
        return lambda observations: cast(np.ndarray, observed_pictures(task, observations))
    shape = task.observation_shape
    return lambda observations: observations if shape is None else observations.reshape(len(observations), *shape)


def _observes_bytes(task: AnyTask) -> bool:
    return task.image is not None and observed_pictures(task, np.zeros((0, task.observation_size))) is not None
