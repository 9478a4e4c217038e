"""How far the weights of every two moments of a life are from each other."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from hebbax.attractors.recurrence import SelfDistance
from hebbax.report.style import SEQUENTIAL_COLOURS, axes_or_new, figure_of, figure_style


def plot_self_distance(distance: SelfDistance, control_period: float, ax: Axes | None = None) -> Axes:
    """Draw a self-distance matrix over time; dark is near, so a cycle shows as dark stripes beside the diagonal.

    `control_period` is seconds per tick. The colours end at the 98 % quantile, so that a transient far away does not
    leave the rest in one colour.
    """
    end = (float(distance.ticks[-1]) + 1) * control_period
    top = float(np.quantile(distance.distances, 0.98))
    with figure_style():
        ax = axes_or_new(ax, 4.4, 3.6)
        image = ax.imshow(
            distance.distances,
            cmap=SEQUENTIAL_COLOURS,
            vmin=0,
            vmax=top or 1.0,
            origin="lower",
            extent=(0, end, 0, end),
            interpolation="antialiased",
            interpolation_stage="data",  # the colours are those of the map, so that a file holds them in a byte each
        )
        ax.set(xlabel="time t in the life (s)", ylabel="time s in the life (s)", title="distance of the weights")
        ax.grid(False)
        bar = figure_of(ax).colorbar(image, ax=ax, extend="max", pad=0.02, shrink=0.9)
        bar.set_label("‖W(t) − W(s)‖")
        bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    return ax
