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
from hebbax.analysis.plain import plain
from hebbax.attractors.basin import compare_starts, return_values
from hebbax.attractors.lyapunov import Lyapunov, Pairs, exponent_of, lyapunov_of_growth
from hebbax.errors import HebbaxError, one_line


@dataclass(frozen=True, eq=False)
class Case:
    """A life, and other lives to hold beside it."""

    life: Life
    body: np.ndarray | Pairs | str = ""  # growth of a difference with the body, pairs to find it in, or why neither
    weights: np.ndarray | str = ""  # the same of the weights alone
    others: Mapping[str, np.ndarray] = field(default_factory=dict)  # weights [ticks, weights] by how they began


@dataclass(frozen=True)
class Finding:
    """What is said of one case."""

    values: dict[str, Any]  # of the life, plain
    body: Lyapunov | None
    weights: Lyapunov | None


def examine(case: Case, frame: Frame) -> Finding:
    """Return what is to be said of a case."""
    (body, no_body), (weights, no_weights) = _measured(case.body), _measured(case.weights)
    values = analyze_life(case.life, frame, body)
    if frame.plastic:
        values["lyapunov"] = {"with_body": lyapunov_values(body), "weights_alone": lyapunov_values(weights)}
        values["no_lyapunov"] = {"with_body": no_body, "weights_alone": no_weights}
        label = values["verdict"] and values["verdict"]["label"]
        others = {} if label == "diverging" else case.others  # what leaves for good has nothing to come back to
        compared = compare_starts(case.life.record.weights, others, at_rest=label == "fixed-point")
        values["basin"] = {name: return_values(found) for name, found in compared.items()}
    return Finding(plain(values), body, weights)


def _measured(found: np.ndarray | Pairs | str) -> tuple[Lyapunov | None, str | None]:
    """Return an exponent, or why there is none."""
    if isinstance(found, str):
        return None, found
    try:
        return (exponent_of(found) if isinstance(found, Pairs) else lyapunov_of_growth(found)), None
    except HebbaxError as error:
        return None, one_line(error)


def lyapunov_values(found: Lyapunov | None) -> dict[str, Any] | None:
    """Return an exponent as plain values, 1 / tick."""
    return found and {
        "exponent": found.exponent,
        "standard_error": found.standard_error,
        "ticks": found.ticks,
        "chaotic": found.chaotic,
    }
