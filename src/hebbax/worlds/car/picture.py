"""What the car's camera sees: `state_pixels` of Gymnasium 1.4.0's CarRacing-v3, drawn at the size that is asked for.

Gymnasium draws on a screen of 1000 × 800 in whole pixels, whose polygons are wider than their corners by half a pixel.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.worlds.car.columns import ANGLE, COSINE, PHASE, PX, PY, SINE, TIME, UNTOUCHED
from hebbax.worlds.car.frame import FIELD as FIELD_REACH
from hebbax.worlds.car.panel import draw_panel
from hebbax.worlds.car.raster import (
    COVER,
    FIELD,
    LAYERS,
    LIGHT,
    ONE,
    RED,
    REST,
    ZERO,
    F,
    add_edge,
    add_polygon,
    lay_polygon,
)
from hebbax.worlds.car.screen import BLACK, FULL, LOSS, PANEL_TOP, SCREEN_HEIGHT, SCREEN_WIDTH
from hebbax.worlds.car.shape import HULL_POINTS, HULL_STARTS, WHEEL_HALF_WIDTH, WHEEL_POINTS, WHEEL_RADIUS
from hebbax.worlds.car.track import HALF_WIDTH, KERB_WIDTH, NO_SIDE, SCALE, STEP, X, Y

_WIDER = 0.6  # screen pixels by which filled and outlined polygons reach beyond their corners
_GRASS = FIELD_REACH / 20.0  # m, side of a light square
_PITCH = 2 * _GRASS  # m, from one of them to the next
_ROAD = np.array([102.0, 104.0, 107.0], F) - LOSS  # of every third tile; one that was touched has the first
_GRASS_RED, _GRASS_GREEN, _GRASS_LIGHT = F(102) - LOSS, F(204) - LOSS, F(26)
_HULL, _TYRE = (F(204) - LOSS, ZERO, ZERO), BLACK
_RIM = (F(77) - LOSS, F(77) - LOSS, F(77) - LOSS)
_RIM_WIDTH = 1.2  # rad, of the mark on a wheel that shows how it turns


class Camera(NamedTuple):
    """How places in the world come to the screen, and from there to the image."""

    zoom: float  # screen pixels a metre
    sine: float  # of the camera's angle
    cosine: float
    x: float  # where the world's middle is, screen pixels from the lower left
    y: float
    across: float  # image pixels a screen pixel
    down: float


@kernel
def _camera(body, pose, score, width, height):
    """Return the camera behind the car; in the first second it comes down from where all of the field is seen."""
    time = score[TIME]
    zoom = 0.1 * SCALE * max(1.0 - time, 0.0) + 2.7 * SCALE * min(time, 1.0)
    s, c = math.sin(-body[0, ANGLE]), math.cos(-body[0, ANGLE])
    hx, hy = -pose[0, PX] * zoom, -pose[0, PY] * zoom
    x, y = SCREEN_WIDTH / 2 + (c * hx - s * hy), SCREEN_HEIGHT / 4 + (s * hx + c * hy)
    return Camera(zoom, s, c, x, y, width / SCREEN_WIDTH, height / SCREEN_HEIGHT)


@kernel
def _on_screen(camera, x, y):
    s, c = camera.sine, camera.cosine
    return (c * x - s * y) * camera.zoom + camera.x, (s * x + c * y) * camera.zoom + camera.y


@kernel
def _place(corners, i, camera, x, y):
    """Write a corner, given in screen pixels, which are whole there, in pixels of the image."""
    corners[i, 0] = F((float(int(x)) + 0.5) * camera.across)
    corners[i, 1] = F((SCREEN_HEIGHT - (float(int(y)) + 0.5)) * camera.down)


@kernel
def _square(d, layer, corners, camera, x0, y0, x1, y1):
    """Add an upright rectangle of the world, given in metres."""
    for k in range(4):
        x, y = _on_screen(camera, x1 if k == 1 or k == 2 else x0, y1 if k >= 2 else y0)
        _place(corners, k, camera, x, y)
    add_polygon(d, layer, corners, 0, 4, (-ONE, ZERO, ZERO))


@kernel
def _squares(middle, reach):
    """Return the numbers of the light squares that may be seen along an axis."""
    first, last = math.floor((middle - reach) / _PITCH - 0.5), math.ceil((middle + reach) / _PITCH)
    return range(max(first, -10), min(last, 9) + 1)


@kernel
def _draw_field(d, corners, camera, pose):
    """Add the light squares of grass in view, and the field where its edge is; return whether that is so."""
    up = SCREEN_HEIGHT / 4 / camera.zoom  # the car is a quarter up the screen
    mx, my = pose[0, PX] + camera.sine * up, pose[0, PY] + camera.cosine * up
    reach = math.sqrt((SCREEN_WIDTH / 2) ** 2 + (SCREEN_HEIGHT / 2) ** 2) / camera.zoom
    wider = _WIDER / camera.zoom
    radius = (0.5 * _GRASS * math.sqrt(2.0) + wider) * camera.zoom
    for i in _squares(mx, reach):
        for j in _squares(my, reach):
            x, y = _PITCH * i, _PITCH * j
            px, py = _on_screen(camera, x + 0.5 * _GRASS, y + 0.5 * _GRASS)
            if -radius <= px <= SCREEN_WIDTH + radius and -radius <= py <= SCREEN_HEIGHT + radius:
                _square(d, LIGHT, corners, camera, x - wider, y - wider, x + _GRASS + wider, y + _GRASS + wider)
    ends = abs(mx) + reach > FIELD_REACH or abs(my) + reach > FIELD_REACH
    if ends:
        _square(d, FIELD, corners, camera, -FIELD_REACH, -FIELD_REACH, FIELD_REACH, FIELD_REACH)
    return ends


@kernel
def _place_line(corners, k, camera, track, road, at, side, wider):
    """Write corner `k`: `side` metres to the right of the road's middle at a point, and screen pixels beyond that."""
    side += wider / camera.zoom
    ux, uy = (road[at, 2] - road[at, 0]) / (2 * HALF_WIDTH), (road[at, 3] - road[at, 1]) / (2 * HALF_WIDTH)
    x, y = _on_screen(camera, track[at, X] + side * ux, track[at, Y] + side * uy)
    _place(corners, k, camera, x, y)


