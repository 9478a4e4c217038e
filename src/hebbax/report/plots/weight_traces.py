"""Single weights over the time of a life."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hebbax.attractors.trajectory import finite_rows
from hebbax.report.plots.layers import LayerShapes, layers_of, mark_divergence, names_of
from hebbax.report.style import axes_or_new, figure_style, layer_colour, line_marker, write_across

# A weight beyond this is drawn on an axis that is linear below 1 and logarithmic above.
LINEAR_LIMIT = 100.0


def plot_weight_traces(
    weights: np.ndarray,
    layer_shapes: LayerShapes,
    control_period: float,
    ax: Axes | None = None,
    *,
    traces_per_layer: int = 8,
    layer_names: Sequence[str] | None = None,
) -> Axes:
    """Draw some weights of each layer over time, in the layer's colour.

    Args:
        weights: float [ticks, weights].
        layer_shapes: (presynaptic, postsynaptic) of each layer.
        control_period: seconds per tick.
        ax: where to draw; by default on a new figure.
        traces_per_layer: how many weights of each layer.
        layer_names: those of the network's connections; without them layers count from 0.

    The traces are the same weights on every call, spread evenly over each layer. From the first row that is not finite
    on, the life counts as diverged. Raises HebbaxError if the array has no row or another number of weights or names.
    """
    names = names_of(layer_shapes, layer_names)
    finite = finite_rows(weights)
    layers = [layer[:finite] for layer in layers_of(weights, layer_shapes)]
    with figure_style():
        ax = axes_or_new(ax, 7.0, 2.6)
        ax.set(xlabel="time in the life (s)", ylabel="weight", title="a fixed sample of the weights")
        if finite:
            _draw(ax, layers, names, control_period, traces_per_layer)
        else:
            ax.set_yticks([])
            write_across(ax, "the weights were not finite at birth")
        mark_divergence(ax, weights, control_period, text=finite > 0)
    return ax


def _draw(axes: Axes, layers: list[np.ndarray], names: list[str], control_period: float, count: int) -> None:
    """Draw finite layers, each [ticks, presynaptic, postsynaptic]."""
    seconds = np.arange(len(layers[0])) * control_period
    for index, layer in enumerate(layers):
        flat = layer.reshape(len(layer), -1)
        indices = np.unique(np.linspace(0, flat.shape[1] - 1, count).round().astype(int))
        marker = line_marker(len(seconds))
        axes.plot(seconds, flat[:, indices], color=layer_colour(index), linewidth=0.8, alpha=0.75, marker=marker)
    largest = max(float(np.abs(layer).max()) for layer in layers)
    if largest > LINEAR_LIMIT:
        # The more decades, the wider the linear part, so that the labels around zero stay apart.
        axes.set_yscale("symlog", linthresh=1.0, linscale=max(1.0, np.log10(largest) / 6))
    handles = [Line2D([], [], color=layer_colour(index)) for index in range(len(layers))]
    axes.legend(handles, names, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(layers), borderaxespad=0)
