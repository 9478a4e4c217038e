"""The nine rules of Najarro and Risi (2020) on the car, with random filters and with evolved ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.expected import TEXT, Fields, whole
from hebbax.plasticity.najarro_rules import NAJARRO_RULES
from hebbax.policies.sizes import sizes_of
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_racing import (
    DRIVES,
    FIXED,
    HEBBIAN,
    LIVES,
    RANDOM_FILTERS,
    STATIC,
    TRACKS,
    kind_of,
    on_tracks,
    short_runs,
)
from hebbax.reproduction.study import mean_text, table
from hebbax.runs.stored_run import StoredRun

EXPERIMENT = Experiment(
    title="Nine rules on the car",
    reference=NAJARRO,
    asks="which coefficients a car's rule needs: nine rules, with random filters and with evolved ones, and static "
    "networks with random filters",
    out="results/najarro-car/ablation",
    baseline=STATIC,
    budgets=short_runs(
        "Population 64, 200 generations, one life a genome, one seed of each; otherwise as the longer runs of "
        "`najarro-car`. Random filters come first, as published; then the same rules with filters that evolve.",
        {
            **{f"{FIXED} {rule}": (f"policy.rule={rule}",) for rule in NAJARRO_RULES},
            f"{STATIC} random-filters": (RANDOM_FILTERS,),
        },
        {f"{HEBBIAN} {rule}": (f"policy.rule={rule}",) for rule in NAJARRO_RULES},
    ),
    notes=(
        "The authors have random filters that stay. A alone fails, all other rules drive, and more coefficients take "
        "longer.",
        "One seed of each tells a rule that fails from one that works, and no more.",
    ),
    study="hebbax.reproduction.najarro_car_ablation",
)

NUMBERS = Fields({"kind": TEXT, "rule": TEXT, "evolved": whole(), "tracks": TRACKS})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what 100 tracks earn, and how many numbers were evolved."""
    return {
        "kind": kind_of(run),
        "rule": run.config.policy.rule if run.policy.plastic else "",
        "evolved": sizes_of(run.policy)["evolved_numbers"],
        "tracks": on_tracks(run),
    }


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw nothing: the learning curves are on the page."""
    return []


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return what each rule earns, beside whether it drives in the paper."""
    rows = []
    for name, entry in numbers.items():
        returns = entry["tracks"]["returns"]
        said = {"": "–", "A": "no"}.get(entry["rule"], "yes")
        drives = "yes" if float(np.mean(returns)) >= DRIVES else "no"
        rows.append([name, entry["kind"], f"{entry['evolved']:,}", mean_text(returns), drives, said])
    parts = [
        "## Nine rules",
        f"Mean return of the best genome over {LIVES} unseen tracks, with its 95 % interval over them. A car drives "
        f"that has {DRIVES:g} or more.",
        table(["run", "controller", "evolved numbers", "return", "drives", "drives in the paper"], rows),
    ]
    return "\n\n".join(parts)
