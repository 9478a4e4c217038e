"""A weight trajectory as the analysis takes it: checked, cut where it stops being finite, and without repeated rows.

Also how fast it changes: ‖W_{t+1} − W_t‖, as it is and relative to how large the weights are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hebbax.errors import HebbaxError


def check_trajectory(trajectory: np.ndarray, ticks: int = 1) -> np.ndarray:
    """Return a trajectory as float32 or float64 [ticks, weights].

    Raises HebbaxError unless it has two axes, a weight, and at least `ticks` rows.
    """
    rows = np.asarray(trajectory)
    if rows.ndim != 2 or not rows.shape[1]:
        raise HebbaxError(f"trajectory has shape {rows.shape}: expected [ticks, weights] with at least one weight")
    if len(rows) < ticks:
        raise HebbaxError(f"trajectory has {len(rows)} ticks: expected at least {ticks}")
    return rows if rows.dtype in (np.float32, np.float64) else rows.astype(np.float64)


def check_control_period(control_period: float) -> float:
    """Return the seconds per tick. Raises HebbaxError unless they are a finite number above 0."""
    if not (np.isfinite(control_period) and control_period > 0):
        raise HebbaxError(f"control_period={control_period}: expected a finite number of seconds above 0")
    return float(control_period)


def finite_rows(trajectory: np.ndarray) -> int:
    """Return how many rows come before the first that holds NaN or infinity."""
    finite = np.isfinite(trajectory).all(axis=1)
    return len(trajectory) if np.all(finite) else int(np.argmin(finite))


def update_interval(trajectory: np.ndarray) -> tuple[int, int]:
    """Return how many ticks lie between weight updates, and the first row that such an update has written.

    Weights that are updated every n ticks stand still in between, and these stairs have frequencies of their own in a
    spectrum. `trajectory[first::interval]` has one row per update. The interval is 1 where no rows repeat, or all do.
    """
    changes = np.flatnonzero((trajectory[1:] != trajectory[:-1]).any(axis=1))
    if len(changes) < 2:
        return 1, 0
    interval = int(np.gcd.reduce(np.diff(changes)))
    if 2 * interval * len(changes) < len(trajectory):
        return 1, 0  # weights that have stopped, not an interval
    return interval, (int(changes[0]) + 1) % interval


def split_layers(trajectory: np.ndarray, layer_shapes: Sequence[tuple[int, int]]) -> list[np.ndarray]:
    """Return the layers of a trajectory [ticks, weights], each [ticks, its weights] and a view.

    `layer_shapes` are (presynaptic, postsynaptic), in the order in which the weights stand in a row. Raises HebbaxError
    if they hold another number of weights.
    """
    sizes = [pre * post for pre, post in layer_shapes]
    if sum(sizes) != trajectory.shape[1]:
        raise HebbaxError(f"layers {list(layer_shapes)} hold {sum(sizes)} weights: expected {trajectory.shape[1]}")
    ends = np.cumsum([0, *sizes])
    return [trajectory[:, begin:end] for begin, end in pairwise(ends)]


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
    total, norm = _total_norm(speeds), _total_norm(norms)
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


def _total_norm(norms: np.ndarray) -> np.ndarray:
    """Return the norm of all layers together: [layers, ticks] to [ticks]."""
    return np.sqrt(np.sum(norms**2, axis=0))


def _ratio(speed: np.ndarray, norm: np.ndarray) -> np.ndarray:
    at_zero = np.where(speed > 0, np.inf, 0.0)
    return np.divide(speed, norm, out=at_zero, where=norm > 0)
