"""The one look of every figure: colours that colour-blind readers can tell apart, and quiet axes.

And the files that figures go to: PNG, SVG or PDF, made without a display.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_bytes_atomically

# Okabe and Ito's palette (2008), told apart under the common forms of colour blindness and in grey print.
BLUE = "#0072B2"
ORANGE = "#E69F00"
GREEN = "#009E73"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
INK = "#222222"
MUTED = "#6B6B6B"

# Letters on a coloured field: a page with a dark look turns INK and white round, but not these.
DARK_LETTERS = "#212121"
LIGHT_LETTERS = "#FEFEFE"

LAYER_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
DIVERGING_COLOURS = "RdBu_r"  # zero is white; red against blue, never red against green
SEQUENTIAL_COLOURS = "viridis"  # time, distance: even steps to the eye, and in grey print too
# Of a thin line, which has to be seen on a light and on a dark page: without the two ends that one of them hides.
PATH_COLOURS = ListedColormap(matplotlib.colormaps[SEQUENTIAL_COLOURS](np.linspace(0.37, 0.92, 256)), "path")
VERDICT_COLOURS = {
    "diverging": VERMILLION,
    "fixed-point": BLUE,
    "limit-cycle": ORANGE,
    "quasi-periodic": GREEN,
    "wandering": PURPLE,
    "settling": SKY,
    "aliased": "#888888",
}
GRID = "#E3E3E3"
DOTS_PER_INCH = 150

STYLE: dict[Any, Any] = {  # Any: Matplotlib types the keys as its own literals
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "savefig.dpi": DOTS_PER_INCH,
    "savefig.facecolor": "white",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # ships with Matplotlib, so every machine draws the same letters
    "font.size": 9,
    "text.color": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.5,
}

# A fixed salt and no date, so that the same curves give the same file.
_REPEATABLE: dict[Any, Any] = {"svg.hashsalt": "hebbax"}
_UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


@contextmanager
def figure_style() -> Iterator[None]:
    """Let Matplotlib draw in this style, whatever the user's own settings say; they return after it."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def axes_or_new(ax: Axes | None, width: float = 5.0, height: float = 3.4, **options: Any) -> Axes:
    """Return the axes given, or those of a new figure of so many inches; the figure is then `axes.figure`.

    `options` are Matplotlib's for new axes, such as `projection`.
    """
    if ax is not None:
        return ax
    with figure_style():
        return Figure(figsize=(width, height), layout="constrained").add_subplot(**options)


def figure_of(axes: Axes) -> Figure:
    """Return the whole figure that axes stand in. Raises ValueError for axes that were removed from theirs."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes stand in no figure")
    return figure


def layer_colour(index: int) -> str:
    """Return the colour of a layer, counted from 0."""
    return LAYER_COLOURS[index % len(LAYER_COLOURS)]


def line_marker(points: int) -> str:
    """Return a marker where a line alone would show little."""
    return "." if points <= 40 else ""


def write_across(axes: Axes, text: str) -> None:
    """Write a sentence in the middle of axes that have nothing else to show."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=MUTED)


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG of 150 dots per inch, whole or not at all, making the folder if need be.

    Raises HebbaxError, naming the file and the reason, where it cannot be written.
    """
    with figure_style():
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=DOTS_PER_INCH)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HebbaxError(f"cannot make the folder {path.parent}: {error.strerror}; choose another") from error
    write_bytes_atomically(path, picture.getvalue())


def save_vector_figure(figure: Figure, path: Path) -> None:
    """Write a figure as SVG or PDF, as the path ends, whole or not at all.

    Raises HebbaxError for another ending, or where it cannot be written.
    """
    write_bytes_atomically(path, vector_bytes(figure, path.suffix.removeprefix(".")))


def vector_bytes(figure: Figure, kind: str, *, dots_per_inch: float = DOTS_PER_INCH) -> bytes:
    """Return a figure as "svg" or "pdf"; the same figure gives the same bytes.

    `dots_per_inch` is of the images in it. Raises HebbaxError for another kind.
    """
    if kind not in _UNDATED:
        raise HebbaxError(f"cannot write a figure as {kind!r}: expected {' or '.join(_UNDATED)}")
    picture = io.BytesIO()
    with figure_style(), matplotlib.rc_context(_REPEATABLE):
        figure.savefig(picture, format=kind, dpi=dots_per_inch, metadata=_UNDATED[kind])
    return picture.getvalue()
