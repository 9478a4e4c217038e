"""Lives of the same body that begin, or go on, with other weights: what a basin is measured by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hebbax.attractors.basin import Return, measure_basin
from hebbax.attractors.thresholds import DEFAULT_THRESHOLDS

NORMAL = "normal"
STARTS = {
    "redrawn": "other initial weights from the same distribution",
    NORMAL: "initial weights from N(0, 0.1²)",
    "zeroed": "a third of the weights set to 0 at half of the life",
}
"""The other starts, and what they are."""

ZEROED = 1 / 3
"""Share of the weights that are set to 0."""

FEWEST_TICKS = 160
"""Ticks of a life below which no attractor is looked for in its second half."""


def compare_starts(life: np.ndarray, others: Mapping[str, np.ndarray], *, at_rest: bool) -> dict[str, Return]:
    """Return of each other trajectory [ticks, weights] whether it ends on the attractor of a life [ticks, weights].

    The attractor is the life's second half. If it is a point, which a ripple of up to a tenth of the weights' norm does
    not keep it from being, places within that ripple are the same. Lives, or others, that are too short are left out.
    """
    if len(life) < FEWEST_TICKS:
        return {}
    attractor = life[len(life) // 2 :]
    norm = float(np.sqrt(np.mean(np.sum(np.square(attractor, dtype=np.float64), axis=1))))
    alike = DEFAULT_THRESHOLDS.still * norm if at_rest else 0.0
    long_enough = {name: rows for name, rows in others.items() if len(rows) >= FEWEST_TICKS // 4}
    return {name: measure_basin(attractor, [rows], alike=alike).returns[0] for name, rows in long_enough.items()}


def return_values(found: Return) -> dict[str, Any]:
    """Return the numbers of a return as plain values."""
    return {"came_back": found.came_back, "ticks": found.ticks, "off": found.off, "missed": found.missed}


def basin_values(returns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how often lives came back, and how fast at the median, from their `return_values`."""
    ticks = [found["ticks"] for found in returns if found["came_back"]]
    return {
        "lives": len(returns),
        "came_back": len(ticks),
        "share": len(ticks) / len(returns) if returns else None,
        "ticks_median": float(np.median(ticks)) if ticks else None,
    }
