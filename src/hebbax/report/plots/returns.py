"""What every life of some groups earned."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from hebbax.report.style import BLUE, GREEN, INK, ORANGE, axes_or_new, figure_style


def plot_returns(groups: Mapping[str, np.ndarray], ax: Axes | None = None, *, title: str = "") -> Axes:
    """Draw the returns [lives] of each group as points, one per life, with their mean as a line."""
    colours = (ORANGE, BLUE, GREEN)
    with figure_style():
        ax = axes_or_new(ax, 5.0, 3.6)
        for place, returns in enumerate(groups.values()):
            # Points side by side in the order of the lives, so that the same lives give the same picture.
            across = place + np.linspace(-0.25, 0.25, len(returns))
            ax.plot(across, returns, "o", color=colours[place % len(colours)], markersize=4, alpha=0.7)
            if len(returns):
                mean = float(returns.mean())
                ax.plot([place - 0.32, place + 0.32], [mean, mean], color=INK)
                ax.annotate(f"{mean:,.0f}", (place + 0.34, mean), va="center", fontsize=9)
        ax.set_xticks(range(len(groups)), list(groups))
        ax.set(ylabel="return of a life", title=title, xlim=(-0.6, len(groups) - 0.4))
        ax.grid(axis="x", visible=False)
        ax.tick_params(axis="x", length=0)
    return ax
