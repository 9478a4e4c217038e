"""The picture of what plasticity does to the weights of one life: images, traces and speed, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from hebbax.report.plots.layers import LayerShapes
from hebbax.report.plots.weight_images import plot_weight_images
from hebbax.report.plots.weight_speed import plot_weight_speed
from hebbax.report.plots.weight_traces import plot_weight_traces
from hebbax.report.style import figure_style


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

    The arguments and errors are those of `plot_weight_images`, `plot_weight_traces` and `plot_weight_speed`.
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