@kernel
def _draw_kerb(d, corners, camera, state, i, before):
    """Add the kerb of a tile, from its point back to the one before."""
    kerb = state.kerb[i]
    left, left_wider, right, right_wider = HALF_WIDTH, 0.0, HALF_WIDTH + KERB_WIDTH, _WIDER
    if abs(kerb) >= NO_SIDE:
        left, left_wider, right, right_wider = 0.0, -0.5, 0.0, 0.5
    elif kerb < 0.0:
        left, left_wider, right, right_wider = -right, -_WIDER, -left, 0.0
    _place_line(corners, 4, camera, state.track, state.road, before, left, left_wider)
    _place_line(corners, 5, camera, state.track, state.road, before, right, right_wider)
    _place_line(corners, 6, camera, state.track, state.road, i, right, right_wider)
    _place_line(corners, 7, camera, state.track, state.road, i, left, left_wider)
    rest = FULL if abs(kerb) == 1.0 or abs(kerb) == NO_SIDE else ZERO
    add_polygon(d, COVER, corners, 4, 4, (ONE, FULL, rest))


@kernel
def _add_side(d, corners, k, j, ink):
    add_edge(d, COVER, corners[k, 0], corners[k, 1], corners[j, 0], corners[j, 1], ink)


@kernel
def _draw_road(d, corners, camera, state):
    """Add the tiles and kerbs in view: of neighbours, the line between them only by how their colours differ.

    Corners 0 and 1 are left and right of the line behind a tile, 3 and 2 of the one at its point.
    """
    far = (HALF_WIDTH + KERB_WIDTH + STEP) * camera.zoom + 2
    tiles, cover, colour = int(state.length[0]), ZERO, ZERO  # of the tile before: nothing where it is not in view
    for i in range(tiles):
        px, py = _on_screen(camera, state.track[i, X], state.track[i, Y])
        seen = -far <= px <= SCREEN_WIDTH + far and -far <= py <= SCREEN_HEIGHT + far
        if not seen and cover == ZERO:
            continue
        before = i - 1 if i > 0 else tiles - 1
        if cover == ZERO:
            _place_line(corners, 0, camera, state.track, state.road, before, -HALF_WIDTH, -_WIDER)
            _place_line(corners, 1, camera, state.track, state.road, before, HALF_WIDTH, _WIDER)
        was, had = cover, colour
        cover = ONE if seen else ZERO
        colour = (_ROAD[i % 3] if state.touched[i] == UNTOUCHED else _ROAD[0]) * cover
        if cover != was or colour != had:
            _add_side(d, corners, 0, 1, (cover - was, colour - had, colour - had))
        if seen:
            _place_line(corners, 2, camera, state.track, state.road, i, HALF_WIDTH, _WIDER)
            _place_line(corners, 3, camera, state.track, state.road, i, -HALF_WIDTH, -_WIDER)
            _add_side(d, corners, 1, 2, (ONE, colour, colour))
            _add_side(d, corners, 3, 0, (ONE, colour, colour))
            if state.kerb[i] != 0.0:
                _draw_kerb(d, corners, camera, state, i, before)
            for k in range(2):
                corners[k, 0], corners[k, 1] = corners[3 - k, 0], corners[3 - k, 1]
    if cover != ZERO:
        _add_side(d, corners, 0, 1, (-cover, -colour, -colour))


@kernel
def _sum_down(d, layer, rows):
    """Make sums of the differences in the first rows of a layer."""
    for y in range(1, rows):
        for x in range(d.shape[2]):
            d[layer, y, x] += d[layer, y - 1, x]


@kernel
def _share(d, y):
    """Make of a row's sums the share of grass, in COVER, and what road and kerbs add to the colours."""
    for x in range(d.shape[2]):
        covered = abs(d[COVER, y, x])
        shrink = ONE / max(covered, ONE)  # where tiles overlap
        d[COVER, y, x] = max(ONE - covered, ZERO)
        d[RED, y, x] = abs(d[RED, y, x]) * shrink
        d[REST, y, x] = abs(d[REST, y, x]) * shrink


