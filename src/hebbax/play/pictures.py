"""Small pictures that are drawn many times a second, as HTML: layers of weights, their speed, rewards, and the like.

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
from PIL import Image

from hebbax.report.style import BLUE, DIVERGING_COLOURS, LAYER_COLOURS, VERMILLION

_MOST_ROWS, _MOST_COLUMNS = 120, 300  # of a layer's picture: what a panel has pixels for
_LAYER_HEIGHT = 56  # pixels
_SEEN_WIDTH = 168  # pixels, of what is observed
_NOT_FINITE = 90  # grey
_WIDTH, _SPEED_HEIGHT, _COURSE_HEIGHT, _PORTRAIT_HEIGHT = 290, 110, 72, 170  # of the drawings, in their own units
_LONGEST_BAR = 100  # of a portrait's scale, in the same
LEAST_SHOWN = 0.2
"""Part of the weights' norm that a portrait shows at least: twice what a verdict still takes for a fixed point."""

_LEFT, _BELOW = 34, 14  # room for the numbers of an axis
_HARM = 'stroke="currentColor" stroke-dasharray="3 2" opacity="0.9"'  # no layer has that colour
_SHADES = 12  # of a trajectory's age
_SMALLEST = 1e-9  # a logarithmic axis has no zero: slower weights stand still


def layer_picture(name: str, weights: np.ndarray) -> str:
    """Return a layer's weights [presynaptic, postsynaptic] under its name, a row a presynaptic unit."""
    pre, post = weights.shape
    title = f"{html.escape(name)} · {pre} pre × {post} post · max |w| {_largest(weights):.2g}"
    return _framed(title, _image(layer_pixels(weights), f"width: 100%; height: {_LAYER_HEIGHT}px"))


def seen_picture(pixels: np.ndarray) -> str:
    """Return what is observed, uint8 [height, width, 3], under a title, without its pixels made smooth."""
    height, width, _ = pixels.shape
    return _framed(f"what it sees · {height} × {width}", _image(pixels, f"width: {_SEEN_WIDTH}px; max-width: 100%"))


def _image(pixels: np.ndarray, size: str) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    style = f"display: block; {size}; image-rendering: pixelated"
    return f'<img decoding="sync" style="{style}" src="{source}">'


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


