"""The numbers behind a figure, read off what Matplotlib has been given to draw: as CSV, and where its axes stand.

One reader for every figure: what a page offers to download is what it shows.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch

COLUMNS = ("panel", "series", "x", "y", "value")

MOST_POINTS = 400
"""Of a series; a longer one has fewer of them, evenly spaced, and says so in its name."""

_MOST_CELLS = 48  # of an image, along each side

Row = tuple[int, str, Any, Any, Any]


def numbers_csv(figure: Figure) -> str:
    """Return what a figure draws as CSV with the columns panel, series, x, y and value, four digits each.

    Panels are counted from 0 as they were made. `value` is a third dimension, what a cell of an image has, or empty.
    Lines that mark a place across a whole panel are left out, as are legends, texts and bars of colours.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for panel, axes in enumerate(_panels(figure)):
        for series, x, y, value in _series_of(axes):
            writer.writerow((panel, series, _short(x), _short(y), _short(value)))
    return out.getvalue()


def numbers_html(figure: Figure, name: str) -> str:
    """Return a button that saves a figure's numbers, with what figures.js needs to read values under the pointer.

    The figure has to have been drawn, so that its axes are where they are.
    """
    packed = base64.b64encode(zlib.compress(numbers_csv(figure).encode(), level=9)).decode("ascii")
    panels = escape(json.dumps([_frame(axes) for axes in _panels(figure)]), quote=True)
    return (
        f'<p class="numbers"><button type="button" data-name="{escape(_file_name(name))}" data-panels="{panels}" '
        f'data-csv="{packed}" aria-label="Save the numbers of: {escape(name)}">CSV</button>'
        '<output aria-live="off"></output></p>'
    )


def _panels(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]


def _file_name(name: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split()) + ".csv"


def _frame(axes: Axes) -> dict[str, Any]:
    """Return where axes stand in parts of the figure, from its top left, and what their ends mean."""
    if axes.name == "3d":
        return {}  # a place on it is no one place in its space
    box = axes.get_position()
    return {
        "box": [round(float(v), 4) for v in (box.x0, 1 - box.y1, box.width, box.height)],
        "x": [*map(float, axes.get_xlim()), axes.get_xscale()],
        "y": [*map(float, axes.get_ylim()), axes.get_yscale()],
    }


def _series_of(axes: Axes) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield every point that axes draw."""
    count = 0
    for artist in axes.get_children():
        for points in _points_of(artist, axes):
            if len(points):
                label = str(artist.get_label() or "")
                name = label if label and not label.startswith("_") else f"series {count}"
                count += 1
                yield from _thinned(" ".join(name.split()), points)
    for container in axes.containers:
        if isinstance(container, BarContainer):
            name = str(container.get_label())
            for bar in container:
                yield name, bar.get_x() + bar.get_width() / 2, bar.get_y(), bar.get_height()


def _thinned(name: str, points: np.ndarray) -> Iterator[tuple[str, Any, Any, Any]]:
    stride = -(-len(points) // MOST_POINTS) if points.shape[1] == 2 else 1
    name = f"{name} (every {stride} points)" if stride > 1 else name
    for point in points[::stride]:
        yield name, point[0], point[1], point[2] if len(point) > 2 else ""


def _points_of(artist: Any, axes: Axes) -> Iterable[np.ndarray]:
    """Return the points of an artist, float [points, 2], or [points, 3] where a point has a value."""
    if isinstance(artist, Line2D):
        if not all(artist.get_transform().contains_branch_seperately(axes.transData)):
            return []  # marks a place along one axis
        data = getattr(artist, "get_data_3d", artist.get_data)()
        return [np.column_stack([np.asarray(axes.convert_xunits(column), float) for column in data])]
    if isinstance(artist, AxesImage):
        return [_cells(artist)]
    if isinstance(artist, StepPatch):
        values, edges, _ = artist.get_data()
        return [np.column_stack([(edges[:-1] + edges[1:]) / 2, values])]
    return _collected(artist) if isinstance(artist, Collection) else []


def _collected(artist: Any) -> Iterable[np.ndarray]:
    if hasattr(artist, "_segments3d"):
        return [_joined(artist._segments3d)]
    if hasattr(artist, "_offsets3d"):
        return [np.column_stack([np.asarray(column, float) for column in artist._offsets3d])]
    if isinstance(artist, LineCollection):
        return [_joined(artist.get_segments())]
    if isinstance(artist, PathCollection):
        return [np.asarray(artist.get_offsets(), float)]
    if isinstance(artist, QuadMesh):
        corners = np.asarray(artist.get_coordinates(), float)
        middles = (corners[:-1, :-1] + corners[1:, 1:]) / 2
        return [
            np.column_stack(
                [middles.reshape(-1, 2), np.ma.filled(np.ma.asarray(artist.get_array(), float), np.nan).ravel()]
            )
        ]
    if isinstance(artist, PolyCollection):
        return [np.asarray(path.vertices, float) for path in artist.get_paths()]
    return []


def _joined(segments: Any) -> np.ndarray:
    """Return the points of a line that is drawn in segments, each point once."""
    segments = [np.asarray(segment, float) for segment in segments]
    if not segments:
        return np.zeros((0, 2))
    kept = [
        segments[0],
        *(later[1:] if np.array_equal(before[-1], later[0]) else later for before, later in pairwise(segments)),
    ]
    points = np.concatenate(kept)
    return points[:: -(-len(points) // MOST_POINTS)]


def _cells(image: AxesImage) -> np.ndarray:
    """Return x, y and value of an image's cells, of at most so many along a side; colours have no value."""
    array = np.ma.filled(np.ma.asarray(image.get_array(), float), np.nan)
    if array.ndim != 2:
        return np.zeros((0, 3))
    rows, columns = array.shape
    left, right, bottom, top = image.get_extent()
    if image.origin == "upper":
        bottom, top = top, bottom
    i, j = (np.arange(0, size, -(-size // _MOST_CELLS)) for size in (rows, columns))
    x = left + (j + 0.5) / columns * (right - left)
    y = bottom + (i + 0.5) / rows * (top - bottom)
    grid = np.meshgrid(x, y)
    return np.column_stack([grid[0].ravel(), grid[1].ravel(), array[np.ix_(i, j)].ravel()])


def _short(value: Any) -> str:
    return value if isinstance(value, str) else f"{float(value):.4g}"
