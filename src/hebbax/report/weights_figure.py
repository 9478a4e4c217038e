"""The picture of what plasticity does to the weights of one life."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hebbax.errors import HebbaxError
from hebbax.report.style import DIVERGING_COLOURS, INK, LAYER_COLOURS, MUTED, VERMILLION, figure_style, write_across

# A weight beyond this is drawn on an axis that is linear below 1 and logarithmic above.
LINEAR_LIMIT = 100.0


def plot_weights(
    weights: np.ndarray,
    layer_shapes: Sequence[tuple[int, int]],
    control_period: float,
    *,
    ticks: Sequence[int] | None = None,
    traces_per_layer: int = 8,
    title: str | None = None,
) -> Figure:
    """Draw the weights of one life: as images at a few moments, as traces over time, and the speed they change at.

    `weights` is float [ticks, weights]: row t holds the weights that control tick t acted with, layer after layer,
    each row-major [presynaptic, postsynaptic] as `layer_shapes` says. `control_period` is seconds a tick. `ticks`
    chooses the moments; by default birth, the last tick and a few between, spaced by their logarithm. Each image has
    its own symmetric colour scale, whose end stands below it. The traces are the same weights on every call, spread
    evenly over each layer. From the first row that is not finite on, the life counts as diverged.

    Raises HebbaxError if the array has no row, another number of weights, or a moment lies outside the life.
    """
    layers = _split(weights, layer_shapes)
    finite = _finite_rows(weights)
    moments = _moments(finite) if ticks is None else list(ticks)
    outside = [tick for tick in moments if not 0 <= tick < len(weights)]
    if outside:
        raise HebbaxError(f"tick {outside[0]} is not in the life: expected 0 to {len(weights) - 1}")
    heights = [1.5] * len(layers) + [0.15, 1.9, 1.5]
    with figure_style():
        figure = Figure(figsize=(8.0, sum(heights) + 0.9), layout="constrained")
        grid = figure.add_gridspec(len(heights), 1, height_ratios=heights)
        _draw_images(figure, grid[: len(layers), 0], layers, moments, control_period)
        trace_axes = figure.add_subplot(grid[-2, 0])
        speed_axes = figure.add_subplot(grid[-1, 0], sharex=trace_axes)
        _draw_traces(trace_axes, [layer[:finite] for layer in layers], control_period, traces_per_layer)
        _draw_speed(speed_axes, weights[:finite], control_period)
        _mark_divergence((trace_axes, speed_axes), finite, len(weights), control_period)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def weight_speed(weights: np.ndarray) -> np.ndarray:
    """Return the Euclidean length of each tick's change of the weights [ticks, weights], float64 [ticks - 1]."""
    return np.linalg.norm(np.diff(weights.astype(np.float64), axis=0), axis=1)


def _split(weights: np.ndarray, layer_shapes: Sequence[tuple[int, int]]) -> list[np.ndarray]:
    """Return each layer's weights, [ticks, presynaptic, postsynaptic]."""
    sizes = [pre * post for pre, post in layer_shapes]
    if weights.ndim != 2 or len(weights) == 0 or weights.shape[1] != sum(sizes):
        raise HebbaxError(
            f"expected weights to be an array with shape [ticks, {sum(sizes)}] (layers {list(layer_shapes)}) and at "
            f"least one tick, but it had shape {list(weights.shape)}"
        )
    parts = np.split(weights, np.cumsum(sizes)[:-1], axis=1)
    return [part.reshape(-1, pre, post) for part, (pre, post) in zip(parts, layer_shapes, strict=True)]


def _finite_rows(weights: np.ndarray) -> int:
    """Return how many rows come before the first that is not finite."""
    broken = ~np.isfinite(weights).all(axis=1)
    return int(np.argmax(broken)) if broken.any() else len(weights)


def _moments(finite: int) -> list[int]:
    """Return up to five ticks of a life: birth, early ones close together, late ones far apart, the last."""
    last = max(finite - 1, 0)
    return sorted({0, *np.geomspace(1, max(last, 1), 4).round().astype(int).tolist()} & set(range(last + 1)))


