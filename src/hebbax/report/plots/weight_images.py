"""The layers of a network as images, at a few moments of a life; alone, or above traces and speed of the weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from hebbax.attractors.trajectory import finite_rows
from hebbax.errors import HebbaxError
from hebbax.report.plots.layers import LayerShapes, layers_of, names_of
from hebbax.report.plots.weight_speed import plot_weight_speed
from hebbax.report.plots.weight_traces import plot_weight_traces
from hebbax.report.style import DIVERGING_COLOURS, MUTED, axes_or_new, figure_of, figure_style, layer_colour

_GAP = 0.08  # between two images, whose cells are 1 wide
_FOOT = 0.24  # below each image, for its largest weight


def plot_weight_images(
    weights: np.ndarray,
    layer_shapes: LayerShapes,
    control_period: float,
    ax: Axes | None = None,
    *,
    ticks: Sequence[int] | None = None,
    layer_names: Sequence[str] | None = None,
) -> Axes:
    """Draw the weights of one life as images: one row per layer, one column per moment.

    Args:
        weights: float [ticks, weights]; row t holds the weights that tick t acted with.
        layer_shapes: (presynaptic, postsynaptic) of each layer.
        control_period: seconds per tick.
        ax: where to draw; by default on a new figure.
        ticks: the moments; by default birth, the last finite tick and a few between, spaced by their logarithm.
        layer_names: those of the network's connections; without them layers count from 0.

    Each image has its own symmetric colour scale, whose end stands below it.
    Raises HebbaxError if the array has no row, another number of weights or names, or a moment lies outside the life.
    """
    layers, names = layers_of(weights, layer_shapes), names_of(layer_shapes, layer_names)
    moments = _moments(finite_rows(weights)) if ticks is None else list(ticks)
    outside = [tick for tick in moments if not 0 <= tick < len(weights)]
    if outside:
        raise HebbaxError(f"tick {outside[0]} is not in the life: expected 0 to {len(weights) - 1}")
    with figure_style():
        ax = axes_or_new(ax, 8.0, 1.5 * len(layers) + 0.4)
        for row, layer in enumerate(layers):
            for column, tick in enumerate(moments):
                _draw_image(ax, layer[tick], column, row)
        ax.set(xlim=(-_GAP, len(moments)), ylim=(len(layers), -_GAP))
        ax.set_xticks(
            [column + (1 - _GAP) / 2 for column in range(len(moments))],
            ["birth" if tick == 0 else f"{tick * control_period:.3g} s" for tick in moments],
        )
        ax.set_yticks(
            [row + (1 - _FOOT) / 2 for row in range(len(layers))],
            [f"{name}\n{pre} pre × {post} post" for name, (pre, post) in zip(names, layer_shapes, strict=True)],
        )
        for row, label in enumerate(ax.get_yticklabels()):
            label.set(color=layer_colour(row), rotation=90, ha="center", va="center", rotation_mode="anchor")
        ax.tick_params(length=0, labeltop=True, labelbottom=False)
        ax.tick_params(axis="y", pad=12)
        ax.spines[:].set_visible(False)
        ax.grid(False)
        _draw_scale(ax)
    return ax


def _moments(finite: int) -> list[int]:
    """Return up to five ticks of a life: birth, early ones close together, late ones far apart, the last."""
    last = max(finite - 1, 0)
    return sorted({0, *np.geomspace(1, max(last, 1), 4).round().astype(int).tolist()} & set(range(last + 1)))


def _draw_image(axes: Axes, matrix: np.ndarray, column: int, row: int) -> None:
    """Draw one layer at one moment, float [presynaptic, postsynaptic], in the colours of its own largest weight."""
    right, foot = column + 1 - _GAP, row + 1 - _FOOT
    middle = (column + right) / 2
    if not np.isfinite(matrix).all():
        axes.text(middle, (row + foot) / 2, "not finite", ha="center", va="center", color=MUTED)
        return
    largest = float(np.abs(matrix).max())
    axes.imshow(
        matrix / (largest or 1.0),
        cmap=DIVERGING_COLOURS,
        vmin=-1,
        vmax=1,
        aspect="auto",
        interpolation="nearest",
        extent=(column, right, foot, row),
    )
    axes.text(middle, foot + 0.03, f"max |w| = {largest:.2g}", ha="center", va="top", fontsize=8, color=MUTED)


def _draw_scale(axes: Axes) -> None:
    """Draw one colour bar for all images."""
    colours = ScalarMappable(Normalize(-1, 1), cmap=DIVERGING_COLOURS)
    bar = figure_of(axes).colorbar(colours, ax=axes, ticks=[-1, 0, 1], aspect=28, pad=0.02)
    bar.ax.set_yticklabels(["−max", "0", "+max"])
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]


def plot_weights(
    weights: np.ndarray,
    layer_shapes: LayerShapes,
    control_period: float,
    *,
    ticks: Sequence[int] | None = None,
    traces_per_layer: int = 8,
    layer_names: Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw the weights of one life: as images at a few moments, as traces over time, and the speed they change at.

    Args:
        weights: float [ticks, weights]; row t holds the weights that tick t acted with.
        layer_shapes: (presynaptic, postsynaptic) of each layer.
        control_period: seconds per tick.
        ticks: the moments of the images, as in `plot_weight_images`.
        traces_per_layer: how many weights of each layer are traced.
        layer_names: those of the network's connections; without them layers count from 0.
        title: above all.

    Raises HebbaxError as `plot_weight_images`, `plot_weight_traces` and `plot_weight_speed` do.
    """
    heights = [1.5 * len(layer_shapes), 2.1, 1.7]
    with figure_style():
        figure = Figure(figsize=(8.0, sum(heights) + 0.9), layout="constrained")
        images, traces, speed = figure.subplots(3, 1, gridspec_kw={"height_ratios": heights})
        speed.sharex(traces)
        plot_weight_images(weights, layer_shapes, control_period, images, ticks=ticks, layer_names=layer_names)
        plot_weight_traces(
            weights, layer_shapes, control_period, traces, traces_per_layer=traces_per_layer, layer_names=layer_names
        )
        plot_weight_speed(weights, layer_shapes, control_period, speed, layer_names=layer_names)
        traces.set_xlabel("")
        traces.tick_params(labelbottom=False)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure
