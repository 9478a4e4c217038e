"""The document of an analysis: its lives, what they have in common, and a sentence that says what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hebbax.analysis.examiners import Measurement, lyapunov_values
from hebbax.analysis.frame import Frame
from hebbax.analysis.gait import MOTIONS
from hebbax.analysis.plain import plain
from hebbax.analysis.reality import FINDINGS, most_frequent, together
from hebbax.attractors.basin import STARTS, basin_values
from hebbax.attractors.lyapunov import Lyapunov, pool_exponents
from hebbax.attractors.verdict import LABELS
from hebbax.versions import environment

SCHEMA = 1

_DOES = {
    "diverging": "leave for good",
    "fixed-point": "settle on a fixed point",
    "limit-cycle": "go round a limit cycle",
    "quasi-periodic": "move quasi-periodically",
    "wandering": "wander without repeating themselves",
    "settling": "are still settling",
    "aliased": "move too fast for their updates to tell a cycle from a torus",
}

_MEDIANS: dict[str, tuple[str, ...]] = {
    "return": ("return",),
    "confidence": ("verdict", "confidence"),
    "transient_ticks": ("verdict", "transient_ticks"),
    "period_ticks": ("verdict", "period_ticks"),
    "gait_ratio": ("verdict", "gait_ratio"),
    "shared_motion": ("verdict", "evidence", "shared_motion"),
    "relative_speed": ("weight_speed", "relative"),
    "published_ratio": ("published_ratio", "ratio"),
    "forward_speed": ("gait", "forward_speed"),
    "stride_frequency": ("gait", "stride_frequency"),
    "torque_mean": ("gait", "torque_mean"),
    "torque_peak": ("gait", "torque_peak"),
    "cost_of_transport": ("gait", "cost_of_transport"),
}
"""What the summary gives the median of, over the lives that have it, and where it stands in a life's values."""

_FOOT_MEDIANS = ("duty_factor", "air_time", "touch_downs")


def document_of(measurements: Sequence[Measurement], frame: Frame, setting: dict[str, Any]) -> dict[str, Any]:
    """Return what analysis.json holds, from the measurements of the lives and the setting they were lived in."""
    lives = [one.values for one in measurements]
    summary = _summary(lives)
    if frame.plastic:
        summary |= {
            "lyapunov": {
                "with_body": _pooled_values([one.with_body for one in measurements]),
                "weights_alone": _pooled_values([one.conditional for one in measurements]),
            },
            "basin": {name: _basin(lives, name) for name in STARTS},
        }
    return {
        "schema": SCHEMA,
        **plain(setting),
        "control_period": frame.control_period,
        "every": frame.every,
        **frame.sizes,
        "layers": {name: list(shape) for name, shape in zip(frame.layers, frame.layer_shapes, strict=True)},
        "lifetimes": len(lives),
        "sentence": sentence_of(summary),
        "summary": plain(summary),
        "lives": lives,
        "versions": environment(),
    }


def _summary(lives: Sequence[dict[str, Any]]) -> dict[str, Any]:
    labels = Counter(life["verdict"]["label"] for life in lives if life.get("verdict"))
    ratios = [life["published_ratio"] for life in lives if life.get("published_ratio")]
    return {
        "verdicts": {label: labels[label] for label in LABELS},
        "judged": labels.total(),
        "look_ticks": max((ticks for life in lives if (ticks := _at(life, ("verdict", "look_ticks")))), default=None),
        "published": dict(Counter(ratio["label"] for ratio in ratios)),
        "published_agrees": sum(ratio["agrees"] for ratio in ratios),
        "medians": {name: _median(lives, path) for name, path in _MEDIANS.items()},
        "motions": motions_of(lives),
        "feet": feet_of(lives),
        "gaits": gaits_of(lives),
        **_reality(lives),
    }