def _draw_images(figure: Figure, place, layers: list[np.ndarray], moments: list[int], control_period: float) -> None:
    """Draw a row of images a layer, a column a moment, and one colour bar for all."""
    axes = place.subgridspec(len(layers), len(moments)).subplots(squeeze=False)
    for row, layer in enumerate(layers):
        for column, tick in enumerate(moments):
            _draw_image(axes[row, column], layer[tick])
            if row == 0:
                moment = "birth" if tick == 0 else f"{tick * control_period:.3g} s"
                axes[row, column].set_title(moment, loc="center")
        pre, post = layer.shape[1:]
        axes[row, 0].set_ylabel(
            f"layer {row + 1}\n{pre} pre × {post} post", color=LAYER_COLOURS[row % len(LAYER_COLOURS)]
        )
    colours = ScalarMappable(Normalize(-1, 1), cmap=DIVERGING_COLOURS)
    bar = figure.colorbar(colours, ax=axes.ravel().tolist(), ticks=[-1, 0, 1], aspect=14 * len(layers), pad=0.02)
    bar.ax.set_yticklabels(["−max", "0", "+max"])
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]


def _draw_image(axes: Axes, matrix: np.ndarray) -> None:
    """Draw one layer at one moment, float [presynaptic, postsynaptic], in the colours of its own largest weight."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    if not np.isfinite(matrix).all():
        write_across(axes, "not finite")
        return
    largest = float(np.abs(matrix).max())
    scale = largest or 1.0
    axes.imshow(matrix / scale, cmap=DIVERGING_COLOURS, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    axes.set_xlabel(f"max |w| = {largest:.2g}", fontsize=8, color=MUTED)


def _draw_traces(axes: Axes, layers: list[np.ndarray], control_period: float, count: int) -> None:
    """Draw some weights of each layer over time, in the layer's colour."""
    axes.set_ylabel("weight")
    axes.tick_params(labelbottom=False)
    if len(layers[0]) == 0:
        axes.set_yticks([])
        write_across(axes, "the weights were not finite at birth")
        return
    seconds = np.arange(len(layers[0])) * control_period
    for index, layer in enumerate(layers):
        flat = layer.reshape(len(layer), -1)
        chosen = np.unique(np.linspace(0, flat.shape[1] - 1, count).round().astype(int))
        colour = LAYER_COLOURS[index % len(LAYER_COLOURS)]
        axes.plot(seconds, flat[:, chosen], color=colour, linewidth=0.8, alpha=0.75, marker=_marker(len(seconds)))
    largest = max(float(np.abs(layer).max()) for layer in layers)
    if largest > LINEAR_LIMIT:
        # The more decades, the wider the linear part, so that the labels around zero stay apart.
        axes.set_yscale("symlog", linthresh=1.0, linscale=max(1.0, np.log10(largest) / 6))
    names = [f"layer {index + 1}" for index in range(len(layers))]
    handles = [Line2D([], [], color=LAYER_COLOURS[index % len(LAYER_COLOURS)]) for index in range(len(layers))]
    axes.legend(handles, names, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(layers), borderaxespad=0)
    axes.set_title("a fixed sample of the weights")


def _draw_speed(axes: Axes, weights: np.ndarray, control_period: float) -> None:
    """Draw how far the weights move at each tick that changes them, on a logarithmic axis."""
    axes.set(xlabel="time in the life (s)", ylabel="‖W(t+1) − W(t)‖", title="speed of all weights, per control tick")
    speed = weight_speed(weights)
    moving = speed > 0  # a log axis has no zero, and an update interval leaves ticks without a change
    if moving.any():
        seconds = np.arange(len(speed))[moving] * control_period
        axes.semilogy(seconds, speed[moving], color=INK, linewidth=0.9, marker=_marker(len(seconds)))
        decades = np.log10([speed[moving].min(), speed[moving].max()])
        axes.set_ylim(10.0 ** np.floor(decades[0] - 0.05), 10.0 ** np.ceil(decades[1] + 0.05))
        return
    axes.set_yticks([])
    short = len(speed) == 0
    write_across(axes, "too short a life to have a speed" if short else "the weights do not change: the speed is zero")


def _mark_divergence(every_axes: Sequence[Axes], finite: int, ticks: int, control_period: float) -> None:
    """Set the time axis to the whole life, and shade what came after the weights stopped being numbers."""
    end = max(ticks - 1, 1) * control_period
    margin = 0.01 * end
    every_axes[0].set_xlim(-margin, end + margin)
    if finite == ticks:
        return
    start = finite * control_period
    for axes in every_axes:
        axes.axvspan(start, end + margin, color=VERMILLION, alpha=0.12, linewidth=0)
        axes.axvline(start, color=VERMILLION, linewidth=1.0)
    late = start > end / 2
    every_axes[0].text(
        start,
        0.95,
        f" diverged at {start:.3g} s ",
        transform=every_axes[0].get_xaxis_transform(),
        ha="right" if late else "left",
        va="top",
        color=VERMILLION,
        fontsize=8,
        bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1.5},
    )


def _marker(points: int) -> str:
    """Return a marker where a line alone would show little."""
    return "." if points <= 40 else ""
