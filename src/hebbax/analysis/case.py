"""One life with all that it is compared with, and what comes of it: the part of an analysis that only computes.

It runs in processes of its own, so nothing here needs a simulator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hebbax.analysis.frame import Frame, Life
from hebbax.analysis.life_analysis import analyze_life
from hebbax.analysis.lyapunov import Lyapunov
from hebbax.analysis.pairs import Pairs, exponent_of
from hebbax.analysis.plain import plain
from hebbax.analysis.starts import compare_starts, return_values


@dataclass(frozen=True, eq=False)
class Case:
    """A life, and other lives to hold beside it."""

    life: Life
    body_pairs: Pairs | None = None  # twins that lived on with their body
    weight_pairs: Pairs | None = None  # twins that only saw what the life saw
    others: Mapping[str, np.ndarray] = field(default_factory=dict)  # weights [ticks, weights] by how they began


@dataclass(frozen=True)
class Finding:
    """What is said of one case."""

    values: dict[str, Any]  # of the life, plain
    body: Lyapunov | None
    weights: Lyapunov | None


def examine(case: Case, frame: Frame) -> Finding:
    """Return what is to be said of a case."""
    body, weights = exponent_of(case.body_pairs), exponent_of(case.weight_pairs)
    values = analyze_life(case.life, frame, body)
    if frame.plastic:
        values["lyapunov"] = {"with_body": lyapunov_values(body), "weights_alone": lyapunov_values(weights)}
        label = values["verdict"] and values["verdict"]["label"]
        others = {} if label == "diverging" else case.others  # what leaves for good has nothing to come back to
        compared = compare_starts(case.life.record.weights, others, at_rest=label == "fixed-point")
        values["basin"] = {name: return_values(found) for name, found in compared.items()}
    return Finding(plain(values), body, weights)


def lyapunov_values(found: Lyapunov | None) -> dict[str, Any] | None:
    """Return an exponent as plain values, 1 / tick."""
    return found and {
        "exponent": found.exponent,
        "standard_error": found.standard_error,
        "ticks": found.ticks,
        "chaotic": found.chaotic,
    }
