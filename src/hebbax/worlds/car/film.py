"""Pictures of the car for films, of the screen's own shape and half its size."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.compiler import outermost
from hebbax.worlds.car.picture import draw_car
from hebbax.worlds.car.raster import LAYERS
from hebbax.worlds.car.screen import SCREEN_HEIGHT, SCREEN_WIDTH


@cache
def _draw() -> Any:
    return outermost(draw_car.py_func)


def picture_of(state: Any, width: int = SCREEN_WIDTH // 2, height: int = SCREEN_HEIGHT // 2) -> np.ndarray:
    """Return what the camera sees, uint8 [height, width, 3]; of 96 × 96 it is Gymnasium's `state_pixels`."""
    image = np.empty((3, height, width), np.float32)
    layers = np.zeros((LAYERS, height + 2, width), np.float32)
    _draw()(image, layers, np.zeros((8, 2), np.float32), np.zeros((4, 2)), state)
    return np.ascontiguousarray(np.clip(image.transpose(1, 2, 0), 0, 255).astype(np.uint8))
