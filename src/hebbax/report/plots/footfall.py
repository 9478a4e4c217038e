"""When the feet of a robot are on the ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from hebbax.errors import HebbaxError
from hebbax.report.style import INK, axes_or_new, figure_style


def plot_footfall(contacts: np.ndarray, names: Sequence[str], control_period: float, ax: Axes | None = None) -> Axes:
    """Draw a bar for each stance of each leg, the first leg at the top.

    Args:
        contacts: float [ticks, legs], 0 to 1, part of each tick that a foot touches.
        names: of the legs.
        control_period: seconds per tick.
        ax: where to draw; by default on a new figure.

    Raises HebbaxError for another number of names than of legs.
    """
    if contacts.ndim != 2 or contacts.shape[1] != len(names):
        raise HebbaxError(
            f"contacts have shape {contacts.shape}: expected [ticks, {len(names)}], a column for each name"
        )
    with figure_style():
        ax = axes_or_new(ax, 7.0, 0.3 * len(names) + 1.0)
        for place, foot in enumerate(contacts.T > 0):
            edges = np.flatnonzero(np.diff(np.concatenate(([False], foot, [False])).astype(np.int8)))
            stances = [(begin * control_period, (end - begin) * control_period) for begin, end in edges.reshape(-1, 2)]
            ax.broken_barh(stances, (place - 0.35, 0.7), facecolors=INK)
        ax.set_yticks(range(len(names)), names)
        ax.set(xlabel="time (s)", xlim=(0, max(len(contacts), 1) * control_period), ylim=(len(names) - 0.5, -0.5))
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
    return ax
