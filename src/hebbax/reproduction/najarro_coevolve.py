"""Quadrupeds of Najarro and Risi (2020) whose first weights are evolved too, beside those that draw them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.expected import TEXT, Fields, whole
from hebbax.policies.sizes import sizes_of
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_quadruped import BODY, HEBBIAN, LIVES, condition_of, metres, on_bodies, short_runs
from hebbax.reproduction.study import mean_text, table
from hebbax.runs.stored_run import StoredRun

EXPERIMENT = Experiment(
    title="First weights that are evolved too",
    reference=NAJARRO,
    asks="whether evolving the first weights beside the rules brings anything",
    out="results/najarro/coevolve",
    budgets=short_runs(
        "Population 64, 100 generations, one life a genome on the whole body, one seed each; nothing is normalised, "
        "first coefficients from N(0, 1), σ 0.2, learning rate 0.1, the task's own phases of training.",
        {HEBBIAN: (), f"{HEBBIAN} coevolved": ("policy.birth=coevolved",)},
    ),
    notes=(
        "The authors say that it brings nothing, and on their car one of three such runs stalled below 100.",
        "They sample first weights with noise of their own and update them after the coefficients, with step sizes "
        "that have decayed by then; here both are one genome.",
    ),
    study="hebbax.reproduction.najarro_coevolve",
)

NUMBERS = Fields({"condition": TEXT, "evolved": whole(), "body": BODY})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what 100 lives on the whole body earn, and how many numbers were evolved."""
    body = on_bodies(run, ["none"])["none"]
    return {"condition": condition_of(run), "evolved": sizes_of(run.policy)["evolved_numbers"], "body": body}


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw nothing: the learning curves are on the page."""
    return []


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return what each condition earns, beside what the authors say."""
    rows = []
    for name, entry in numbers.items():
        returns = entry["body"]["returns"]
        said = "no gain" if entry["condition"].endswith("coevolved") else "–"
        far = metres(float(np.mean(returns)))
        rows.append([name, entry["condition"], f"{entry['evolved']:,}", said, mean_text(returns), far])
    parts = [
        "## First weights drawn and evolved",
        f"Mean return of the best genome over {LIVES} lives on the whole body, with its 95 % interval over lives.",
        table(["run", "controller", "evolved numbers", "published", "return", "distance"], rows),
    ]
    return "\n\n".join(parts)
