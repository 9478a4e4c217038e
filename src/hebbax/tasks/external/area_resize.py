"""Images of an environment made smaller by area, for networks that were evolved on smaller ones."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from hebbax.errors import HebbaxError, check_whole
from hebbax.tasks.external.spaces import shape_of_image


def area_shares(before: int, after: int) -> np.ndarray:
    """Return which share of each new pixel every old one is, float64 [after, before]; rows add up to 1.

    >>> area_shares(3, 2).round(3).tolist()
    [[0.667, 0.333, 0.0], [0.0, 0.333, 0.667]]
    """
    edges = np.arange(after + 1) * before / after
    low, high = np.maximum(edges[:-1, None], np.arange(before)), np.minimum(edges[1:, None], np.arange(1, before + 1))
    return np.maximum(high - low, 0.0) * after / before


class AreaResize(gymnasium.ObservationWrapper):
    """An environment whose images are smaller: each pixel the mean of what it covers, as OpenCV's INTER_AREA has it.

    Raises HebbaxError for an environment that observes no image of bytes, and for a size that is none or larger.
    """

    def __init__(self, env: gymnasium.Env[Any, Any], height: int, width: int) -> None:
        space = getattr(env, "observation_space", None)
        if not isinstance(env, gymnasium.Env) or (shape := shape_of_image(space)) is None:
            raise HebbaxError(f"env={env} observes {space}: expected an environment with images of uint8, colours last")
        super().__init__(env)
        check_whole("height", height, 1, shape[0])
        check_whole("width", width, 1, shape[1])
        self._rows, self._columns = area_shares(shape[0], height), area_shares(shape[1], width)
        self._shape = shape
        self.observation_space = spaces.Box(0, 255, (height, width, shape[2]), np.uint8)

    def observation(self, observation: Any) -> np.ndarray:
        """Return an image [height, width, colours] of the new size."""
        colours = np.asarray(observation, np.float64).reshape(self._shape).transpose(2, 0, 1)
        smaller = self._rows @ colours @ self._columns.T
        return np.rint(smaller.transpose(1, 2, 0)).astype(np.uint8)