def speed_drawing(seconds: np.ndarray, speeds: np.ndarray, names: Sequence[str], marks: Sequence[float] = ()) -> str:
    """Return the speeds of layers [n, layers] over the time of a life [n] (s), on a logarithmic axis.

    Ticks in which nothing moves, or something is not finite, are left out. `marks` are times at which harm was done.
    """
    moved = (speeds > _SMALLEST).any(axis=1) & np.isfinite(speeds).all(axis=1)
    title = "weight speed ‖W(t+1) − W(t)‖ per tick"
    if moved.sum() < 2:
        return _framed(title, _svg(_SPEED_HEIGHT, [_nothing(_SPEED_HEIGHT)]))
    heights, seconds = np.log10(np.maximum(speeds[moved], _SMALLEST)), seconds[moved]
    low = np.floor(heights.min())
    high = max(np.ceil(heights.max()), low + 1)
    bottom = _SPEED_HEIGHT - _BELOW
    y = 4 + (bottom - 4) * (high - heights) / (high - low)
    parts = []
    for decade in range(int(low), int(high) + 1, max(1, int(high - low) // 4)):
        at = 4 + (bottom - 4) * (high - decade) / (high - low)
        parts += _level(at, f"{10.0**decade:.0e}" if abs(decade) > 3 else f"{10.0**decade:g}")
    parts += _marks(seconds, marks, bottom)
    for index, line in enumerate(y.T):
        parts.append(_line(np.stack([_across(seconds, seconds), line], 1), _layer_colour(index)))
    return _framed(title, _svg(_SPEED_HEIGHT, [*parts, *_ends(seconds, _SPEED_HEIGHT)]) + _legend(names))


def course_drawing(title: str, seconds: np.ndarray, values: np.ndarray, marks: Sequence[float] = ()) -> str:
    """Return numbers [n] over the time of a life [n] (s), on an axis with zero; what is not finite is a gap.

    `marks` are times at which harm was done.
    """
    finite = np.isfinite(values)
    if finite.sum() < 2:
        return _framed(title, _svg(_COURSE_HEIGHT, [_note(_COURSE_HEIGHT, "nothing yet")]))
    low, high = min(0.0, float(values[finite].min())), max(0.0, float(values[finite].max()))
    span, bottom = high - low or 1.0, _COURSE_HEIGHT - _BELOW
    y = 4 + (bottom - 4) * (high - values) / span
    parts = []
    for level in sorted({low, 0.0, high}):
        if level == 0.0 or abs(level) > 0.2 * span:  # or it would stand on the zero
            parts += _level(4 + (bottom - 4) * (high - level) / span, f"{level:.3g}".replace("-", "−"))
    parts += _marks(seconds, marks, bottom)
    places = np.stack([_across(seconds, seconds), y], 1)
    for stretch in np.split(np.arange(len(values)), np.flatnonzero(np.diff(finite)) + 1):
        if finite[stretch[0]] and len(stretch) > 1:
            parts.append(_line(places[stretch], _layer_colour(0)))
    return _framed(title, _svg(_COURSE_HEIGHT, [*parts, *_ends(seconds, _COURSE_HEIGHT)]))


def portrait(scores: np.ndarray, explained: np.ndarray, size: float = 0.0) -> str:
    """Return a trajectory [n, 2] with its parts of the variance [2]: faint where it was, a dot where it is.

    `size` is the norm of the weights. Motion that is small beside it stays small: the picture shows no less than
    LEAST_SHOWN of it, and a bar says how much of it is how wide.
    """
    title = "where the weights go"
    if len(scores) < 2:
        return _framed(title, _svg(_PORTRAIT_HEIGHT, [_nothing(_PORTRAIT_HEIGHT)]))
    title += f" · {100 * explained[0]:.0f} and {100 * explained[1]:.0f} % of the variance"
    points, scale = _fitted(scores, LEAST_SHOWN * size)
    cuts = np.linspace(0, len(points) - 1, _SHADES + 1).astype(int)
    stretches = zip(cuts[:-1], cuts[1:], np.linspace(0.15, 1.0, _SHADES), strict=True)
    parts = [_line(points[start : end + 1], _layer_colour(0), shade) for start, end, shade in stretches if end > start]
    x, y = points[-1]
    parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{VERMILLION}"/>')
    return _framed(title, _svg(_PORTRAIT_HEIGHT, [*parts, *_scale_bar(scale * size)]))


def _scale_bar(size: float) -> list[str]:
    """Return a bar in the lower left corner that is a round part of the weights' norm, which is `size` units long."""
    if not size > 0:
        return []
    power = 10.0 ** np.floor(np.log10(_LONGEST_BAR / size))
    part = max(step * power for step in (1, 2, 5) if step * power * size <= _LONGEST_BAR)
    y, right = _PORTRAIT_HEIGHT - 8, 6 + part * size
    bar = f'<path d="M6 {y - 3} v6 M6 {y} H{right:.1f} m0 -3 v6" stroke="currentColor" opacity="0.7" fill="none"/>'
    return [bar, _text(right + 5, y + 3, f"{100 * part:g} % of ‖W‖", "start")]


def _level(y: float, text: str) -> list[str]:
    """Return a line across at a height, and what it stands for."""
    line = f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" opacity="0.2"/>'
    return [line, _text(_LEFT - 4, y + 3, text, "end")]


def _across(times: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Return where times stand on the axis of a drawing that shows `seconds` [n]."""
    return _LEFT + (_WIDTH - _LEFT - 4) * (times - seconds[0]) / (seconds[-1] - seconds[0])


def _marks(seconds: np.ndarray, marks: Sequence[float], bottom: float) -> list[str]:
    """Return a line at each time at which harm was done, of those that a drawing shows."""
    seen = np.array([mark for mark in marks if seconds[0] <= mark <= seconds[-1]])
    return [
        f'<line class="harm" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{bottom}" {_HARM}/>' for x in _across(seen, seconds)
    ]


def _ends(seconds: np.ndarray, height: float) -> list[str]:
    """Return the first and the last time that a drawing shows."""
    places = ((_LEFT, "start", seconds[0]), (_WIDTH, "end", seconds[-1]))
    return [_text(place, height - 2, f"{second:.1f} s", anchor) for place, anchor, second in places]


def _framed(title: str, picture: str) -> str:
    """Return a picture under its title, in line with the other things on a panel."""
    style = "font-size: 0.72rem; line-height: 1.3; margin: 0.4rem 0 0.15rem; opacity: 0.8"
    return f'<div style="margin: 0 0.7rem"><div style="{style}">{title}</div>{picture}</div>'


def _fitted(scores: np.ndarray, least: float) -> tuple[np.ndarray, float]:
    """Return scores [n, 2] as places of a portrait, the second axis up, and the units that 1 is long on both.

    The picture is at least `least` high.
    """
    size = np.array([_WIDTH, _PORTRAIT_HEIGHT])
    low, high = scores.min(axis=0), scores.max(axis=0)
    scale = float(np.min((size - 12) / np.maximum(high - low, max(least, 1e-12))))
    return size / 2 + (scores - (low + high) / 2) * scale * np.array([1, -1]), scale


def _layer_colour(index: int) -> str:
    """Return the colour of a layer; the page's own blue, which is lighter on a dark page."""
    colour = LAYER_COLOURS[index % len(LAYER_COLOURS)]
    return f"var(--hebbax-blue, {BLUE})" if colour == BLUE else colour


@cache
def _colours() -> np.ndarray:
    """Return the 256 colours of a weight, uint8 [256, 3]."""
    return (255 * colormaps[DIVERGING_COLOURS](np.arange(256))[:, :3]).round().astype(np.uint8)


def _largest(weights: np.ndarray) -> float:
    return float(np.abs(np.where(np.isfinite(weights), weights, 0.0)).max())


def _svg(height: int, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height}" style="display: block; width: 100%">{"".join(parts)}</svg>'


def _line(points: np.ndarray, colour: str, opacity: float = 1.0) -> str:
    """Return a line through points [n, 2]."""
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    style = f"stroke: {colour}; stroke-opacity: {opacity:.2f}"
    return f'<polyline points="{places}" fill="none" style="{style}" stroke-width="1.2" stroke-linejoin="round"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="9" fill="currentColor" opacity="0.75">'
        f"{text}</text>"
    )


def _nothing(height: int) -> str:
    return _note(height, "the weights do not move")


def _note(height: int, text: str) -> str:
    return _text(_WIDTH / 2, height / 2, text, "middle")


def _legend(names: Sequence[str]) -> str:
    """Return what colour each layer has."""
    words = (
        f'<span style="color: {_layer_colour(index)}">■</span> {html.escape(name)}' for index, name in enumerate(names)
    )
    return f'<div style="font-size: 0.7rem; text-align: center; opacity: 0.8">{" &nbsp; ".join(words)}</div>'
