"""Cars of Najarro and Risi (2020) whose first weights are evolved too, beside those that draw them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.expected import TEXT, Fields, whole
from hebbax.policies.sizes import sizes_of
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_racing import DRIVES, HEBBIAN, LIVES, TRACKS, kind_of, on_tracks, short_runs
from hebbax.reproduction.study import mean_text, table
from hebbax.runs.stored_run import StoredRun

EXPERIMENT = Experiment(
    title="First weights of a car that are evolved too",
    reference=NAJARRO,
    asks="whether evolving a car's first weights beside its rules brings anything, and how many births drive",
    out="results/najarro-car/coevolve",
    budgets=short_runs(
        "Population 64, 200 generations, one life a genome, three seeds each; otherwise as the longer runs of "
        "`najarro-car`.",
        {HEBBIAN: (), f"{HEBBIAN} coevolved": ("policy.birth=coevolved",)},
        seeds=3,
    ),
    notes=(
        "The authors say that it brings nothing, and that one of three such runs stalled below 100.",
        "They sample first weights with noise of their own and update them after the coefficients, with step sizes "
        "that have decayed by then; here both are one genome.",
    ),
    study="hebbax.reproduction.najarro_car_coevolve",
)

NUMBERS = Fields({"kind": TEXT, "evolved": whole(), "tracks": TRACKS})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what 100 tracks earn, and how many numbers were evolved."""
    return {"kind": kind_of(run), "evolved": sizes_of(run.policy)["evolved_numbers"], "tracks": on_tracks(run)}


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw nothing: the learning curves are on the page."""
    return []


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return what each run earns, and of how many births, beside what the authors say."""
    rows = []
    for name, entry in numbers.items():
        returns = np.array(entry["tracks"]["returns"])
        said = "1 of 3 runs below 100" if entry["kind"].endswith("first weights evolved") else "–"
        births = f"{int((returns > DRIVES).sum())} of {len(returns)}"
        rows.append([name, entry["kind"], f"{entry['evolved']:,}", said, mean_text(returns.tolist()), births])
    parts = [
        "## First weights drawn and evolved",
        f"Mean return of the best genome over {LIVES} births, each on an unseen track, with its 95 % interval over "
        f"them, and how many of them drive: have more than {DRIVES:g}.",
        table(["run", "controller", "evolved numbers", "published", "return", "births that drive"], rows),
    ]
    return "\n\n".join(parts)
