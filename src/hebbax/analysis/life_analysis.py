"""All that is measured of one recorded life, as plain values: what analysis.json holds of it.

Verdict and published ratio look at the whole life; everything else at its second half, which is after the transient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.analysis.footfall import contacts_of_legs, measure_footfall
from hebbax.analysis.frame import Body, Frame, Life, body_in_time
from hebbax.analysis.gait import MOTIONS, Motion, measure_gait, motion_of
from hebbax.analysis.life_reality import reality_of
from hebbax.analysis.stretch import FEWEST_STEPS, late_stretch, longest_stretch
from hebbax.attractors.han_ratio import published_ratio
from hebbax.attractors.lyapunov import Lyapunov
from hebbax.attractors.principal_components import find_structure, principal_components
from hebbax.attractors.recurrence import Recurrence, period_by_autocorrelation, period_by_return_map
from hebbax.attractors.spectra import dominant_frequency
from hebbax.attractors.trajectory import finite_rows, update_interval, weight_speed
from hebbax.attractors.verdict import FEWEST_UPDATES, Verdict, verdict
from hebbax.errors import HebbaxError, one_line
from hebbax.types import Record

FEWEST_ROWS = 2 * FEWEST_UPDATES
"""Rows of a life below which its second half tells nothing."""

_COMPONENTS = 10
_MOST_OF = (0.9, 0.99)


def analyze_life(life: Life, frame: Frame, lyapunov: Lyapunov | None = None) -> dict[str, Any]:
    """Return what a life was: its verdict, the measures of its weights, its gait, whether that is plausible.

    What cannot be said is None. `lyapunov` is the exponent of this life with its body in the loop, where it has been
    measured.
    """
    values: dict[str, Any] = {
        "life": life.number,
        "return": life.total_return,
        "length": life.length,
        "end": life.end,
        "terminations": life.terminations,
    }
    # A birth between two rows that were kept would be a jump of the body.
    seamless = frame.every == 1 or not life.terminations
    gait = gait_of(life.record, frame, life.body) if seamless else None
    if frame.plastic:
        values |= _weights(life, frame, lyapunov)
        if gait is None or gait["motion"] != "gait":
            _without_gait(values["verdict"])
    return values | {"gait": gait, **reality_of(life, frame, gait)}


def _without_gait(values: dict[str, Any] | None) -> None:
    """Take from a verdict what it says of a gait: the actions of a body that stands have a rhythm too."""
    if values is not None:
        values["gait_ratio"] = None
        values["evidence"].pop("gait_frequency", None)


def _weights(life: Life, frame: Frame, lyapunov: Lyapunov | None) -> dict[str, Any]:
    record, diverged = life.record, life.end == "diverged"
    none = dict.fromkeys(("published_ratio", "weight_speed", "principal_components", "spectra", "recurrence"))
    try:
        outcome = verdict(
            record.weights,
            frame.row_period,
            actions=record.actions,
            lyapunov=lyapunov,
            diverged=diverged,
            bounded=frame.bounded,
        )
    except HebbaxError as error:  # a life that ended too soon
        return {"verdict": None, "no_verdict": one_line(error), **none}
    values = {"verdict": _verdict(outcome, frame.every), "no_verdict": None, **none}
    if finite_rows(record.weights) < max(len(record.weights), FEWEST_ROWS):
        return values
    half = record.weights[len(record.weights) // 2 :]
    ratio = published_ratio(record.weights, frame.layer_shapes)
    parts = principal_components(half, _COMPONENTS)
    return values | {
        "published_ratio": {"label": ratio.label, "ratio": ratio.ratio, "agrees": ratio.label == outcome.label},
        "weight_speed": _speed(half, frame),
        "principal_components": {"explained": parts.explained, **_component_counts(parts.explained)},
        "spectra": _spectra(record, half, frame),
        "recurrence": _recurrence(half, frame),
    }


def _verdict(outcome: Verdict, every: int) -> dict[str, Any]:
    return {
        "label": outcome.label,
        "confidence": outcome.confidence,
        "transient_ticks": outcome.transient * every,
        "period_ticks": None if outcome.period_ticks is None else outcome.period_ticks * every,
        "period_seconds": outcome.period_seconds,
        "gait_ratio": outcome.gait_ratio,
        "note": outcome.note,
        "look_ticks": None if outcome.look_ticks is None else outcome.look_ticks * every,
        "evidence": outcome.evidence,
    }


def _speed(half: np.ndarray, frame: Frame) -> dict[str, Any]:
    """Return mean speeds of the weights from one row to the next, absolute and relative to their norm."""
    speed = weight_speed(half, frame.layer_shapes)
    layers = zip(frame.layers, speed.layers.mean(axis=1), speed.relative_layers.mean(axis=1), strict=True)
    return {
        "total": speed.total.mean(),
        "relative": speed.relative.mean(),
        "layers": {name: {"total": total, "relative": relative} for name, total, relative in layers},
    }


def _component_counts(explained: np.ndarray) -> dict[str, int | None]:
    """Return how many components explain most of the variance; None where more do than were computed, or nothing."""
    sums = np.cumsum(explained)
    return {
        f"components_for_{part:.0%}".replace("%", "_percent"): int(np.argmax(sums >= part)) + 1
        if np.any(sums >= part)
        else None
        for part in _MOST_OF
    }


def _spectra(record: Record, half: np.ndarray, frame: Frame) -> dict[str, Any]:
    """Return the strongest oscillation of the weights and of the actions, in Hz."""
    actions = record.actions[len(record.actions) // 2 :]
    peaks = {}
    for name, signals in (("weights", half), ("actions", actions)):
        peak = dominant_frequency(signals, frame.row_period)
        peaks[name] = peak and {
            "frequency": peak.frequency,
            "prominence": peak.prominence,
            "significant": peak.significant,
        }
    return peaks


def _recurrence(half: np.ndarray, frame: Frame) -> dict[str, Any]:
    """Return after how many ticks the weights come back to where they were, and how closely, by two methods."""
    interval, first = update_interval(half)
    structure = find_structure(half[first::interval])
    if not structure.scores.shape[1]:
        return {"return_map": None, "autocorrelation": None}
    ticks = interval * frame.every
    own_part = structure.noise * structure.scores.shape[1] / np.sum(np.var(structure.scores, axis=0))
    return {
        "return_map": _period(period_by_return_map(structure.scores, structure.noise), ticks),
        "autocorrelation": _period(period_by_autocorrelation(structure.scores, float(own_part)), ticks),
    }


def _period(recurrence: Recurrence | None, ticks: int) -> dict[str, float] | None:
    return recurrence and {"period_ticks": recurrence.period * ticks, "closeness": recurrence.closeness}


def gait_of(record: Record, frame: Frame, laden: Body | str | None = None) -> dict[str, Any] | None:
    """Return how a body went in the second half of its life, between two births where there were several.

    `laden` is the body with mass and gravity of that time, where they may be others than the frame's, or why they are
    not known. None where the body is not seen, cannot go forward, or fell too soon. Strides are those of a gait, and
    transport has a cost where the body moves; else they are NaN.
    """
    body, rows = frame.body, late_stretch(record)
    if body is None or body.forward is None or rows.stop - rows.start < FEWEST_STEPS:
        return None
    touching, weighed = _touching(record.contacts[rows], body), body_in_time(body, laden)
    gait = measure_gait(
        record.qpos[rows, body.forward],
        record.qpos[rows][:, body.joints],
        record.speeds[rows][..., body.torques],
        record.torques[rows][..., body.torques],
        record.contacts[rows][:, touching],
        mass=weighed.mass,
        gravity=weighed.gravity,
        control_period=frame.row_period,
    )
    feet = {
        body.names[index]: {"duty_factor": duty, "air_time": air, "touch_downs": downs}
        for index, duty, air, downs in zip(touching, gait.duty_factor, gait.air_time, gait.touch_downs, strict=True)
    }
    footfall = _footfall(record.contacts[rows], body, frame.row_period, gait.motion)
    # Feet that bounce as they land, or a knee that scrapes, touch down without a rhythm while the legs have one.
    motion = "gait" if footfall is not None and footfall["name"] is not None else gait.motion
    # Power that is missing would make the way cheap.
    transport = motion != "stands" and body.whole_effort
    return {
        "ticks": (rows.stop - rows.start) * frame.every,
        "motion": motion,
        "forward_speed": gait.forward_speed,
        "stride_frequency": gait.stride_frequency if motion == "gait" else float("nan"),
        "torque_mean": gait.torque_mean,
        "torque_peak": gait.torque_peak,
        "cost_of_transport": gait.cost_of_transport if transport else float("nan"),
        "feet": feet,
        "footfall": footfall,
    }


def _footfall(contacts: np.ndarray, body: Body, period: float, motion: Motion) -> dict[str, Any] | None:
    """Return when each leg bears weight in a stride, and what its gait is called; None of fewer than two legs."""
    if len(body.legs) < 2:
        return None
    names = [leg.name for leg in body.legs]
    feet = contacts_of_legs(contacts, body.legs)
    found = measure_footfall(feet, np.array([(leg.ahead, leg.left) for leg in body.legs]), names, period)
    legs = zip(names, found.duty_factor, found.phase, found.rhythm, found.diagram, strict=True)
    walks = motion != "stands"  # touches of a body that stands are no gait, however regular
    return {
        "name": found.name if walks else None,
        "why": found.why if walks else MOTIONS[motion],
        "agreement": found.agreement,
        "frequency": found.frequency,
        "legs": {
            name: {"duty_factor": duty, "phase": phase, "rhythm": rhythm, "diagram": diagram}
            for name, duty, phase, rhythm, diagram in legs
        },
    }


def motion_between(record: Record, body: Body, control_period: float, begin: int, end: int) -> Motion | None:
    """Return what a body did during a part of its life, between two births where there were several.

    Args:
        record: of the life.
        body: where the record has its place and its contacts.
        control_period: seconds per tick.
        begin: first tick of the part.
        end: the tick after its last one.

    None where it cannot go forward, or lived too short a time between them.
    """
    rows = longest_stretch(record, begin, min(end, len(record.rewards)))
    if body.forward is None or rows.stop - rows.start < FEWEST_STEPS:
        return None
    return motion_of(record.qpos[rows, body.forward], record.contacts[rows][:, body.own], control_period)


def _touching(contacts: np.ndarray, body: Body) -> np.ndarray:
    """Return which of the robot's own bodies touch something at some time."""
    return body.own[contacts[:, body.own].any(axis=0)]
