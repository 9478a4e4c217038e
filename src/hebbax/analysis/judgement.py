"""The decision behind a verdict, in rows: one a weight update."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hebbax.analysis.drift import Drift, measure_drift
from hebbax.analysis.regularity import Regularity, measure_regularity
from hebbax.analysis.spectra import independent_signals, noise_peak
from hebbax.analysis.structure import Structure, find_structure
from hebbax.analysis.thresholds import Thresholds
from hebbax.analysis.transient import transient_end


@dataclass(frozen=True)
class Judgement:
    """A verdict in rows."""

    label: str
    confidence: float
    transient: int
    evidence: dict[str, float]
    period: float | None = None


def judge(rows: np.ndarray, limits: Thresholds) -> Judgement:
    """Judge a finite trajectory [rows, weights] of at least 60 rows."""
    whole = find_structure(rows)
    if whole.total_variance == 0 or whole.scale == 0:
        return Judgement("fixed-point", 1.0, 0, {"shared_motion": 0.0, "own_motion": 0.0})
    drift = measure_drift(rows, whole.scores, whole.noise)
    transient = transient_end(whole.scores, limits.off_attractor * whole.scale) if whole.scores.shape[1] else 0
    rest = rows[transient:]
    structure = find_structure(rest)
    shared, own = _motion(structure)
    evidence = {
        "shared_motion": shared,
        "own_motion": own,
        "relative_speed": _relative_speed(rest, structure.scale),
        "straightness": drift.straightness,
        "distance": drift.distance / whole.scale,
        "pace": drift.pace,
        "growth": drift.growth,
        "trend": drift.trend,
    }
    margin = _leaving(drift, whole, limits)
    if margin > 0:
        return Judgement("diverging", _confidence(margin), transient, evidence)
    settling = _settling(drift, limits)
    if shared < limits.still or settling > 0:
        return _at_rest(shared, own, settling, transient, evidence, limits)
    return _moving(structure, transient, evidence, limits)


def _motion(structure: Structure) -> tuple[float, float]:
    """Return the motion that weights share and that each has for itself, relative to the weights.

    With few weights no direction is left to tell them apart; then motion without memory counts as each weight's own.
    """
    shared, own = np.sqrt(structure.shared_variance), np.sqrt(structure.own_variance)
    if structure.weights <= 2 * structure.scores.shape[1] and _is_white(structure.scores):
        shared, own = 0.0, float(np.hypot(shared, own))
    return float(shared / structure.scale), float(own / structure.scale)


def _is_white(scores: np.ndarray) -> bool:
    """Whether the power of scores [rows, components] is as even over frequencies as white noise's."""
    centred = scores - scores.mean(axis=0)
    power = np.sum(np.abs(np.fft.rfft(centred, axis=0)) ** 2, axis=1)[1:]
    return bool(power.max() <= noise_peak(len(power), independent_signals(centred)) * np.median(power))


def _relative_speed(rows: np.ndarray, scale: float) -> float:
    """Return the root mean square of ‖W_{t+1} − W_t‖ relative to the norm of the weights."""
    steps = np.diff(rows, axis=0)
    return float(np.sqrt(np.einsum("tw,tw->", steps, steps, dtype=np.float64) / len(steps))) / scale


def _leaving(drift: Drift, whole: Structure, limits: Thresholds) -> float:
    """Return by how much the weights leave for good, in margins of the thresholds; 0 or below if they do not."""
    far = drift.distance / whole.scale
    straight = min(
        _above(drift.straightness, limits.straight, 0.2),
        _above(drift.pace, limits.steady, 0.4),
        _above(far, limits.far, limits.far),
        _above(drift.distance, drift.swing, max(drift.swing, 1e-300)),
    )
    swelling = min(
        _above(drift.trend, limits.trend, 0.3),
        _above(drift.growth, limits.growth, 0.5),
        _above(drift.swing / whole.scale, limits.still, limits.still),
    )
    return max(straight, swelling)


def _settling(drift: Drift, limits: Thresholds) -> float:
    """Return by how much the weights are still coming to rest at the end of the record, in margins."""
    slowing = min(
        _above(drift.straightness, limits.straight, 0.2),
        _above(limits.steady, drift.pace, 0.4),
        _above(drift.distance, 2 * drift.swing, max(drift.swing, 1e-300)),
    )
    fading = min(_above(-drift.trend, limits.trend, 0.3), _above(1 / limits.growth, drift.growth, 0.3))
    return max(slowing, fading)


def _at_rest(
    shared: float, own: float, settling: float, transient: int, evidence: dict[str, float], limits: Thresholds
) -> Judgement:
    if own > limits.noisy:
        return Judgement("wandering", _confidence(_above(own, limits.noisy, 0.2)), transient, evidence)
    still = max(_times_below(shared, limits.still), settling)
    return Judgement("fixed-point", _confidence(still, _above(limits.noisy, own, 0.2)), transient, evidence)


def _moving(structure: Structure, transient: int, evidence: dict[str, float], limits: Thresholds) -> Judgement:
    found = measure_regularity(structure, limits.same_frequency, limits.cycles)
    evidence |= found.evidence
    predictable = _above(found.foretold, limits.foretold, 0.5 * (1 - limits.foretold))
    single = _times_below(found.second_frequency, limits.second_frequency)
    closes = _closes(found, limits)
    scattered = found.finely_sampled and found.closeness > limits.spreads
    if predictable > 0 and single > 0 and not scattered:
        return Judgement("limit-cycle", _confidence(predictable, single), transient, evidence, found.line_period)
    if closes > 0:
        return Judgement("limit-cycle", _confidence(closes), transient, evidence, found.return_period)
    if predictable > 0:
        other = 1.0 if scattered else -single
        return Judgement("quasi-periodic", _confidence(predictable, other, -closes), transient, evidence)
    return Judgement("wandering", _confidence(-predictable, -closes), transient, evidence)


def _closes(found: Regularity, limits: Thresholds) -> float:
    """Return by how much a motion closes, in margins: in space by the return map, and in time by the correlation."""
    if found.return_period is None or found.rows / found.return_period < limits.cycles:
        return -1.0
    return min(
        _times_below(found.closeness, limits.closes), _times_below(found.correlation_closeness, limits.correlates)
    )


def _above(value: float, threshold: float, margin: float) -> float:
    """Return how far a value is above its threshold, in margins within which the verdict is unsure."""
    return (value - threshold) / margin


def _times_below(value: float, threshold: float) -> float:
    """Return how far a value is below its threshold, in margins of a factor of 3."""
    return float((np.log(threshold) - np.log(max(value, np.finfo(float).tiny))) / np.log(3))


def _confidence(*margins: float) -> float:
    """Return ½ for the smallest margin at 0, up to 1 for margins of 1 and above."""
    return 0.5 + 0.5 * float(np.clip(min(margins), 0, 1))
