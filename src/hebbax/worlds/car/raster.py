"""Polygons drawn by the exact share of each pixel's area that they cover.

Gymnasium draws at 1000 × 800 and shrinks by area averaging, so a pixel of what it returns is the mean of the colours
that lie in it, by their areas. An edge of a polygon adds what it changes to a *difference image*: in the row where it
lies, and in the one below. The running sum down the rows is the picture. Coverages of polygons side by side add up.
"""

from __future__ import annotations

import math

import numpy as np

from hebbax.compiling.compiler import kernel

F = np.float32
ZERO, HALF, ONE = F(0.0), F(0.5), F(1.0)

COVER, RED, REST, LIGHT, FIELD, LAYERS = range(6)
"""Layers of a difference image, float32 [LAYERS, height + 2, width]: the share of a pixel that road and kerbs cover,
their red, their green and blue, which are alike; light grass; the field, which ends at the edge of the world."""


@kernel
def _put(d, layer, row, column, share, ink):
    """Add a share of a column to a row; `ink` is what COVER, RED and REST get of it, or the one layer."""
    d[layer, row, column] += ink[0] * share
    if layer == COVER:
        d[RED, row, column] += ink[1] * share
        d[REST, row, column] += ink[2] * share


@kernel
def _cross_rows(d, layer, column, width, low, high, ink):
    """Add the part of an edge that crosses several rows within a column: a trapezium in each."""
    slope = width / (high - low)  # columns a row
    reached, at, before = ZERO, low, ZERO
    end = math.ceil(high)
    for row in range(int(low), end):
        stop = min(F(row + 1), high)
        part = stop - at
        further = reached + part * slope
        inside = HALF * (reached + further) * part + further * (F(row + 1) - stop)
        _put(d, layer, row, column, inside - before, ink)
        reached, at, before = further, stop, inside
    _put(d, layer, end, column, width - before, ink)


@kernel
def _add_column(d, layer, column, width, low, high, ink):
    """Add the part of an edge within a column: what is above the image counts in its first row, what is below not."""
    bottom = F(d.shape[1] - 2)
    if low < ZERO:
        above = width if high <= ZERO else width * (-low / (high - low))
        _put(d, layer, 0, column, above, ink)
        width -= above
        low, high = ZERO, max(high, ZERO)
    if high > bottom:
        if low >= bottom:
            return
        width *= (bottom - low) / (high - low)
        high = bottom
    row = int(low)
    if high <= F(row + 1):
        below = HALF * (low + high) - F(row)
        _put(d, layer, row, column, width * (ONE - below), ink)
        _put(d, layer, row + 1, column, width * below, ink)
    else:
        _cross_rows(d, layer, column, width, low, high, ink)


@kernel
def add_edge(d, layer, x0, y0, x1, y1, ink):
    """Add an edge of a polygon, in pixels; one that runs to the left counts negatively."""
    if x0 == x1:
        return
    if x0 > x1:
        x0, y0, x1, y1 = x1, y1, x0, y0
        ink = (-ink[0], -ink[1], -ink[2])
    right = F(d.shape[2])
    if x1 <= ZERO or x0 >= right or min(y0, y1) >= F(d.shape[1] - 2):
        return
    slope = (y1 - y0) / (x1 - x0)
    left, y = max(x0, ZERO), y0 + (max(x0, ZERO) - x0) * slope
    right = min(x1, right)
    for column in range(int(left), math.ceil(right)):
        stop = min(F(column + 1), right)
        width = stop - left
        following = y + slope * width
        _add_column(d, layer, column, width, min(y, following), max(y, following), ink)
        left, y = stop, following


@kernel
def add_polygon(d, layer, corners, first, count, ink):
    """Add the edges of a polygon, whose corners are rows of `corners` [.., 2] from `first` on, in pixels, float32."""
    for i in range(first, first + count):
        j = i + 1 if i + 1 < first + count else first
        add_edge(d, layer, corners[i, 0], corners[i, 1], corners[j, 0], corners[j, 1], ink)


@kernel
def _blend(image, row, column, share, colour):
    for c in range(3):
        image[c, row, column] += share * (colour[c] - image[c, row, column])


@kernel
def lay_polygon(image, d, corners, count, colour):
    """Lay a convex polygon over the image float32 [3, height, width], by way of the layer LIGHT, which is zero."""
    left = right = corners[0, 0]
    top = bottom = corners[0, 1]
    area = ZERO
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
        left, right = min(left, corners[i, 0]), max(right, corners[i, 0])
        top, bottom = min(top, corners[i, 1]), max(bottom, corners[i, 1])
        area += corners[i, 0] * corners[j, 1] - corners[j, 0] * corners[i, 1]
    height, width = image.shape[1], image.shape[2]
    if right <= ZERO or bottom <= ZERO or left >= F(width) or top >= F(height):
        return
    sign = ONE if area > ZERO else -ONE
    add_polygon(d, LIGHT, corners, 0, count, (sign, ZERO, ZERO))
    first, last = max(int(top), 0), min(int(bottom) + 1, height)
    for column in range(max(int(left), 0), min(int(right) + 1, width)):
        total = ZERO
        for row in range(first, last + 1):
            total += d[LIGHT, row, column]
            d[LIGHT, row, column] = ZERO
            if row < last:
                _blend(image, row, column, min(max(total, ZERO), ONE), colour)


@kernel
def lay_rectangle(image, x0, y0, x1, y1, colour):
    """Lay an upright rectangle, in pixels, over the image; its corners may come in any order."""
    x0, x1 = max(min(x0, x1), 0.0), min(max(x0, x1), float(image.shape[2]))
    y0, y1 = max(min(y0, y1), 0.0), min(max(y0, y1), float(image.shape[1]))
    for row in range(int(y0), math.ceil(y1)):
        high = min(y1, row + 1.0) - max(y0, float(row))
        for column in range(int(x0), math.ceil(x1)):
            wide = min(x1, column + 1.0) - max(x0, float(column))
            _blend(image, row, column, F(high * wide), colour)
