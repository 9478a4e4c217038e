"""A picture of 96 × 96 made smaller, to 84 × 84, by area: as OpenCV's INTER_AREA does."""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import kernel

FULL_SIZE, SIZE = 96, 84
"""Pixels across and down; eight become seven, each of two neighbours, by 7 - k and k + 1 eighths."""

WIDE, NARROW = FULL_SIZE + 1, SIZE + 1
"""Room for a row; of an eighth pixel, which the next seven write over, nothing is left."""

_EIGHTH = np.float32(1 / 8)


@kernel
def _mix(left, right, k):
    return (np.float32(7 - k) * left + np.float32(k + 1) * right) * _EIGHTH


@kernel
def _narrow(row, at, narrow, to):
    """Write seven pixels, and an eighth, of eight: all are read before the first is written, so it is one vector."""
    a, b, c, d, e = row[at], row[at + 1], row[at + 2], row[at + 3], row[at + 4]
    f, g, h, i = row[at + 5], row[at + 6], row[at + 7], row[at + 8]
    narrow[to] = _mix(a, b, 0)
    narrow[to + 1] = _mix(b, c, 1)
    narrow[to + 2] = _mix(c, d, 2)
    narrow[to + 3] = _mix(d, e, 3)
    narrow[to + 4] = _mix(e, f, 4)
    narrow[to + 5] = _mix(f, g, 5)
    narrow[to + 6] = _mix(g, h, 6)
    narrow[to + 7] = _mix(h, i, 7)


@kernel
def shrink(image, row, narrow, out):
    """Write a picture, 0 to 255, as a smaller one, from 0 to 1, in loops that become vector instructions.

    Args:
        image: float32 [3 * 96 * 96], colours first.
        row: room, zeros, float32 [WIDE].
        narrow: room, float32 [3 * NARROW].
        out: float32 [84 * 84 * 3], written, colours last.
    """
    for y in range(SIZE):
        k = y % 7
        upper, lower = np.float32(7 - k) * _EIGHTH, np.float32(k + 1) * _EIGHTH
        for c in range(3):
            at = (c * FULL_SIZE + y // 7 * 8 + k) * FULL_SIZE
            for x in range(FULL_SIZE):
                row[x] = upper * image[at + x] + lower * image[at + FULL_SIZE + x]
            for group in range(SIZE // 7):
                _narrow(row, 8 * group, narrow, c * NARROW + 7 * group)
        at = 3 * SIZE * y
        for x in range(SIZE):
            out[at + 3 * x] = np.float32(narrow[x] / 255.0)
            out[at + 3 * x + 1] = np.float32(narrow[NARROW + x] / 255.0)
            out[at + 3 * x + 2] = np.float32(narrow[2 * NARROW + x] / 255.0)
