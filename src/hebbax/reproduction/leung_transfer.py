"""Plastic networks of Leung et al. (2025) in another simulation: does one without normalisation diverge only there?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.expected import Fields
from hebbax.report.style import LAYER_COLOURS, figure_style
from hebbax.reproduction.experiment import LEUNG, Experiment
from hebbax.reproduction.leung_robots import (
    ABOUT,
    CASES,
    LIVES,
    MAX,
    RAW,
    RUNS,
    STANDARDISED,
    STATIC,
    UNHARMED,
    about,
    budgets_of,
    called,
    case_of,
    kept_share,
    labels_in,
    of_robot,
    robots_in,
    said,
    through,
)
from hebbax.reproduction.study import figure_line, mean_text, save_both, table
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.transfer import SUITE

FIGURE = "transfer"
_NOT_NORMALISED = "none normalisation"

EXPERIMENT = Experiment(
    title="Plastic networks in another simulation",
    reference=LEUNG,
    asks="what is left in another simulation, for plastic networks with three normalisations and a static one",
    out="results/leung/transfer",
    baseline=STATIC,
    budgets=budgets_of(MAX, RAW, STANDARDISED, STATIC),
    notes=(
        "The authors go from one simulator to the robot. Here it is MuJoCo with another integrator, step and contacts, "
        "motors whose torque falls with speed, delays and noise: `hebbax stress --suite transfer`.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.leung_transfer",
)

NUMBERS = Fields({**ABOUT, "cases": CASES})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return how far 20 lives go at home, and in each part of another simulation."""
    return {**about(run), "cases": through(run, SUITE)}


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw what each controller keeps in each case."""
    robots = robots_in(numbers)
    with figure_style():
        figure = Figure(figsize=(5.4 * len(robots), 4.2), layout="constrained")
        panels = figure.subplots(1, len(robots), squeeze=False)[0]
        for axes, robot in zip(panels, robots, strict=True):
            ours = of_robot(numbers, robot)
            labels = labels_in(ours.values())
            for place, (name, entry) in enumerate(ours.items()):
                kept = [kept_share(entry, label) for label in labels]
                rows = np.arange(len(labels)) + 0.12 * place
                colour = LAYER_COLOURS[place % len(LAYER_COLOURS)]
                values = [np.nan if share is None else share for share in kept]
                axes.plot(values, rows, "o", color=colour, markersize=5, label=called(name, entry))
            axes.axvline(1.0, linewidth=0.8, linestyle=":")
            axes.set_yticks(range(len(labels)), labels)
            axes.set(xlabel="part of the way at home", title=robot, ylim=(len(labels) - 0.3, -0.5))
            axes.legend(loc="best", fontsize=7)
    return save_both(figure, folder, FIGURE)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return what each controller keeps and how many of its lives diverge, and whether they do so only elsewhere."""
    parts = [
        "## In another simulation",
        f"Metres in 10 s of {LIVES} lives of the best genome, means with 95 % intervals over lives; of each case the "
        "part of the mean at home that is left, and how many of the lives diverged, if any.",
    ]
    for robot in robots_in(numbers):
        ours = of_robot(numbers, robot)
        head = ["case", *(called(name, entry) for name, entry in ours.items())]
        rows = [["**at home, m**", *(_home(case_of(entry, UNHARMED)) for entry in ours.values())]]
        for label in labels_in(ours.values()):
            rows.append([label, *(_cell(entry, label) for entry in ours.values())])
        parts += [f"### {robot}", table(head, rows), _sentence(ours)]
    return "\n\n".join([*parts, figure_line(folder, f"{FIGURE}.png", "Part of the way in another simulation")])


def _home(case: Mapping[str, Any] | None) -> str:
    return "–" if case is None else mean_text(case["metres"]) + _diverged(case)


def _cell(entry: Mapping[str, Any], label: str) -> str:
    kept = kept_share(entry, label)
    return ("–" if kept is None else f"{kept:.2f}") + _diverged(case_of(entry, label))


def _diverged(case: Mapping[str, Any] | None) -> str:
    return f", {case['diverged']} of {LIVES} diverged" if case is not None and case["diverged"] else ""


def _sentence(entries: Mapping[str, Mapping[str, Any]]) -> str:
    claim = "a plastic network without normalisation diverges once it is transferred, and not before"
    bare = [entry for entry in entries.values() if _NOT_NORMALISED in entry["condition"]]
    if not bare:
        return said(claim, None, "no controller without normalisation was looked at")
    at_home, elsewhere = (
        [case["diverged"] for entry in bare for case in entry["cases"] if (case["label"] == UNHARMED) == home]
        for home in (True, False)
    )
    home, away, lives = sum(at_home), sum(elsewhere), LIVES * len(elsewhere)
    seen = f"without normalisation {home} of {LIVES * len(bare)} lives diverge at home, and {away} of {lives} elsewhere"
    return said(claim, not home and away > 0, seen)
