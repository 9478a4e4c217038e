"""What the pictures of weights share: a life cut into layers, and where it stops being finite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from hebbax.attractors.trajectory import finite_rows
from hebbax.errors import HebbaxError
from hebbax.report.style import VERMILLION

LayerShapes = Sequence[tuple[int, int]]
"""(presynaptic, postsynaptic) of each layer, in the order in which its weights stand in a row, each row-major."""


def layers_of(weights: np.ndarray, layer_shapes: LayerShapes) -> list[np.ndarray]:
    """Return each layer of weights [ticks, weights] as [ticks, presynaptic, postsynaptic].

    Raises HebbaxError if there is no tick, or another number of weights.
    """
    sizes = [pre * post for pre, post in layer_shapes]
    if weights.ndim != 2 or len(weights) == 0 or weights.shape[1] != sum(sizes):
        raise HebbaxError(
            f"expected weights to be an array with shape [ticks, {sum(sizes)}] (layers {list(layer_shapes)}) and at "
            f"least one tick, but it had shape {list(weights.shape)}"
        )
    parts = np.split(weights, np.cumsum(sizes)[:-1], axis=1)
    return [part.reshape(-1, pre, post) for part, (pre, post) in zip(parts, layer_shapes, strict=True)]


def names_of(layer_shapes: LayerShapes, names: Sequence[str] | None) -> list[str]:
    """Return what each layer is called: its own name if given, else "layer 0", "layer 1", ... as in a recording.

    Raises HebbaxError for another number of names than layers.
    """
    if names is None:
        return [f"layer {index}" for index in range(len(layer_shapes))]
    if len(names) != len(layer_shapes):
        raise HebbaxError(f"layer_names={list(names)}: expected {len(layer_shapes)} names, one a layer")
    return list(names)


def mark_divergence(axes: Axes, weights: np.ndarray, control_period: float, *, text: bool = False) -> None:
    """Set a time axis to the whole life [ticks, weights], and shade what came after the weights stopped being finite.

    `text` writes there when that was.
    """
    finite, ticks = finite_rows(weights), len(weights)
    end = max(ticks - 1, 1) * control_period
    margin = 0.01 * end
    axes.set_xlim(-margin, end + margin)
    if finite == ticks:
        return
    start = finite * control_period
    axes.axvspan(start, end + margin, color=VERMILLION, alpha=0.12, linewidth=0)
    axes.axvline(start, color=VERMILLION, linewidth=1.0)
    if text:
        axes.text(
            start,
            0.95,
            f" diverged at {start:.3g} s ",
            transform=axes.get_xaxis_transform(),
            ha="right" if start > end / 2 else "left",
            va="top",
            color=VERMILLION,
            fontsize=8,
            bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1.5},
        )
