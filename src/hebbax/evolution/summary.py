"""What lives came to, in the metrics of a generation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hebbax.types import Lives


def term_means(lives: Lives, names: Sequence[str]) -> dict[str, float | None]:
    """Return the mean sum of each reward term, by its name, over the lives that did not diverge; None of none."""
    sums = lives.reward_terms[~lives.diverged]
    return {name: float(sums[:, index].mean()) if len(sums) else None for index, name in enumerate(names)}


def summary_of(lives: Lives, terms: Sequence[str] = ("reward",)) -> dict[str, Any]:
    """Return the metrics of a generation's lives, whose reward has terms of these names.

    Returns and terms are over the lives that did not diverge, else null.
    """
    returns = lives.returns[~lives.diverged]
    statistics = {"mean": np.mean, "max": np.max, "min": np.min, "std": np.std}
    summary = {f"return_{name}": float(of(returns)) if len(returns) else None for name, of in statistics.items()}
    return {
        **summary,
        "reward_terms": term_means(lives, terms),
        "diverged": int(lives.diverged.sum()),
        "terminations": int(lives.terminations.sum()),
        "warnings": int(lives.warnings.sum()),
        "lives": len(lives.returns),
        "steps": int(lives.lengths.sum()),
    }
