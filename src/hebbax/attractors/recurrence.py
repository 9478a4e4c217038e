"""Whether and when weights come back to where they have been.

J.-P. Eckmann, S. Oliffson Kamphorst, D. Ruelle: *Recurrence Plots of Dynamical Systems*. Europhysics Letters 4, 1987.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hebbax.attractors.sinusoids import parabolic_offset
from hebbax.attractors.transient import squared_distances

MOST_TICKS = 2000
"""Ticks above which a self-distance matrix is decimated."""

_FINER = 8  # times as fine as rows, so that a motion of few rows per period can be followed
_STARTS = 48
_MOST_RETURNS = 24
_MOST_PERIODS = 12
_PHASE = 0.15  # of a period by which a return may come early or late
_ELSEWHERE = (0.37, 0.61, 1.23, 1.39, 1.61, 1.77)  # of a period: times at which a cycle is somewhere else
_CLOSER = 0.5
_GROWS = 3.5  # distances of 1, 2, 3, … , as of a motion that turns away steadily, have squares that grow more
_EXACT = 0.005
_FOLLOW_SHARE = 0.75  # of the record


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
    peaks = _peaks(values)
    if not len(peaks):
        return None
    first = int(peaks[np.argmax(values[peaks] >= values[peaks].max() - 0.05)])
    top = values[first] / max(1.0 - noise, 1e-12)
    offset = parabolic_offset(np.exp(values[first - 1 : first + 2]))
    # Two independent points of the motion have a mean squared distance of twice its variance.
    return Recurrence(first + offset, float(np.sqrt(max(1.0 - top, 0.0))))


def _peaks(values: np.ndarray) -> np.ndarray:
    """Return where an autocorrelation has positive peaks after it has first fallen below 0."""
    below = np.flatnonzero(values < 0)
    inner = values[1:-1]
    peaks = 1 + np.flatnonzero((inner > values[:-2]) & (inner >= values[2:]) & (inner > 0))
    return peaks[peaks > below[0]] if len(below) else peaks[:0]


def period_by_return_map(
    signals: np.ndarray, noise: float = 0.0, *, cycles: float = 4.0, expected: Sequence[float] = ()
) -> Recurrence | None:
    """Return the period after which signals [rows, signals] come back to where they were, and how closely they do.

    From 48 points the motion is followed from one return to the next, over three quarters of the record or 24 returns.
    A return is the nearest approach to the point that it began at, a little before or after the
    return before leads one to expect it. So a phase that wanders is followed, while a motion that slowly turns away, as
    on a torus near a resonance, is not: it is compared with its beginning. The closeness is the root mean square of
    these distances over that of two points of the motion taken at random.

    Tried are the peaks of the autocorrelation and the periods `expected`, in rows, of which the record holds at least
    `cycles`. The shortest is taken, but for a longer one after which the motion comes back at least twice as closely.
    What comes as close at other times as at its period does not come back: its attractor is only crowded. `noise` is
    the variance of the noise in each signal's direction. None where nothing comes back.
    """
    fine = upsample(signals)
    lags = _lags(fine, len(fine) / cycles, [_FINER * period for period in expected])
    variance = float(np.sum(np.var(signals, axis=0)))
    # Of a return's noise, and of that at its beginning, all but the part along the way counts as distance.
    noise_floor = 2 * noise * (signals.shape[1] - 1)
    spread = max(2 * (variance - noise * signals.shape[1]), np.finfo(float).tiny)
    reach = 1 / (2 * mean_frequency(fine))
    best: Recurrence | None = None
    for lag in lags:
        window = max(round(min(_PHASE * lag, reach)), 2)
        period, squares = _follow(fine, lag, window, _MOST_RETURNS)
        closeness = float(np.sqrt(max(np.mean(squares) - noise_floor, 0.0) / spread))
        if best is not None and closeness >= 0.5 * best.closeness - 0.01:
            continue
        elsewhere = np.median([np.mean(_follow(fine, part * lag, window, 1)[1]) for part in _ELSEWHERE])
        crowded = np.mean(squares) - noise_floor > _CLOSER**2 * (elsewhere - noise_floor)
        if not crowded and not (closeness > _EXACT and _turns_away(squares)):
            best = Recurrence(period / _FINER, closeness)
    return best


def _turns_away(squares: np.ndarray) -> bool:
    """Whether the squared distances [returns] of returns from their start grow from the first half to the second."""
    half = len(squares) // 2
    return half > 0 and bool(np.mean(squares[half:]) > _GROWS * np.mean(squares[:half]))


def mean_frequency(signals: np.ndarray) -> float:
    """Return the mean frequency of signals [rows, signals], weighted by power, cycles per row."""
    power = np.sum(np.abs(np.fft.rfft(signals - signals.mean(axis=0), axis=0)) ** 2, axis=1)
    frequencies = np.fft.rfftfreq(len(signals))
    return float(max(frequencies @ power / max(power.sum(), np.finfo(float).tiny), frequencies[1]))


def _lags(signals: np.ndarray, most: float, expected: Sequence[float]) -> list[float]:
    """Return the lags to try, ascending: high peaks of the autocorrelation, the first among them, and those expected.

    A motion that comes back exactly has as many equal peaks as periods, of which the first is wanted.
    """
    values = autocorrelation(signals, int(most))
    peaks = _peaks(values)
    highest = peaks[np.argsort(values[peaks])[::-1][:_MOST_PERIODS]]
    first = peaks[values[peaks] >= 0.5 * values[peaks].max(initial=0.0)][:_MOST_PERIODS]
    lags = np.unique(np.concatenate([highest, first, expected]))
    return lags[(lags > _FINER) & (lags <= most)].tolist()


def _follow(signals: np.ndarray, lag: float, reach: int, most: int) -> tuple[float, np.ndarray]:
    """Return the mean time between returns near a lag, and each return's mean squared distance from its start.

    `signals` are [rows, signals]; times are in rows of theirs; the distances are [returns]. A return is looked for
    within `reach` of where it is expected, and at most `most` are followed.
    """
    window = np.arange(-reach, reach + 1)
    returns = max(min(int(_FOLLOW_SHARE * len(signals) / lag), most), 1)
    last = len(signals) - 1 - math.ceil(returns * lag) - 2 * reach
    starts = np.linspace(0, max(last, 0), _STARTS).astype(np.int64)
    places, squares, times = starts.astype(np.float64), [], np.zeros(0)
    for _ in range(returns):
        rows = np.round(places[:, None] + lag).astype(np.int64) + window
        inside = (rows[:, 0] >= 0) & (rows[:, -1] < len(signals))
        if not inside.any():
            break
        places, rows, starts = places[inside], rows[inside], starts[inside]
        distances = np.sum((signals[rows] - signals[starts][:, None]) ** 2, axis=2)
        nearest, offset, square = _lowest(distances)
        places = np.take_along_axis(rows, nearest[:, None], axis=1)[:, 0] + offset
        squares.append(float(np.mean(square)))
        times = (places - starts) / len(squares)
    return (float(np.mean(times)), np.array(squares)) if squares else (lag, np.array([math.inf]))


def _lowest(distances: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where each row of squared distances [starts, window] is lowest, how far beside that, and how low it is.

    Between places by a parabola, since a motion that comes back exactly may do so between two of them.
    """
    nearest = np.argmin(distances, axis=1)
    inner = np.clip(nearest, 1, distances.shape[1] - 2)
    left, middle, right = (np.take_along_axis(distances, (inner + step)[:, None], axis=1)[:, 0] for step in (-1, 0, 1))
    curvature = left - 2 * middle + right
    between = (inner == nearest) & (curvature > 0)
    offset = np.where(between, 0.5 * (left - right) / np.where(between, curvature, 1.0), 0.0)
    lowest = np.where(between, middle - 0.25 * (left - right) * offset, distances.min(axis=1))
    return nearest, offset, lowest.clip(0)


def upsample(signals: np.ndarray) -> np.ndarray:
    """Return signals [rows, signals] eight times as fine by band-limited interpolation, without their ends.

    A gait of five ticks per stride is a coarse polygon, on which straight lines between ticks would miss where the
    motion crosses a plane. The record is taken to go on mirrored, so that it has no jump at its ends; a twentieth at
    each, where that shows, is left out.
    """
    rows = len(signals)
    reflection = np.concatenate([signals, signals[::-1]])
    spectrum = np.fft.rfft(reflection, axis=0)
    fine = np.fft.irfft(spectrum, _FINER * len(reflection), axis=0) * _FINER
    edge = max(rows // 20, 1)
    return fine[edge * _FINER : (rows - edge) * _FINER]
