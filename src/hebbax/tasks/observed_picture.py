"""What a task observes, as a picture to look at, where it observes one."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.external.task import AnyTask


def observed_pictures(task: AnyTask, observations: np.ndarray) -> np.ndarray | None:
    """Return observations [n, observations], before normalisation, as uint8 [n, height, width, 3].

    None for a task that observes no picture of three colours between limits. What a damage has put beyond these is
    shown as the limit.
    """
    shape = task.observation_shape
    if shape is None or len(shape) != 3 or shape[2] != 3:
        return None
    low = np.concatenate([group.each("low", np.nan) for group in task.observation])
    high = np.concatenate([group.each("high", np.nan) for group in task.observation])
    if not np.isfinite(high - low).all():
        return None
    shares = np.nan_to_num(np.clip((observations - low) / (high - low), 0.0, 1.0))
    return np.round(255.0 * shares).astype(np.uint8).reshape(len(observations), *shape)
