"""The path of the weights through their principal components, in the colours of time."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from mpl_toolkits.mplot3d import Axes3D
from mpl_toolkits.mplot3d.art3d import Line3DCollection

from hebbax.attractors.principal_components import PrincipalComponents
from hebbax.errors import HebbaxError
from hebbax.report.style import INK, PATH_COLOURS, axes_or_new, figure_of, figure_style

COLOUR_STEPS = 128
"""Into how many lines of one colour a long path is cut: more cannot be told apart, and each takes room in a file."""


def plot_trajectory(
    parts: PrincipalComponents, control_period: float, ax: Axes | None = None, *, dimensions: int = 2, start: int = 0
) -> Axes:
    """Draw the scores [ticks, components] of a trajectory as a line from blue at its begin to bright at its end.

    Args:
        parts: principal components of the trajectory.
        control_period: seconds per tick.
        ax: where to draw; by default on a new figure. With `dimensions=3` it must be three-dimensional
            (`projection="3d"`).
        dimensions: how many components to draw, 2 or 3.
        start: the tick of the life that the first row is of.

    Each axis says how much of the variance lies along it. The first row is a ring, the last a dot. Raises HebbaxError
    for another number of dimensions, or more than there are components.
    """
    if dimensions not in (2, 3):
        raise HebbaxError(f"dimensions={dimensions}: expected 2 or 3")
    if parts.scores.shape[1] < dimensions:
        raise HebbaxError(f"{parts.scores.shape[1]} components cannot be drawn in {dimensions} dimensions")
    path = parts.scores[:, :dimensions]
    with figure_style():
        options: dict[str, Any] = {"projection": "3d"} if dimensions == 3 else {}
        ax = axes_or_new(ax, 4.6, 3.8, **options)
        line = _draw_line(ax, path, (start + np.arange(len(path) - 1)) * control_period)
        begin = f"at {start * control_period:.3g} s" if start else "birth"
        ax.scatter(*path[:1].T, s=36, facecolors="none", edgecolors=INK, label=begin, zorder=4)
        ax.scatter(*path[-1:].T, s=22, color=INK, label="end", zorder=4)
        _label(ax, parts, dimensions)
        bar = figure_of(ax).colorbar(line, ax=ax, pad=0.14 if dimensions == 3 else 0.02, shrink=0.85)
        bar.set_label("time in the life (s)")
        bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
        ax.legend(loc="best" if dimensions == 2 else "upper right")
    return ax


def _draw_line(axes: Axes, path: np.ndarray, seconds: np.ndarray) -> LineCollection:
    """Draw a path [ticks, dimensions], each step in the colour of its time [ticks - 1], or of times near it."""
    begins = np.arange(0, len(seconds), -(-len(seconds) // COLOUR_STEPS))
    ends = np.append(begins[1:], len(seconds))
    lines = [path[begin : end + 1] for begin, end in zip(begins, ends, strict=True)]
    times = (seconds[begins] + seconds[ends - 1]) / 2
    look = {"cmap": PATH_COLOURS, "norm": Normalize(seconds[0], seconds[-1]), "linewidth": 0.9, "array": times}
    if path.shape[1] == 3:
        line = Line3DCollection(cast(Any, lines), **look)
        cast(Axes3D, axes).add_collection3d(line)
        cast(Axes3D, axes).auto_scale_xyz(*path.T)
    else:
        line = LineCollection(cast(Any, lines), **look)
        axes.add_collection(line)
        axes.autoscale_view()
    return line


def _label(axes: Axes, parts: PrincipalComponents, dimensions: int) -> None:
    of = " of the variance" if dimensions == 2 else ""  # for which three dimensions have no room
    names = [f"PC{place + 1} ({parts.explained[place]:.0%}{of})" for place in range(dimensions)]
    axes.set(xlabel=names[0], ylabel=names[1])
    if dimensions == 3:
        cast(Axes3D, axes).set_zlabel(names[2])
        axes.tick_params(labelsize=6, pad=0)
