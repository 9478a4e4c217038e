"""Small pictures that are drawn many times a second, as HTML: layers of weights, their speed, and where they go.

Pixels and lines are scaled by the browser, so a picture is as small as what it shows, and sharp on any screen.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from hebbax.report.style import BLUE, DIVERGING_COLOURS, LAYER_COLOURS, MUTED, VERMILLION

_MOST_ROWS, _MOST_COLUMNS = 120, 300  # of a layer's picture: what a panel has pixels for
_LAYER_HEIGHT = 56  # pixels
_NOT_FINITE = 90  # grey
_WIDTH, _SPEED_HEIGHT, _PORTRAIT_HEIGHT = 290, 110, 170  # of the drawings, in their own units
_LEFT, _BELOW = 34, 14  # room for the numbers of an axis
_SHADES = 12  # of a trajectory's age
_SMALLEST = 1e-9  # a logarithmic axis has no zero: slower weights stand still


def layer_picture(name: str, weights: np.ndarray) -> str:
    """Return a layer's weights [presynaptic, postsynaptic] under its name, a row a presynaptic unit."""
    pre, post = weights.shape
    file = io.BytesIO()
    Image.fromarray(layer_pixels(weights)).save(file, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    style = f"display: block; width: 100%; height: {_LAYER_HEIGHT}px; image-rendering: pixelated"
    title = f"{html.escape(name)} · {pre} pre × {post} post · max |w| {_largest(weights):.2g}"
    return _framed(title, f'<img decoding="sync" style="{style}" src="{source}">')


def layer_pixels(weights: np.ndarray) -> np.ndarray:
    """Return a layer's weights as uint8 [rows, columns, 3], a pixel a weight, or some of them where there are too many.

    Blue is negative, white zero, red positive, and the largest weight has full colour; what is not finite is grey.
    """
    rows, columns = (
        np.arange(min(size, most)) * size // min(size, most)
        for size, most in zip(weights.shape, (_MOST_ROWS, _MOST_COLUMNS), strict=True)
    )
    shown = weights[rows[:, None], columns]
    finite = np.isfinite(shown)
    scaled = np.where(finite, shown, 0.0) / (_largest(weights) or 1.0)
    pixels = _colours()[np.clip(127.5 + 127.5 * scaled, 0, 255).astype(np.uint8)]
    pixels[~finite] = _NOT_FINITE
    return pixels


def speed_drawing(seconds: np.ndarray, speeds: np.ndarray, names: Sequence[str]) -> str:
    """Return the speeds of layers [n, layers] over the time of a life [n] (s), on a logarithmic axis.

    Ticks in which nothing moves, or something is not finite, are left out.
    """
    moved = (speeds > _SMALLEST).any(axis=1) & np.isfinite(speeds).all(axis=1)
    title = "weight speed ‖W(t+1) − W(t)‖ a tick"
    if moved.sum() < 2:
        return _framed(title, _svg(_SPEED_HEIGHT, [_nothing(_SPEED_HEIGHT)]))
    heights, seconds = np.log10(np.maximum(speeds[moved], _SMALLEST)), seconds[moved]
    low = np.floor(heights.min())
    high = max(np.ceil(heights.max()), low + 1)
    bottom = _SPEED_HEIGHT - _BELOW
    x = _LEFT + (_WIDTH - _LEFT - 4) * (seconds - seconds[0]) / (seconds[-1] - seconds[0])
    y = 4 + (bottom - 4) * (high - heights) / (high - low)
    parts = []
    for decade in range(int(low), int(high) + 1, max(1, int(high - low) // 4)):
        at = 4 + (bottom - 4) * (high - decade) / (high - low)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{at:.1f}" y2="{at:.1f}" stroke="{MUTED}" opacity="0.25"/>')
        parts.append(_text(_LEFT - 4, at + 3, f"{10.0**decade:.0e}" if abs(decade) > 3 else f"{10.0**decade:g}", "end"))
    for index, line in enumerate(y.T):
        parts.append(_line(np.stack([x, line], 1), LAYER_COLOURS[index % len(LAYER_COLOURS)]))
    for place, anchor, second in ((_LEFT, "start", seconds[0]), (_WIDTH, "end", seconds[-1])):
        parts.append(_text(place, _SPEED_HEIGHT - 2, f"{second:.1f} s", anchor))
    return _framed(title, _svg(_SPEED_HEIGHT, parts) + _legend(names))


def portrait(scores: np.ndarray, explained: np.ndarray) -> str:
    """Return a trajectory [n, 2] with its parts of the variance [2]: pale where it was, a dot where it is."""
    title = "where the weights go · two principal components"
    if len(scores) < 2:
        parts = [_nothing(_PORTRAIT_HEIGHT)]
    else:
        title += f", {100 * explained[0]:.0f} and {100 * explained[1]:.0f} % of the variance"
        points = _fitted(scores)
        cuts = np.linspace(0, len(points) - 1, _SHADES + 1).astype(int)
        stretches = zip(cuts[:-1], cuts[1:], _fading(), strict=True)
        parts = [_line(points[start : end + 1], shade) for start, end, shade in stretches if end > start]
        x, y = points[-1]
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{VERMILLION}"/>')
    return _framed(title, _svg(_PORTRAIT_HEIGHT, parts))


def _framed(title: str, picture: str) -> str:
    """Return a picture under its title, in line with the other things on a panel."""
    style = "font-size: 0.72rem; line-height: 1.3; margin: 0.4rem 0 0.15rem; opacity: 0.8"
    return f'<div style="margin: 0 0.7rem"><div style="{style}">{title}</div>{picture}</div>'


def _fitted(scores: np.ndarray) -> np.ndarray:
    """Return scores [n, 2] as places of a portrait, both axes of one scale, the second up."""
    size = np.array([_WIDTH, _PORTRAIT_HEIGHT])
    low, high = scores.min(axis=0), scores.max(axis=0)
    scale = np.min((size - 12) / np.maximum(high - low, 1e-12))
    return size / 2 + (scores - (low + high) / 2) * scale * np.array([1, -1])


@cache
def _fading() -> list[str]:
    """Return colours from pale to blue."""
    blue, pale = np.array(to_rgb(BLUE)), np.array([0.85, 0.88, 0.93])
    return [to_hex(pale + (blue - pale) * part) for part in np.linspace(0, 1, _SHADES)]


@cache
def _colours() -> np.ndarray:
    """Return the 256 colours of a weight, uint8 [256, 3]."""
    return (255 * colormaps[DIVERGING_COLOURS](np.arange(256))[:, :3]).round().astype(np.uint8)


def _largest(weights: np.ndarray) -> float:
    return float(np.abs(np.where(np.isfinite(weights), weights, 0.0)).max())


def _svg(height: int, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height}" style="display: block; width: 100%">{"".join(parts)}</svg>'


def _line(points: np.ndarray, colour: str) -> str:
    """Return a line through points [n, 2]."""
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.2" stroke-linejoin="round"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="9" fill="{MUTED}">{text}</text>'


def _nothing(height: int) -> str:
    return _text(_WIDTH / 2, height / 2, "the weights do not move", "middle")


def _legend(names: Sequence[str]) -> str:
    """Return what colour each layer has."""
    coloured = (LAYER_COLOURS[index % len(LAYER_COLOURS)] for index in range(len(names)))
    words = (
        f'<span style="color: {colour}">■</span> {html.escape(name)}'
        for name, colour in zip(names, coloured, strict=True)
    )
    return f'<div style="font-size: 0.7rem; text-align: center; opacity: 0.8">{" &nbsp; ".join(words)}</div>'
