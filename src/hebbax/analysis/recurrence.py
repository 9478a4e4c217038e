"""Whether and when weights come back to where they have been.

J.-P. Eckmann, S. Oliffson Kamphorst, D. Ruelle: *Recurrence Plots of Dynamical Systems*. Europhysics Letters 4, 1987.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hebbax.analysis.lines import parabolic_offset
from hebbax.analysis.transient import squared_distances

MOST_TICKS = 2000
"""Ticks above which a self-distance matrix is decimated."""

_RETURNS = 4  # crossings of the section after which a period may close
_MOST_SECTIONS = 3
_FINER = 8


@dataclass(frozen=True, eq=False)
class SelfDistance:
    """How far the weights of every two ticks are from each other."""

    ticks: np.ndarray  # int64 [n], which ticks the rows and columns are
    distances: np.ndarray  # float32 [n, n]


@dataclass(frozen=True)
class Recurrence:
    """A period, and how well the motion closes after it."""

    period: float  # rows
    closeness: float  # 0 the motion comes back exactly, 1 it is as far as any two of its points on average


def self_distance(trajectory: np.ndarray, most_ticks: int = MOST_TICKS) -> SelfDistance:
    """Return ‖W_i − W_j‖ of a trajectory [ticks, weights] for all pairs of at most `most_ticks` evenly spaced ticks."""
    stride = max(-(-len(trajectory) // most_ticks), 1)
    rows = trajectory[::stride]
    distances = np.sqrt(squared_distances(rows, rows)).astype(np.float32)
    np.fill_diagonal(distances, 0)
    return SelfDistance(np.arange(0, len(trajectory), stride), distances)


def autocorrelation(signals: np.ndarray, most: int) -> np.ndarray:
    """Return Σ y_t·y_{t+τ} over the mean square, for τ = 0 … most: signals [rows, signals] to float64 [most + 1].

    Each lag is divided by how many pairs it has, so that a periodic motion reaches 1 at its period.
    """
    rows = len(signals)
    centred = signals - signals.mean(axis=0)
    size = 1 << (2 * rows - 1).bit_length()
    power = np.sum(np.abs(np.fft.rfft(centred, size, axis=0)) ** 2, axis=1)
    products = np.fft.irfft(power, size)[: most + 1] / np.arange(rows, rows - most - 1, -1)
    return products / products[0] if products[0] > 0 else np.zeros(most + 1)


def period_by_autocorrelation(signals: np.ndarray, noise: float = 0.0) -> Recurrence | None:
    """Return the lag at which the autocorrelation of signals [rows, signals] first comes back to near its highest.

    The first peak within 5 % of the highest between the first zero and a third of the record, between rows by a
    parabola. `noise` is the part of the variance that has no memory. None if it never falls below 0 and rises again.
    """
    values = autocorrelation(signals, len(signals) // 3)
    below = np.flatnonzero(values < 0)
    if not len(below):
        return None
    inner = values[1:-1]
    peaks = 1 + np.flatnonzero((inner > values[:-2]) & (inner >= values[2:]) & (inner > 0))
    peaks = peaks[peaks > below[0]]
    if not len(peaks):
        return None
    first = int(peaks[np.argmax(values[peaks] >= values[peaks].max() - 0.05)])
    top = values[first] / max(1.0 - noise, 1e-12)
    offset = parabolic_offset(np.exp(values[first - 1 : first + 2]))
    # Two independent points of the motion have a mean squared distance of twice its variance.
    return Recurrence(first + offset, float(np.sqrt(max(1.0 - top, 0.0))))


def period_by_return_map(signals: np.ndarray, noise: float = 0.0) -> Recurrence | None:
    """Return the period and closeness of return of signals [rows, signals] by a Poincaré section.

    Sections go through the mean, across each of the leading components in turn; the one that the motion crosses
    fastest at its slowest crossing is taken, since a motion that runs along its section crosses it by chance. A motion
    that closes after m crossings meets the section in m places again and again. The closeness is the root mean square
    distance of the crossings from the middle of their place, over the spread of the motion, for the m from 1 to 4 at
    which it is least; of two that are alike, the lower. Crossings that slowly go round, as on a torus near a resonance,
    are close to the one before but far from their middle. `noise` is the variance of the noise in each signal's
    direction. None with fewer than four crossings.
    """
    variance = float(np.sum(np.var(signals, axis=0)))
    signals = upsampled(signals)
    best: tuple[float, np.ndarray, np.ndarray] | None = None
    for axis in range(min(signals.shape[1], _MOST_SECTIONS)):
        times, points, speed = _crossings(signals, axis)
        if len(times) >= 4 and (best is None or speed > best[0]):
            best = speed, times, points
    if best is None:
        return None
    _, times, points = best
    times = times / _FINER
    spread = max(variance - noise * signals.shape[1], np.finfo(float).tiny)
    lost = noise * (signals.shape[1] - 1)
    found: Recurrence | None = None
    for branches in range(1, min(_RETURNS, len(times) // 3) + 1):
        scatter = sum(float(np.sum((place - place.mean(axis=0)) ** 2)) for place in _places(points, branches))
        closeness = float(np.sqrt(max(scatter / (len(points) - branches) - lost, 0.0) / spread))
        if found is None or closeness < 0.5 * found.closeness - 0.01:
            whole = (len(times) - 1) // branches
            found = Recurrence(float(times[whole * branches] - times[0]) / whole, closeness)
    return found


def upsampled(signals: np.ndarray) -> np.ndarray:
    """Return signals [rows, signals] eight times as fine by band-limited interpolation, without their ends.

    A gait of five ticks a stride is a coarse polygon, on which straight lines between ticks would miss where the motion
    crosses a plane. The record is taken to go on mirrored, so that it has no jump at its ends; a twentieth at each,
    where that shows, is left out.
    """
    rows = len(signals)
    mirrored = np.concatenate([signals, signals[::-1]])
    spectrum = np.fft.rfft(mirrored, axis=0)
    fine = np.fft.irfft(spectrum, _FINER * len(mirrored), axis=0) * _FINER
    edge = max(rows // 20, 1)
    return fine[edge * _FINER : (rows - edge) * _FINER]


def _places(points: np.ndarray, branches: int) -> list[np.ndarray]:
    """Return the crossings [crossings, signals] that a motion which closes after so many makes in the same place."""
    return [points[branch::branches] for branch in range(branches)]


def _crossings(signals: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return when and where a motion crosses the plane through its mean across one axis, upwards.

    Times [crossings] in rows and places [crossings, signals] between rows, and the slowest crossing
    relative to the mean speed along the axis. A crossing counts once the motion has been below -½ of its spread since
    the last, so that noise about the plane makes no crossings.
    """
    centred = signals - signals.mean(axis=0)
    height = centred[:, axis]
    armed_below = -0.5 * height.std()
    armed, found = False, []
    for row, (now, following) in enumerate(pairwise(height.tolist())):
        armed = armed or now < armed_below
        if armed and now < 0 <= following:
            found.append(row)
            armed = False
    rows = np.array(found, np.int64)
    if not len(rows):
        return np.zeros(0), np.zeros((0, signals.shape[1])), 0.0
    rise = height[rows + 1] - height[rows]
    part = -height[rows] / rise
    points = centred[rows] + part[:, None] * (centred[rows + 1] - centred[rows])
    typical = float(np.mean(np.abs(np.diff(height))))
    return rows + part, points, float(np.quantile(rise, 0.05)) / typical
