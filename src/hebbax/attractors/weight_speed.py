"""How fast the weights change: ‖W_{t+1} − W_t‖, as it is and relative to how large the weights are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hebbax.attractors.trajectory import check_trajectory, split_layers


@dataclass(frozen=True, eq=False)
class WeightSpeed:
    """The speed of the weights between one tick and the next, by layer and of all weights together."""

    layers: np.ndarray  # float64 [layers, ticks - 1], Frobenius norm of each layer's change
    total: np.ndarray  # float64 [ticks - 1], norm of the change of all weights
    summed: np.ndarray  # float64 [ticks - 1], the layers' norms added up, as the HAN notebooks do
    relative_layers: np.ndarray  # float64 [layers, ticks - 1], over the norm of the layer
    relative: np.ndarray  # float64 [ticks - 1], over the norm of all weights


def weight_speed(trajectory: np.ndarray, layer_shapes: Sequence[tuple[int, int]] | None = None) -> WeightSpeed:
    """Return the speed of a trajectory [ticks, weights]; without `layer_shapes` it counts as one layer.

    A relative speed is ‖W_{t+1} − W_t‖ / ‖W_t‖, so 0.01 means that a tick changes one part in a hundred. Where all
    weights are 0 it is 0 if they stay, else infinite. Raises HebbaxError for fewer than two ticks or wrong shapes.
    """
    rows = check_trajectory(trajectory, ticks=2)
    parts = [rows] if layer_shapes is None else split_layers(rows, layer_shapes)
    speeds = np.stack([_norms(np.diff(part, axis=0)) for part in parts])
    norms = np.stack([_norms(part[:-1]) for part in parts])
    total, norm = _together(speeds), _together(norms)
    return WeightSpeed(
        layers=speeds,
        total=total,
        summed=speeds.sum(axis=0),
        relative_layers=_ratio(speeds, norms),
        relative=_ratio(total, norm),
    )


def _norms(rows: np.ndarray) -> np.ndarray:
    """Return the norm of each row: [ticks, weights] to float64 [ticks]."""
    return np.sqrt(np.einsum("tw,tw->t", rows, rows, dtype=np.float64))


def _together(norms: np.ndarray) -> np.ndarray:
    """Return the norm of all layers together: [layers, ticks] to [ticks]."""
    return np.sqrt(np.sum(norms**2, axis=0))


def _ratio(speed: np.ndarray, norm: np.ndarray) -> np.ndarray:
    at_zero = np.where(speed > 0, np.inf, 0.0)
    return np.divide(speed, norm, out=at_zero, where=norm > 0)
