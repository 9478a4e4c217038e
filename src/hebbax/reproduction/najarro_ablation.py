"""The nine rules of Najarro and Risi (2020) on the quadruped, of which they report the car alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.expected import TEXT, Fields, whole
from hebbax.plasticity.najarro_rules import NAJARRO_RULES
from hebbax.policies.sizes import sizes_of
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_quadruped import BODY, HEBBIAN, LIVES, SOLVED, metres, on_bodies, short_runs
from hebbax.reproduction.study import mean_text, table
from hebbax.runs.stored_run import StoredRun

EXPERIMENT = Experiment(
    title="Nine rules on the quadruped",
    reference=NAJARRO,
    asks="which coefficients a rule needs: nine rules, from A alone to η, A, B, C and two D",
    out="results/najarro/ablation",
    budgets=short_runs(
        "Population 64, 100 generations, one life a genome on the whole body, one seed of each rule; nothing is "
        "normalised, first coefficients from N(0, 1), σ 0.2, learning rate 0.1, the task's own phases of training.",
        {f"{HEBBIAN} {rule}": (f"policy.rule={rule}",) for rule in NAJARRO_RULES},
    ),
    notes=(
        "The authors compare the rules on their car, where A alone fails and more coefficients take longer; of the "
        "quadruped they report nothing, so there is no published column.",
        "One seed of each tells a rule that fails from one that works, and no more.",
    ),
    study="hebbax.reproduction.najarro_ablation",
)

NUMBERS = Fields({"rule": TEXT, "evolved": whole(), "weights": whole(), "body": BODY})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what 100 lives on the whole body earn, and how many numbers were evolved for how many weights."""
    sizes = sizes_of(run.policy)
    return {
        "rule": run.config.policy.rule,
        "evolved": sizes["evolved_numbers"],
        "weights": sizes["weights"],
        "body": on_bodies(run, ["none"])["none"],
    }


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw nothing: the learning curves are on the page."""
    return []


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return what each rule earns."""
    rows = []
    for name, entry in numbers.items():
        returns = entry["body"]["returns"]
        mean = float(np.mean(returns))
        each = f"{entry['evolved'] / entry['weights']:g}" if entry["weights"] else "–"
        rows.append(
            [name, f"`{entry['rule']}`", each, mean_text(returns), metres(mean), "yes" if mean >= SOLVED else "no"]
        )
    parts = [
        "## Nine rules",
        f"Mean return of the best genome over {LIVES} lives on the whole body, with its 95 % interval over lives. "
        f"Solved is a mean of at least {SOLVED:g}, {metres(SOLVED)}.",
        table(["run", "rule", "coefficients a weight", "return", "distance", "solved"], rows),
    ]
    return "\n\n".join(parts)
