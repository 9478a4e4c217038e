"""What the weights of conditions A, B and E of Hebbian Attractor Networks end on, as in two of its figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.analysis.analyze import analyze_source
from hebbax.attractors.principal_components import principal_components
from hebbax.attractors.recurrence import self_distance
from hebbax.attractors.trajectory import finite_rows
from hebbax.attractors.verdict import LABELS
from hebbax.expected import Fields, ListOf, number, one_of, or_null
from hebbax.report.plots import (
    plot_coefficients,
    plot_self_distance,
    plot_trajectory,
    plot_weight_speed,
    plot_weight_traces,
)
from hebbax.report.plots.coefficients import coefficients_of
from hebbax.report.show import record_life
from hebbax.report.style import BLUE, figure_style
from hebbax.reproduction.conditions import conditions_table, controllers_table
from hebbax.reproduction.experiment import HAN, Experiment
from hebbax.reproduction.han_half_cheetah import half_cheetahs
from hebbax.reproduction.study import figure_line, save_both
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.types import MOST_RETURN, Record

COLUMNS = "three-columns"
_LIVES, _SHOWN, _TRACES = 20, 200, 5

EXPERIMENT = Experiment(
    title="The attractors of Hebbian Attractor Networks",
    reference=HAN,
    asks="ten weights, their change and their path for A, B and E on half cheetah, six panels on each, and verdicts",
    out="results/han/attractors",
    baseline="han-a",
    budgets=half_cheetahs("han-a", "han-b", "han-e"),
    notes=(
        "The authors' figure shows 200 ticks of one life of each of three controllers, evolved by an adaptive elite "
        "strategy, with the path of the first layer's standardised weights. Ours shows as many ticks of the first of "
        "our lives, and the path of all weights as they are.",
    ),
    runs_of="han-gymnasium",
    also=("zoo:half_cheetah/han-e",),
    study="hebbax.reproduction.han_attractors",
)

_NUMBER = or_null(number())
_LIFE = Fields(
    {
        "return": or_null(number(-MOST_RETURN, MOST_RETURN)),
        "verdict": or_null(Fields({"label": one_of(*LABELS), "evidence": Fields(known={"shared_motion": number()})})),
        "published_ratio": or_null(Fields({"label": one_of(*LABELS)})),
        "lyapunov": Fields({"with_body": or_null(Fields({"exponent": _NUMBER}))}),
    }
)
NUMBERS = Fields({"lives": ListOf(_LIFE, _LIVES)})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return of every life its return, its verdict, the authors' ratio, and its largest Lyapunov exponent."""
    document = analyze_source(Source.of_run(run, lifetimes=_LIVES))
    return {"lives": [_pruned(life) for life in document["lives"]]}


def _pruned(life: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the tables are made of."""
    verdict, ratio = life["verdict"], life["published_ratio"]
    with_body = life["lyapunov"]["with_body"]
    if verdict is not None:
        motion = {key: value for key, value in verdict["evidence"].items() if key == "shared_motion"}
        verdict = {"label": verdict["label"], "evidence": motion}
    return {
        "return": life["return"],
        "verdict": verdict,
        "published_ratio": ratio and {"label": ratio["label"]},
        "lyapunov": {"with_body": with_body and {"exponent": with_body["exponent"]}},
    }


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the three columns, and six panels of each controller, of its first life."""
    if not runs:
        return []
    lives = {name: record_life(run)[1] for name, run in runs.items()}
    evolved = {name: run for name, run in runs.items() if not name.startswith("zoo:")}
    paths = save_both(_columns(evolved, lives), folder, COLUMNS)
    for name, run in runs.items():
        paths += save_both(_six_panels(run, lives[name], _label(name, run)), folder, _six(_label(name, run)))
    return paths


def _label(name: str, run: StoredRun) -> str:
    return "shipped" if name.startswith("zoo:") else run.policy.name


def _six(label: str) -> str:
    return f"six-panels-{label}"


def _columns(runs: Mapping[str, StoredRun], lives: Mapping[str, Record]) -> Figure:
    """Draw weights, their speed and their path, a column per controller."""
    with figure_style():
        figure = Figure(figsize=(3.4 * len(runs), 7.8), layout="constrained")
        panels = figure.subplots(3, len(runs), squeeze=False)
        for column, (name, run) in zip(panels.T, runs.items(), strict=True):
            weights = lives[name].weights[:_SHOWN]
            _traces(column[0], run, weights)
            column[0].set_title(run.policy.name)
            plot_weight_speed(weights, run.policy.layer_shapes, run.task.control_period, column[1])
            column[1].set_title("")  # for which the legend leaves no room
            _path(column[2], run, weights)
    return figure


def _six_panels(run: StoredRun, record: Record, label: str) -> Figure:
    """Draw reward, weights, their speed, their self-distance, their path, and the coefficients of the rule."""
    period, weights = run.task.control_period, record.weights
    with figure_style():
        figure = Figure(figsize=(10.2, 6.0), layout="constrained")
        panels = figure.subplots(2, 3)
        panels[0, 0].plot(np.arange(len(record.rewards)) * period, record.rewards, color=BLUE, linewidth=0.7)
        panels[0, 0].set(xlabel="time in the life (s)", ylabel="reward of a tick", title=f"{label}: reward")
        _traces(panels[0, 1], run, weights)
        plot_weight_speed(weights, run.policy.layer_shapes, period, panels[0, 2])
        for axes in panels[0, 1:]:
            axes.set_title("")  # for which the legend leaves no room
        plot_self_distance(self_distance(weights[: finite_rows(weights)]), period, panels[1, 0])
        _path(panels[1, 1], run, weights)
        plot_coefficients(coefficients_of(run.policy, run.controller("best").genome[None]), ax=panels[1, 2])
    return figure


def _traces(axes: Axes, run: StoredRun, weights: np.ndarray) -> None:
    plot_weight_traces(weights, run.policy.layer_shapes, run.task.control_period, axes, traces_per_layer=_TRACES)


def _path(axes: Axes, run: StoredRun, weights: np.ndarray) -> None:
    plot_trajectory(principal_components(weights[: finite_rows(weights)], 2), run.task.control_period, axes)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return the verdicts as tables, and the figures."""
    documents = [(name, {"policy": entry["policy"], "lives": entry["lives"]}) for name, entry in numbers.items()]
    labels = ["shipped" if name.startswith("zoo:") else entry["policy"] for name, entry in numbers.items()]
    parts = [
        "## What the weights end on",
        f"Verdicts on {_LIVES} lives of each controller, beside what the authors say of its condition. *Agree* counts "
        "lives whose verdict is what they say, *motion* is the median of how far the weights move after the transient, "
        "over their norm, λ the largest Lyapunov exponent with the body in the loop, and the last column the authors' "
        "own test.",
        conditions_table([document for _, document in documents]),
        controllers_table(documents),
        figure_line(folder, f"{COLUMNS}.png", "Weights, their speed and their path in the first 200 ticks"),
        *(figure_line(folder, f"{_six(label)}.png", f"Six panels on {label}") for label in labels),
    ]
    return "\n\n".join(part for part in parts if part)
