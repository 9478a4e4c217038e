"""What the weights of one life end on: a point, a cycle, a torus, nothing that comes back, or nowhere at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hebbax.attractors.classify import Classification, classify
from hebbax.attractors.drift import BLOCKS
from hebbax.attractors.lyapunov import Lyapunov
from hebbax.attractors.spectra import dominant_frequency
from hebbax.attractors.thresholds import DEFAULT_THRESHOLDS, Thresholds
from hebbax.attractors.trajectory import check_control_period, check_trajectory, finite_rows, update_interval
from hebbax.errors import HebbaxError

LABELS = ("diverging", "fixed-point", "limit-cycle", "quasi-periodic", "wandering", "settling", "aliased")
"""The last two say that the record does not tell: it is too short, or its rows are too far apart."""

FEWEST_UPDATES = 5 * BLOCKS
"""Weight updates below which nothing is said."""

_SAME_SIZE = 1e-5
_SEPARATION = 3.0  # logarithm of how much neighbours part over a life before it counts: a factor of 20


@dataclass(frozen=True)
class Verdict:
    """The kind of attractor, and the numbers that say so."""

    label: str  # one of LABELS
    confidence: float  # 0.5 where a number is at its threshold, 1 where all are far from theirs
    transient: int  # ticks before the weights were on what they ended on
    period_ticks: float | None  # of a limit cycle
    period_seconds: float | None
    gait_ratio: float | None  # the weights' period over the gait's, where actions were given and have one
    evidence: dict[str, float]  # by name; the documentation says what each is
    note: str | None = None  # what to do where the record does not tell
    look_ticks: int | None = None  # ticks after which weights that are still settling may be classified


def verdict(
    trajectory: np.ndarray,
    control_period: float,
    *,
    actions: np.ndarray | None = None,
    lyapunov: Lyapunov | None = None,
    diverged: bool = False,
    bounded: bool | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Verdict:
    """Classify the weights of one life.

    Args:
        trajectory: float32 or float64 [ticks, weights].
        control_period: seconds per tick.
        actions: [ticks, actuators] of the same life, for the period of its gait.
        lyapunov: largest exponent of the life, body included, where pairs of lives have been compared for it.
        diverged: whether the life ended because a value was not finite or beyond its bound.
        bounded: whether a normalisation keeps the weights from leaving for good; by default, whether every row has the
            same largest size of a weight, or the same norm.
        thresholds: what the numbers are compared with.

    Raises HebbaxError for other shapes, or fewer than 60 weight updates of a life that did not diverge.
    """
    rows = check_trajectory(trajectory)
    check_control_period(control_period)
    finite = finite_rows(rows)
    if diverged or finite < len(rows):
        return Verdict("diverging", 1.0, 0, None, None, None, {"finite_ticks": float(finite)})
    interval, first = update_interval(rows)
    rows = rows[first::interval]
    if len(rows) < FEWEST_UPDATES:
        raise HebbaxError(f"{len(rows)} weight updates are too few for a verdict: expected at least {FEWEST_UPDATES}")
    classification = classify(rows, thresholds, bounded=is_bounded(rows) if bounded is None else bounded)
    classification.evidence["update_interval"] = float(interval)
    if lyapunov is not None:
        classification = _with_lyapunov(classification, lyapunov, len(trajectory))
    period = None if classification.period is None else classification.period * interval
    gait = None if actions is None else dominant_frequency(actions, control_period)
    if gait is not None and gait.significant:
        classification.evidence["gait_frequency"] = gait.frequency
    else:
        gait = None
    seconds = None if period is None else period * control_period
    look = None if classification.look is None else classification.look * interval
    return Verdict(
        classification.label,
        classification.confidence,
        first + classification.transient * interval if classification.transient else 0,
        period,
        seconds,
        None if seconds is None or gait is None else seconds * gait.frequency,
        classification.evidence,
        _note(classification.label, look),
        look,
    )


def is_bounded(rows: np.ndarray) -> bool:
    """Whether every row of weights [rows, weights] has the same largest size, or the same norm, to float32's rounding.

    Max normalisation keeps the one, a unit norm the other; weights that nothing keeps have neither.
    """
    largest = np.abs(rows).max(axis=1).astype(np.float64)
    norms = np.sqrt(np.einsum("tw,tw->t", rows, rows, dtype=np.float64))
    return bool(any(np.ptp(sizes) <= _SAME_SIZE * sizes.max() for sizes in (largest, norms)))


def _note(label: str, look: int | None) -> str | None:
    if label == "settling":
        return f"settling; look longer: {look:,} ticks or more"
    return "aliased: cannot tell a cycle with sharp turns from a torus" if label == "aliased" else None


def _with_lyapunov(classification: Classification, lyapunov: Lyapunov, ticks: int) -> Classification:
    """Return a classification corrected by the exponent: neighbours of a regular motion do not part within the record.

    Weights at rest and weights that leave are so whatever becomes of neighbours: a restless body makes the ripple of a
    fixed point unpredictable, and no larger.
    """
    classification.evidence["lyapunov"] = lyapunov.exponent
    separate = lyapunov.chaotic and lyapunov.exponent * ticks > _SEPARATION
    if classification.label == "wandering":
        return replace(classification, confidence=classification.highest_confidence) if separate else classification
    if separate and classification.label in ("limit-cycle", "quasi-periodic"):
        # What sinusoids foretell is regular in this record all the same; a cycle that only comes close again is not.
        predictable = classification.evidence.get("foretold", 1.0) > 0.5
        label, period = (classification.label, classification.period) if predictable else ("wandering", None)
        return replace(classification, label=label, period=period, confidence=0.5)
    return classification
