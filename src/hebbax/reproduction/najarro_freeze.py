"""How many updates a Hebbian quadruped of Najarro and Risi (2020) needs: plasticity that stops early in life."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbax.comparison.tables import text_of
from hebbax.expected import Fields, ListOf, number, or_null
from hebbax.experiments.freeze import VALUES, freeze_at
from hebbax.experiments.shapes import COUNT
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_look import (
    LIVES,
    context_of,
    draw_kept,
    interval_text,
    kept,
    kept_shape,
    median_text,
    pictures,
)
from hebbax.reproduction.najarro_quadruped import HEBBIAN, NORMED, RUNS, shipped_rules, some_of_them
from hebbax.reproduction.study import table
from hebbax.runs.stored_run import StoredRun

PUBLISHED = "30 to 80"
STOPS = (0, 10, 20, 30, 40, 50, 60, 80, 100, 200, 500)

EXPERIMENT = Experiment(
    title="How many updates a quadruped needs",
    reference=NAJARRO,
    asks="the return when updates stop after 0 to 500 ticks",
    out="results/najarro/freeze",
    budgets=some_of_them({HEBBIAN: 1, NORMED: 1}),
    notes=(
        "The authors say that 30 to 80 steps, each with an update, suffice; they stop the updates and look on. Here it "
        "is the update from which on nine tenths of what updates bring stays.",
    ),
    runs_of=RUNS,
    also=shipped_rules(),
    study="hebbax.reproduction.najarro_freeze",
)

_NEED = Fields({"updates": or_null(number(0.0)), "updates_ci95": or_null(ListOf(number(0.0), 2)), "counted": COUNT})
NUMBERS = kept_shape(
    Fields(
        {**VALUES.needed, "updates_needed": Fields({"half": _NEED, "nine_tenths": _NEED})},
        agree=lambda values: None if values["points"] else "points: expected at least one",
    )
)


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what `hebbax experiment` finds by `freeze`, with more points where the authors have theirs."""
    return kept(freeze_at(context_of(run), STOPS))


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the return over the tick at which updates stop."""
    return draw_kept("freeze", numbers, folder)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return how many updates each controller needs, beside the published number."""
    rows = [["published", PUBLISHED, "–", "–", "–"]]
    for name, entry in numbers.items():
        values = entry["values"]
        needs = [_need(values["updates_needed"][part]) for part in ("nine_tenths", "half")]
        first, last = (median_text(values["points"][place]["return"]) for place in (0, -1))
        rows.append([name, *needs, first, last])
    head = ["controller", "updates for nine tenths", "updates for half", "return without any", "return with all"]
    parts = [
        "## After how many updates plasticity can stop",
        f"The best genome on the whole body, {LIVES} lives a point; medians with 95 % intervals over lives.",
        table(head, rows),
        *pictures("freeze", numbers, folder, "Return over the tick at which updates stop"),
    ]
    return "\n\n".join(part for part in parts if part)


def _need(need: Mapping[str, Any]) -> str:
    if need["updates"] is None:
        return "–"
    ends = need["updates_ci95"]
    return text_of(need["updates"]) + ("" if ends is None else interval_text(*ends))
