"""A picture of 96 × 96 made smaller, to 84 × 84, by area: as OpenCV's INTER_AREA does."""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import kernel

FULL_SIZE, SIZE = 96, 84
"""Pixels across and down; eight become seven, each of two neighbours, by 7 - k and k + 1 eighths."""


@kernel
def shrink(image, row, out):
    """Write a picture [3, 96, 96] as one of [84, 84, 3], float32, colours last; `row` [96] is room."""
    eighth = np.float32(1 / 8)
    for c in range(3):
        for y in range(SIZE):
            k = y % 7
            at = y // 7 * 8 + k
            upper, lower = np.float32(7 - k) * eighth, np.float32(k + 1) * eighth
            for x in range(FULL_SIZE):
                row[x] = upper * image[c, at, x] + lower * image[c, at + 1, x]
            for group in range(SIZE // 7):
                for k in range(7):
                    i = 8 * group + k
                    out[y, 7 * group + k, c] = (np.float32(7 - k) * row[i] + np.float32(k + 1) * row[i + 1]) * eighth