def _reality(lives: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the findings of all lives together by name, and why there are none; one of them is None."""
    checked = [life["reality"] for life in lives if life.get("reality")]
    found = {name: together([one[name] for one in checked]) for name in FINDINGS} if checked else None
    why = None if checked else most_frequent([life.get("no_reality") for life in lives])
    return {"reality": found, "no_reality": why}


def motions_of(lives: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Return how many lives have a gait, move without one, or stand; those in which the body is not seen are none."""
    counts = Counter(_at(life, ("gait", "motion")) for life in lives)
    return {motion: counts[motion] for motion in MOTIONS}


def feet_of(lives: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return how each part of the body that touches anything in some life does so, over the lives in which it does."""
    names = dict.fromkeys(name for life in lives for name in _at(life, ("gait", "feet")) or ())
    return {
        name: {
            "lives": sum(_at(life, ("gait", "feet", name, "duty_factor")) is not None for life in lives),
            **{key: _median(lives, ("gait", "feet", name, key)) for key in _FOOT_MEDIANS},
        }
        for name in names
    }


def _name_of_gait(life: Mapping[str, Any]) -> str | None:
    """Return what the gait of a life is called, or None."""
    return _at(life, ("gait", "footfall", "name"))


def gaits_of(lives: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return what the gaits of lives are called and how often, of `lives` that were looked at; None where none was.

    Each leg has its phase in the lives of the most frequent name, beside the leg that is first: the mean on the circle.
    """
    seen = [life for life in lives if _at(life, ("gait", "footfall")) is not None]
    if not seen:
        return None
    counts = Counter(name for life in seen if (name := _name_of_gait(life)) is not None)
    ranked = dict(counts.most_common())
    first = next(iter(ranked), None)
    told = [life["gait"]["footfall"]["legs"] for life in seen if _name_of_gait(life) == first]
    return {
        "names": ranked,
        "lives": len(seen),
        "why": most_frequent([_at(life, ("gait", "footfall", "why")) for life in seen]),
        "legs": {name: _of_leg([legs[name] for legs in told if name in legs]) for name in told[0]},
    }


def _of_leg(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    phases = np.array([leg["phase"] for leg in found if leg["phase"] is not None])
    mean = np.angle(np.mean(np.exp(2j * np.pi * phases))) / (2 * np.pi) % 1.0 if len(phases) else None
    return {
        "lives": len(phases),
        "duty_factor": float(np.median([leg["duty_factor"] for leg in found])),
        "phase": mean,
    }


def _median(lives: Sequence[dict[str, Any]], path: Sequence[str]) -> float | None:
    numbers = [number for life in lives if (number := _at(life, path)) is not None]
    return float(np.median(numbers)) if numbers else None


def _at(values: Any, path: Sequence[str]) -> Any:
    """Return what stands at a path of keys, or None where something on the way is missing or None."""
    for key in path:
        values = None if values is None else values.get(key)
    return values


def _pooled_values(estimates: Sequence[Lyapunov | None]) -> dict[str, Any] | None:
    present = [one for one in estimates if one is not None]
    exponent = pool_exponents(present)
    return exponent and {**(lyapunov_values(exponent) or {}), "lives": len(present)}


def _basin(lives: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return how often lives of one kind of start came back, and how often those beside lives that wander did."""
    with_start = [life for life in lives if name in life["basin"]]
    beside = [life["basin"][name] for life in with_start if _at(life, ("verdict", "label")) == "wandering"]
    values = basin_values([life["basin"][name] for life in with_start])
    return {**values, "wandering": {"lives": len(beside), "came_back": sum(one["came_back"] for one in beside)}}


def sentence_of(summary: dict[str, Any]) -> str:
    """Return what an analysis means, in plain words."""
    if not summary["judged"]:
        return "The weights do not change." if "basin" not in summary else "No life was long enough for a verdict."
    counts = {label: count for label, count in summary["verdicts"].items() if count}
    parts = [
        f"in {count} of {summary['judged']} lives the weights {_DOES[label]}"
        for label, count in sorted(counts.items(), key=lambda item: -item[1])
    ]
    text = "; ".join(parts)
    sentences = [text[0].upper() + text[1:] + ".", *_longer(summary), *_exponents(summary), *_basins(summary)]
    return " ".join(sentences)


def _longer(summary: dict[str, Any]) -> list[str]:
    """Return how long lives should be where weights are still settling."""
    ticks = summary.get("look_ticks")
    return [] if ticks is None else [f"Look longer where they settle: at lives of {ticks:,} ticks or more."]


def _exponents(summary: dict[str, Any]) -> list[str]:
    sentences = []
    for key, what in (("with_body", "with the body in the loop"), ("weights_alone", "of the weights alone")):
        values = summary["lyapunov"][key]
        if values is None:
            continue
        sure = abs(values["exponent"]) > 2 * (values["standard_error"] or 0.0)
        does = ("grow" if values["exponent"] > 0 else "shrink") if sure else "neither grow nor shrink"
        sentences.append(f"Small differences {what} {does} (λ = {values['exponent']:+.3f} a tick).")
    return sentences


def _basins(summary: dict[str, Any]) -> list[str]:
    """Return how often lives from other weights end where the life beside them does.

    Weights that wander have no attractor that they could be said to come back to: a region at most.
    """
    starts = [start for start in summary["basin"].values() if start["lives"]]
    if not starts:
        return []
    back, all_lives = sum(start["came_back"] for start in starts), sum(start["lives"] for start in starts)
    wandering = sum(start.get("wandering", {}).get("lives", 0) for start in starts)
    wandering_back = sum(start.get("wandering", {}).get("came_back", 0) for start in starts)
    sentences = []
    if all_lives > wandering:
        sentences.append(
            f"From other weights, {back - wandering_back} of {all_lives - wandering} lives come back to the same "
            "attractor."
        )
    if wandering:
        sentences.append(
            f"Where the weights wander, {wandering_back} of {wandering} lives from other weights end up in the same "
            "region."
        )
    return sentences
