"""Robots of Leung et al. (2025) in the air: they say that one with plastic weights walks only while its feet touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.expected import Fields, ListOf, number, or_null
from hebbax.experiments.context import Context, Life
from hebbax.experiments.lifted import BEGIN, END, STOP_RATIO, VALUES, amplitude
from hebbax.experiments.raising import lifting
from hebbax.experiments.registry import run_experiment
from hebbax.reproduction.experiment import LEUNG, Experiment
from hebbax.reproduction.leung_robots import ABOUT, LIVES, MAX, RUNS, STATIC, about, budgets_of, called, said
from hebbax.reproduction.najarro_look import context_of, draw_kept, kept, kept_shape, pictures
from hebbax.reproduction.study import table
from hebbax.runs.stored_run import StoredRun

EXPERIMENT = Experiment(
    title="Robots that are lifted",
    reference=LEUNG,
    asks="does a robot stop when its feet are off the ground, and walk on when it is put down",
    out="results/leung/lifted",
    baseline=STATIC,
    budgets=budgets_of(MAX, STATIC),
    notes=(
        "The authors lift a robot with plastic weights by hand: it stops, and walks once its feet touch the "
        "ground. They give no number. Here the base is held above the ground from 30 to 70 % of a life: "
        "`hebbax experiment lifted`.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.leung_lifted",
)

_KEPT = kept_shape(VALUES)
NUMBERS = Fields({**ABOUT, **_KEPT.needed, "joints_left": ListOf(or_null(number(0.0)), LIVES)}, _KEPT.known)


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what `hebbax experiment` finds by `lifted`, and which part of their joints' amplitude lives keep."""
    context = context_of(run)
    return {**about(run), **kept(run_experiment("lifted", context)), "joints_left": _joints_left(context)}


def _joints_left(context: Context) -> list[float | None]:
    """Return of each life the amplitude of its joints in the air over that of its twin at the same ticks.

    Behind a low-pass actions can swing on that no joint follows. The first quarter of the time in the air is left out.
    """
    begin, end = context.at(BEGIN), context.at(END)
    late, body = slice(begin + (end - begin) // 4, end), context.task.world.body()
    assert body is not None

    def of_life(life: Life) -> float:
        return amplitude(life.record.qpos[late][:, body.joints]) if len(life.record.qpos) >= end else np.nan

    ground = context.record_each(of_life)
    air = context.record_each(of_life, lifting(context.task, begin, end - begin))
    ratios = [one / other if other > 0 else np.nan for one, other in zip(air, ground, strict=True)]
    return [float(ratio) if np.isfinite(ratio) else None for ratio in ratios]


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the actions in the air and on the ground."""
    return draw_kept("lifted", numbers, folder)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return how many lives stop in the air and walk again, and whether plastic ones do."""
    rows = []
    for name, entry in numbers.items():
        values = entry["values"]
        counts = [
            f"{sum(map(bool, values[key]['values']))} of {len(values[key]['values'])}"
            for key in ("stopped", "walks_again")
        ]
        ratio, joints = values["amplitude_ratio"]["median"], _known(entry)
        left = [f"{np.median(joints):.2f}", f"{_still(joints)} of {len(joints)}"] if joints else ["–", "–"]
        rows.append([called(name, entry), *left, "–" if ratio is None else f"{ratio:.2f}", *counts])
    head = [
        "controller",
        "joints' amplitude left",
        "joints rest",
        "actions' amplitude left",
        "actions rest",
        "walk again",
    ]
    parts = [
        "## Lifted, and put down",
        f"{LIVES} lives of the best genome; medians over lives. What keeps less than a quarter of its amplitude rests. "
        "Of the actions those lives count that walk on the ground; behind the low-pass of the servos' targets actions "
        "can swing on that no joint follows.",
        table(head, rows),
        _sentence(numbers),
        *pictures("lifted", numbers, folder, "Actions in the air"),
    ]
    return "\n\n".join(part for part in parts if part)


def _sentence(numbers: Mapping[str, Any]) -> str:
    claim = "a robot with plastic weights walks only while its feet touch the ground: lifted, it stops"
    joints = [left for entry in numbers.values() if entry["condition"].startswith(MAX) for left in _known(entry)]
    if not joints:
        return said(claim, None, "no plastic controller was looked at")
    seen = f"in {_still(joints)} of {len(joints)} lives the joints rest in the air"
    return said(claim, _still(joints) > len(joints) / 2, seen)


def _known(entry: Mapping[str, Any]) -> list[float]:
    return [left for left in entry["joints_left"] if left is not None]


def _still(joints: Sequence[float]) -> int:
    """Return how many have stopped, of parts of an amplitude that are left."""
    return sum(left < STOP_RATIO for left in joints)
