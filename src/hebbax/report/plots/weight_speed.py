"""How fast weights change over the time of a life, by layer and all together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from hebbax.attractors.trajectory import finite_rows, weight_speed
from hebbax.report.plots.layers import LayerShapes, layers_of, mark_divergence, names_of
from hebbax.report.style import INK, axes_or_new, figure_style, layer_colour, line_marker, write_across


def plot_weight_speed(
    weights: np.ndarray,
    layer_shapes: LayerShapes,
    control_period: float,
    ax: Axes | None = None,
    *,
    layer_names: Sequence[str] | None = None,
) -> Axes:
    """Draw ‖W(t+1) − W(t)‖ of each layer and of all weights, at the ticks that change them, on a logarithmic axis.

    Args:
        weights: float [ticks, weights].
        layer_shapes: (presynaptic, postsynaptic) of each layer.
        control_period: seconds per tick.
        ax: where to draw; by default on a new figure.
        layer_names: those of the network's connections; without them layers count from 0.

    With one layer there is one line. Raises HebbaxError if the array has no row or another number of weights or names.
    """
    layers_of(weights, layer_shapes)
    names = names_of(layer_shapes, layer_names)
    finite = finite_rows(weights)
    with figure_style():
        ax = axes_or_new(ax, 7.0, 2.6)
        ax.set(xlabel="time in the life (s)", ylabel="‖W(t+1) − W(t)‖ per tick", title="speed of the weights")
        if finite < 2:
            ax.set_yticks([])
            write_across(ax, "too short a life to have a speed")
        else:
            _draw(ax, weights[:finite], layer_shapes, control_period, names)
        mark_divergence(ax, weights, control_period)
    return ax


def _draw(
    axes: Axes, weights: np.ndarray, layer_shapes: LayerShapes, control_period: float, names: Sequence[str]
) -> None:
    speed = weight_speed(weights, layer_shapes)
    lines = [(names[index], layer_colour(index), 0.8, one) for index, one in enumerate(speed.layers)]
    curves = []
    for name, colour, width, values in [*(lines if len(lines) > 1 else []), ("all", INK, 1.0, speed.total)]:
        moving = values > 0  # a log axis has no zero, and an update interval leaves ticks without a change
        if moving.any():
            seconds = np.flatnonzero(moving) * control_period
            look = {"color": colour, "marker": line_marker(len(values)), "linewidth": width}
            axes.semilogy(seconds, values[moving], label=name, **look)
            curves.append(values[moving])
    if not curves:
        axes.set_yticks([])
        write_across(axes, "the weights do not change: the speed is zero")
        return
    decades = np.log10([min(values.min() for values in curves), max(values.max() for values in curves)])
    axes.set_ylim(10.0 ** np.floor(decades[0] - 0.05), 10.0 ** np.ceil(decades[1] + 0.05))
    if len(curves) > 1:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(curves), borderaxespad=0)
