"""The weights of quadrupeds of Najarro and Risi (2020) over a life: as images, traces and speed, on three bodies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.analysis.statistics import median_interval
from hebbax.attractors.trajectory import finite_rows, weight_speed
from hebbax.errors import HebbaxError
from hebbax.expected import Fields, ListOf, number, or_null, whole
from hebbax.experiments.context import Life
from hebbax.experiments.measures import recovery_ticks, reward_floor
from hebbax.report.plots.weight_images import plot_weights
from hebbax.report.show import record_life
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_look import LIVES, context_of, figure_name
from hebbax.reproduction.najarro_quadruped import BODIES, HEBBIAN, NORMED, RUNS, SOLVED, shipped_rules, some_of_them
from hebbax.reproduction.study import figure_line, save_both, table
from hebbax.runs.stored_run import StoredRun
from hebbax.types import MOST_TICKS

PUBLISHED = "fewer than 100"
_MOMENTS = (0, 10, 50, 100, 500)
_EARLY = 100  # ticks

EXPERIMENT = Experiment(
    title="The weights of a quadruped over its life",
    reference=NAJARRO,
    asks="weights as images, traces and speed on three bodies, and how soon a quadruped walks",
    out="results/najarro/weights",
    budgets=some_of_them({HEBBIAN: 1, NORMED: 1}),
    notes=(
        "The authors show the layers of one life as images, at birth, soon after it and when the quadruped walks. They "
        "say that it adapts within 100 steps.",
        "It walks from the tick on at which its reward rate, over 20 ticks, is that of the second half of its life and "
        "stays there for two windows. "
        f"Lives that earn less than {SOLVED:g} do not walk.",
    ),
    runs_of=RUNS,
    also=shipped_rules(),
    study="hebbax.reproduction.najarro_weights",
)

_LIFE = Fields(
    {
        "walks_after": or_null(whole(0, MOST_TICKS)),
        **dict.fromkeys(("largest", "speed_early", "speed_late"), or_null(number(0.0))),
    }
)
NUMBERS = Fields({"bodies": Fields(dict.fromkeys(BODIES, ListOf(_LIFE, LIVES)))})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return of lives on each body when they walk, their largest last weight, and how far the weights move a tick.

    Raises HebbaxError for a policy whose weights do not change.
    """
    if not run.policy.plastic:
        raise HebbaxError(f"weights over a life: those of policy {run.policy.name!r} do not change")
    return {"bodies": {body: context_of(run, LIVES, damage).record_each(_of_life) for body, damage in BODIES.items()}}


def _of_life(life: Life) -> dict[str, Any]:
    rewards, weights = life.record.rewards, life.record.weights
    weights = weights[: finite_rows(weights)]
    late = reward_floor(rewards[len(rewards) // 2 :])
    speed = weight_speed(weights).total if len(weights) > 1 else np.zeros(0)
    return {
        "walks_after": recovery_ticks(rewards, late) if life.total >= SOLVED and not life.diverged else None,
        "largest": float(np.abs(weights[-1]).max()) if len(weights) else None,
        "speed_early": float(speed[:_EARLY].mean()) if len(speed) else None,
        "speed_late": float(speed[_EARLY:].mean()) if len(speed) > _EARLY else None,
    }


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the first life of each controller on each body."""
    paths = []
    for name, run in runs.items():
        for body, damage in BODIES.items():
            _, record = record_life(run.under(damage=damage))
            moments = [tick for tick in _MOMENTS if tick < len(record.weights)]
            figure = plot_weights(
                record.weights,
                run.policy.layer_shapes,
                run.task.control_period,
                ticks=sorted({*moments, len(record.weights) - 1}),
                title=f"{name}, {_words(body)}",
            )
            paths += save_both(figure, folder, _figure(name, body))
    return paths


def _words(body: str) -> str:
    return "whole body" if body == "none" else f"short {body.replace('-', ' ')} leg"


def _figure(name: str, body: str) -> str:
    return figure_name("weights", f"{name}-{body}")


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return when lives walk and how their weights move, and the figures."""
    rows = [["published", "–", PUBLISHED, "–", "–", "–", "–"]]
    figures = []
    for name, entry in numbers.items():
        for body, lives in entry["bodies"].items():
            walking = sum(life["walks_after"] is not None for life in lives)
            measures = [_median(lives, key) for key in ("largest", "speed_early", "speed_late")]
            after = _median(lives, "walks_after", ".0f")
            rows.append([name, _words(body), after, f"{walking} of {len(lives)}", *measures])
            figures.append(figure_line(folder, f"{_figure(name, body)}.png", f"Weights, {name}, {_words(body)}"))
    head = ["controller", "body", "walks after so many ticks", "in so many lives", "largest last weight"]
    head += [f"change a tick, first {_EARLY}", "change a tick, later"]
    parts = [
        "## Weights over a life",
        f"{LIVES} lives of the best genome a body; medians over lives, with 95 % intervals. Changes are "
        "‖W(t+1) − W(t)‖.",
        table(head, rows),
        *figures,
    ]
    return "\n\n".join(part for part in parts if part)


def _median(lives: list[Mapping[str, Any]], key: str, form: str = ".3g") -> str:
    values = [life[key] for life in lives if life[key] is not None]
    if not values:
        return "–"
    low, high, _ = median_interval(values)
    return f"{np.median(values):{form}} ({low:{form}} to {high:{form}})"
