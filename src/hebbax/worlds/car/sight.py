"""What a driver gets to see: the camera's picture of 96 × 96, made smaller by area."""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.types import Array
from hebbax.worlds.car.picture import draw_car
from hebbax.worlds.car.raster import LAYERS
from hebbax.worlds.car.shrink import FULL_SIZE, NARROW, SIZE, WIDE, shrink


@compiled
def see(state: Array) -> Array:
    """Return the picture of a state, float32 [84 * 84 * 3]: rows from the top, red, green and blue from 0 to 1."""
    image = np.empty((3, FULL_SIZE, FULL_SIZE), np.float32)
    layers = np.zeros((LAYERS, FULL_SIZE + 2, FULL_SIZE), np.float32)
    draw_car(image, layers, np.zeros((8, 2), np.float32), np.zeros((4, 2)), state)
    small = np.empty(SIZE * SIZE * 3, np.float32)
    shrink(image.reshape(-1), np.zeros(WIDE, np.float32), np.empty(3 * NARROW, np.float32), small)
    return small