@kernel
def _colour(image, d, y, channel, grass, light, paint):
    """Write one colour of a row: a loop for each, because of one for all the compiler makes no vector instructions."""
    for x in range(image.shape[2]):
        ground = grass + light * min(abs(d[LIGHT, y, x]), ONE)
        image[channel, y, x] = d[COVER, y, x] * ground + d[paint, y, x]


@kernel
def _end_field(image, d, y):
    """Make black what lies beyond the field, which all road lies within."""
    for x in range(image.shape[2]):
        beyond = d[COVER, y, x] * max(ONE - abs(d[FIELD, y, x]), ZERO)
        image[0, y, x] -= beyond * _GRASS_RED
        image[1, y, x] -= beyond * _GRASS_GREEN
        image[2, y, x] -= beyond * _GRASS_RED


@kernel
def _sum_up(image, d, ends):
    """Write the colours of field, road and kerbs down to the panel, black there, and clear the layer LIGHT."""
    rows = math.ceil(image.shape[1] * PANEL_TOP / SCREEN_HEIGHT)
    layers = LAYERS if ends else FIELD
    for layer in range(layers):
        _sum_down(d, layer, rows)
    for y in range(rows):
        _share(d, y)
        _colour(image, d, y, 0, _GRASS_RED, ZERO, RED)
        _colour(image, d, y, 1, _GRASS_GREEN, _GRASS_LIGHT, REST)
        _colour(image, d, y, 2, _GRASS_RED, ZERO, REST)
        if ends:
            _end_field(image, d, y)
    for c in range(3):
        for y in range(rows, image.shape[1]):
            for x in range(image.shape[2]):
                image[c, y, x] = ZERO
    for y in range(d.shape[1]):
        for x in range(d.shape[2]):
            d[LIGHT, y, x] = ZERO


@kernel
def _draw_part(image, d, corners, camera, pose, k, points, first, count, colour):
    """Lay a polygon of the car, of which `points` has the corners on body `k` in metres, over the image."""
    s, c = pose[k, SINE], pose[k, COSINE]
    middle_x = middle_y = 0.0
    for i in range(count):
        vx, vy = points[first + i, 0], points[first + i, 1]
        x, y = _on_screen(camera, c * vx - s * vy + pose[k, PX], s * vx + c * vy + pose[k, PY])
        corners[i, 0], corners[i, 1] = F(int(x)), F(int(y))
        middle_x += float(int(x)) / count
        middle_y += float(int(y)) / count
    for i in range(count):  # half a pixel wider all round
        x = corners[i, 0] + (1.0 if corners[i, 0] > middle_x else 0.0)
        y = corners[i, 1] + (1.0 if corners[i, 1] > middle_y else 0.0)
        corners[i, 0], corners[i, 1] = F(x * camera.across), F((SCREEN_HEIGHT - y) * camera.down)
    lay_polygon(image, d, corners, count, colour)


@kernel
def _draw_rim(image, d, corners, rim, camera, pose, wheel, k):
    """Lay the mark on a wheel over the image, where it is on the upper side."""
    phase = wheel[k, PHASE]
    s1, s2, c1, c2 = math.sin(phase), math.sin(phase + _RIM_WIDTH), math.cos(phase), math.cos(phase + _RIM_WIDTH)
    if s1 > 0 and s2 > 0:
        return
    if s1 > 0:
        c1 = np.sign(c1)
    if s2 > 0:
        c2 = np.sign(c2)
    for i in range(4):
        rim[i, 0] = WHEEL_HALF_WIDTH if i == 1 or i == 2 else -WHEEL_HALF_WIDTH
        rim[i, 1] = WHEEL_RADIUS * (c1 if i < 2 else c2)
    _draw_part(image, d, corners, camera, pose, k + 1, rim, 0, 4, _RIM)


@kernel
def draw_car(image, d, corners, rim, state):
    """Draw a state into `image` float32 [3, height, width], colours from 0 to 255.

    Args:
        image: what is written, whatever it holds.
        d: zeros, float32 [LAYERS, height + 2, width], written over.
        corners: room, float32 [8, 2].
        rim: room, float64 [4, 2].
        state: of the world, a `Car`.
    """
    camera = _camera(state.body, state.pose, state.score, image.shape[2], image.shape[1])
    ends = _draw_field(d, corners, camera, state.pose)
    _draw_road(d, corners, camera, state)
    _sum_up(image, d, ends)
    for k in range(4):
        _draw_part(image, d, corners, camera, state.pose, k + 1, WHEEL_POINTS, 0, 4, _TYRE)
        _draw_rim(image, d, corners, rim, camera, state.pose, state.wheel, k)
    for h in range(4):
        first, last = HULL_STARTS[h], HULL_STARTS[h + 1]
        _draw_part(image, d, corners, camera, state.pose, 0, HULL_POINTS, first, last - first, _HULL)
    draw_panel(image, state.body, state.wheel, state.score)
