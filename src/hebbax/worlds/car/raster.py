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
def _add_span(d, layer, x0, y0, x1, y1, ink):
    """Add an edge within the rows of the image, from x0 < x1."""
    slope = (y1 - y0) / (x1 - x0)
    if x0 < ZERO:
        y0 -= x0 * slope
        x0 = ZERO
    x1 = min(x1, F(d.shape[2]))
    if x0 >= x1:
        return
    left, y = x0, y0
    for column in range(int(x0), math.ceil(x1)):
        right = min(F(column + 1), x1)
        width = right - left
        following = y + slope * width
        low, high = max(min(y, following), ZERO), max(max(y, following), ZERO)
        row = int(low)
        if high <= F(row + 1):
            below = HALF * (low + high) - F(row)
            _put(d, layer, row, column, width * (ONE - below), ink)
            _put(d, layer, row + 1, column, width * below, ink)
        else:
            _cross_rows(d, layer, column, width, low, high, ink)
        left, y = right, following


@kernel
def _within(x0, y0, x1, y1, y):
    """Return where an edge crosses a row's border, held between its ends."""
    return min(max(x0 + (y - y0) * ((x1 - x0) / (y1 - y0)), x0), x1)


@kernel
def add_edge(d, layer, x0, y0, x1, y1, ink):
    """Add an edge of a polygon, in pixels; one that runs to the left counts negatively.

    What lies above the image covers all rows below it, and counts at its border; what lies below it does not count.
    """
    if x0 == x1:
        return
    if x0 > x1:
        x0, y0, x1, y1 = x1, y1, x0, y0
        ink = (-ink[0], -ink[1], -ink[2])
    bottom = F(d.shape[1] - 2)
    if x1 <= ZERO or x0 >= F(d.shape[2]) or (y0 >= bottom and y1 >= bottom):
        return
    if y0 <= ZERO and y1 <= ZERO:
        _add_span(d, layer, x0, ZERO, x1, ZERO, ink)
        return
    if y0 < ZERO or y0 > bottom:
        border = ZERO if y0 < ZERO else bottom
        x = _within(x0, y0, x1, y1, border)
        if border == ZERO and x > x0:
            _add_span(d, layer, x0, ZERO, x, ZERO, ink)
        x0, y0 = x, border
    if y1 < ZERO or y1 > bottom:
        border = ZERO if y1 < ZERO else bottom
        x = _within(x0, y0, x1, y1, border)
        if border == ZERO and x1 > x:
            _add_span(d, layer, x, ZERO, x1, ZERO, ink)
        x1, y1 = x, border
    if x1 > x0:
        _add_span(d, layer, x0, y0, x1, y1, ink)


@kernel
def add_polygon(d, layer, corners, count, ink):
    """Add the edges of a polygon, of which `corners` [.., 2] has the corners in pixels, float32."""
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
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
    add_polygon(d, LIGHT, corners, count, (sign, ZERO, ZERO))
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
