"""The classification behind a verdict, in rows: one per weight update."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hebbax.attractors.drift import Drift, measure_drift
from hebbax.attractors.periodicity import measure_regularity
from hebbax.attractors.principal_components import Structure, find_structure
from hebbax.attractors.settling import margin_above, rest_margin, rows_needed, settling_margin, steadiness_margin
from hebbax.attractors.spectra import independent_signals, noise_peak
from hebbax.attractors.thresholds import Thresholds
from hebbax.attractors.transient import transient_end


@dataclass(frozen=True)
class Classification:
    """A verdict in rows, before it is told in ticks."""

    label: str
    confidence: float
    transient: int
    evidence: dict[str, float]
    period: float | None = None  # rows
    look: int | None = None  # how many rows a record should have, of weights that are still settling
    highest_confidence: float = 1.0  # what a record allows whose last third differs from the one before


def classify(rows: np.ndarray, limits: Thresholds, *, bounded: bool = False) -> Classification:
    """Classify a finite trajectory [rows, weights] of at least 60 rows; bounded weights cannot leave for good."""
    whole = find_structure(rows)
    if whole.total_variance == 0 or whole.scale == 0:
        return Classification("fixed-point", 1.0, 0, {"shared_motion": 0.0, "own_motion": 0.0})
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
        "shift": drift.shift / whole.scale,
        "surprise": drift.surprise,
    }
    leaving = _leaving_margin(drift, whole, limits)
    if leaving > 0 and not bounded:
        return Classification("diverging", _confidence(leaving), transient, evidence)
    on_the_way = max(settling_margin(drift, whole, limits, bounded), leaving)
    if on_the_way > 0:
        look = rows_needed(drift, len(rows), whole.scale, limits)
        return Classification("settling", _confidence(on_the_way), transient, evidence, look=look)
    resting = rest_margin(drift, limits)
    if shared < limits.still or resting > 0:
        classification = _at_rest(shared, own, resting, transient, evidence, limits)
    else:
        classification = _moving(structure, transient, evidence, limits)
    highest_confidence = _confidence(steadiness_margin(drift, whole, limits))
    return replace(
        classification,
        highest_confidence=highest_confidence,
        confidence=min(classification.confidence, highest_confidence),
    )


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


def _leaving_margin(drift: Drift, whole: Structure, limits: Thresholds) -> float:
    """Return by how much the weights leave for good, in margins of the thresholds; 0 or below if they do not."""
    far = drift.distance / whole.scale
    straight = min(
        margin_above(drift.straightness, limits.straight, 0.2),
        margin_above(drift.pace, limits.steady, 0.4),
        margin_above(far, limits.far, limits.far),
        margin_above(drift.distance, drift.swing, max(drift.swing, 1e-300)),
    )
    swelling = min(
        margin_above(drift.trend, limits.trend, 0.3),
        margin_above(drift.growth, limits.growth, 0.5),
        margin_above(drift.swing / whole.scale, limits.still, limits.still),
    )
    return max(straight, swelling)


def _at_rest(
    shared: float, own: float, resting: float, transient: int, evidence: dict[str, float], limits: Thresholds
) -> Classification:
    if own > limits.noisy:
        return Classification("wandering", _confidence(margin_above(own, limits.noisy, 0.2)), transient, evidence)
    still = max(_margin_below(shared, limits.still), resting)
    return Classification("fixed-point", _confidence(still, margin_above(limits.noisy, own, 0.2)), transient, evidence)


def _moving(structure: Structure, transient: int, evidence: dict[str, float], limits: Thresholds) -> Classification:
    regularity = measure_regularity(structure, limits.cycles)
    evidence |= regularity.evidence
    predictable = margin_above(regularity.foretold, limits.foretold, 0.5 * (1 - limits.foretold))
    single = min(
        _margin_below(regularity.second_frequency, limits.second_frequency),
        _margin_below(regularity.detuned, limits.detuned),
    )
    # Frequencies that are known this well decide about long periods: after many turns a torus comes close again.
    by_frequencies = regularity.foretold > limits.exactly and regularity.turns > limits.turns
    closes = -1.0 if by_frequencies else _margin_below(regularity.closeness, limits.closes)
    if predictable > 0 and single > 0:
        return Classification(
            "limit-cycle", _confidence(predictable, single), transient, evidence, regularity.line_period
        )
    if predictable > 0 and regularity.aliased:
        return Classification("aliased", _confidence(predictable, -single), transient, evidence)
    if closes > 0:
        return Classification("limit-cycle", _confidence(closes), transient, evidence, regularity.return_period)
    torus = margin_above(regularity.foretold, limits.torus, 0.5 * (1 - limits.torus))
    if torus > 0:
        return Classification("quasi-periodic", _confidence(torus, -single, -closes), transient, evidence)
    return Classification("wandering", _confidence(-torus, -closes), transient, evidence)


def _margin_below(value: float, threshold: float) -> float:
    """Return how far a value is below its threshold, in margins of a factor of 3."""
    return float((np.log(threshold) - np.log(max(value, np.finfo(float).tiny))) / np.log(3))


def _confidence(*margins: float) -> float:
    """Return ½ for the smallest margin at 0, up to 1 for margins of 1 and above."""
    return 0.5 + 0.5 * float(np.clip(min(margins), 0, 1))
