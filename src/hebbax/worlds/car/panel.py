"""The black panel below: bars for speed, wheels, steering and turning, and the score in digits of our own."""

from __future__ import annotations

import math

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.worlds.car.columns import ANGLE, OMEGA, SHOWN, TURN, VX, VY
from hebbax.worlds.car.raster import lay_rectangle
from hebbax.worlds.car.screen import BLACK, FULL, LOSS, PANEL_TOP, SCREEN_HEIGHT, SCREEN_WIDTH, WHITE

_UNIT_X, _UNIT_Y = 25.0, 20.0  # screen pixels
_NONE = np.float32(0)
_FRONT, _REAR = (_NONE, _NONE, FULL), (np.float32(51) - LOSS, _NONE, FULL)
_GREEN, _RED = (_NONE, FULL, _NONE), (FULL, _NONE, _NONE)
_LEAST = 1e-4  # what is less is not drawn

_DIGITS = np.array(
    [
        [0b111, 0b101, 0b101, 0b101, 0b111],
        [0b010, 0b110, 0b010, 0b010, 0b111],
        [0b111, 0b001, 0b111, 0b100, 0b111],
        [0b111, 0b001, 0b111, 0b001, 0b111],
        [0b101, 0b101, 0b111, 0b001, 0b001],
        [0b111, 0b100, 0b111, 0b001, 0b111],
        [0b111, 0b100, 0b111, 0b101, 0b111],
        [0b111, 0b001, 0b001, 0b010, 0b010],
        [0b111, 0b101, 0b111, 0b101, 0b111],
        [0b111, 0b101, 0b111, 0b001, 0b111],
        [0b000, 0b000, 0b111, 0b000, 0b000],
    ]
)
"""Five rows of three dots for 0 to 9 and the minus."""

_MINUS = 10
_DOT, _PITCH = 6.0, 23.0  # screen pixels: of a dot, and from digit to digit
_LEFT, _ABOVE = 14.0, 735.0
_PLACES = 4


@kernel
def _upright(image, place, value, height, colour):
    """Draw a bar from 20 pixels above the bottom, unless the value is as good as zero."""
    if abs(value) <= _LEAST:
        return
    across, down = image.shape[2] / SCREEN_WIDTH, image.shape[1] / SCREEN_HEIGHT
    low, high = SCREEN_HEIGHT - _UNIT_Y, SCREEN_HEIGHT - (_UNIT_Y + _UNIT_Y * height)
    top, bottom = float(int(min(low, high))), float(int(max(low, high))) + 1
    left, right = place * _UNIT_X, (place + 1) * _UNIT_X + 1
    lay_rectangle(image, left * across, top * down, right * across, bottom * down, colour)


@kernel
def _lying(image, place, value, length, colour):
    """Draw a bar to the side, from 40 to 80 pixels above the bottom, unless the value is as good as zero."""
    if abs(value) <= _LEAST:
        return
    across, down = image.shape[2] / SCREEN_WIDTH, image.shape[1] / SCREEN_HEIGHT
    begin, end = place * _UNIT_X, (place + length) * _UNIT_X
    left, right = float(int(min(begin, end))), float(int(max(begin, end))) + 1
    top, bottom = SCREEN_HEIGHT - 4 * _UNIT_Y, SCREEN_HEIGHT - 2 * _UNIT_Y + 1
    lay_rectangle(image, left * across, top * down, right * across, bottom * down, colour)


@kernel
def _write_digit(image, place, digit):
    across, down = image.shape[2] / SCREEN_WIDTH, image.shape[1] / SCREEN_HEIGHT
    for row in range(5):
        for column in range(3):
            if _DIGITS[digit, row] >> (2 - column) & 1:
                x, y = _LEFT + place * _PITCH + column * _DOT, _ABOVE + row * _DOT
                lay_rectangle(image, x * across, y * down, (x + _DOT) * across, (y + _DOT) * down, WHITE)


@kernel
def _write_score(image, score):
    """Write a score with four places, the first of which is a minus where it is below zero."""
    rest = min(int(np.rint(abs(score))), 9999)
    for place in range(_PLACES - 1, -1, -1):
        _write_digit(image, place, _MINUS if place == 0 and score < 0.0 else rest % 10)
        rest //= 10


@kernel
def draw_panel(image, body, wheel, score):
    """Draw the panel of a state over the image float32 [3, height, width]."""
    height, width = image.shape[1], image.shape[2]
    top = height * PANEL_TOP / SCREEN_HEIGHT
    for row in range(math.ceil(top), height):
        for column in range(width):
            for c in range(3):
                image[c, row, column] = _NONE
    lay_rectangle(image, 0.0, top, float(width), float(math.ceil(top)), BLACK)
    speed = math.sqrt(body[0, VX] * body[0, VX] + body[0, VY] * body[0, VY])
    _upright(image, 5, speed, 0.02 * speed, WHITE)
    for k in range(4):
        _upright(image, 7 + k, wheel[k, OMEGA], 0.01 * wheel[k, OMEGA], _FRONT if k < 2 else _REAR)
    steering = body[1, ANGLE] - body[0, ANGLE]
    _lying(image, 20, steering, -10.0 * steering, _GREEN)
    _lying(image, 30, body[0, TURN], -0.8 * body[0, TURN], _RED)
    _write_score(image, score[SHOWN])
