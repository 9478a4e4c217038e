"""What policies of Leung et al. (2025) keep of their way on ground, bodies and senses that evolution never met."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    LSTM,
    MAX,
    RANDOMISED,
    RANDOMISED_LSTM,
    STATIC,
    UNHARMED,
    about,
    budgets_of,
    by_condition,
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

FIGURE = "ood"

EXPERIMENT = Experiment(
    title="Plastic networks out of their distribution",
    reference=LEUNG,
    asks="what is left of the way on rough ground and slopes, with dead and missing legs, lost senses, loads",
    out="results/leung/ood",
    baseline=STATIC,
    budgets=budgets_of(MAX, STATIC, LSTM, RANDOMISED, RANDOMISED_LSTM),
    notes=(
        "The authors evolve on flat ground and the whole body, and test on uneven ground and damaged bodies without "
        "adaptation. Which legs they damaged, and their numbers, are not known here.",
        "All controllers but the randomised ones met flat ground and the whole body alone. The conditions are those of "
        "`hebbax stress --suite gecko` and `dung_beetle`.",
    ),
    study="hebbax.reproduction.leung_ood",
)

NUMBERS = Fields({**ABOUT, "cases": CASES})

GROUPS: dict[str, Callable[[str], bool]] = {
    "ground": lambda name: name in ("rough ground", "uphill"),
    "a leg": lambda name: " leg " in name,
    "two legs": lambda name: name.startswith("both "),
    "senses": lambda name: name.endswith("not sensed"),
    "load and push": lambda name: name in ("payload", "pushed aside all along"),
    "friction and gravity": lambda name: name.startswith("less or more"),
}
"""Kinds of conditions, by the names of their cases."""


def measure(run: StoredRun) -> dict[str, Any]:
    """Return how far 20 lives go unharmed, and in each condition of the robot's suite of stress."""
    whose = about(run)
    return {**whose, "cases": through(run, whose["robot"])}


def kept_by_group(entry: Mapping[str, Any]) -> dict[str, float]:
    """Return the mean share of the way that is left in each kind of condition; nothing where it goes nowhere."""
    found = {}
    for group, belongs in GROUPS.items():
        shares = [kept_share(entry, case["label"]) for case in entry["cases"] if belongs(case["name"])]
        known = [share for share in shares if share is not None]
        if known:
            found[group] = float(np.mean(known))
    return found


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw what each controller keeps in each kind of condition."""
    robots = robots_in(numbers)
    with figure_style():
        figure = Figure(figsize=(4.8 * len(robots), 3.6), layout="constrained")
        panels = figure.subplots(1, len(robots), squeeze=False)[0]
        for axes, robot in zip(panels, robots, strict=True):
            groups = list(GROUPS)
            for place, (condition, entries) in enumerate(by_condition(numbers, robot).items()):
                colour = LAYER_COLOURS[place % len(LAYER_COLOURS)]
                for entry in entries:
                    kept = kept_by_group(entry)
                    rows = [groups.index(group) + 0.12 * place for group in kept]
                    label = condition if entry is entries[0] else None
                    axes.plot(list(kept.values()), rows, "o", color=colour, markersize=5, label=label)
            axes.axvline(1.0, linewidth=0.8, linestyle=":")
            axes.set_yticks(range(len(groups)), groups)
            axes.set(xlabel="part of the unharmed way", title=robot, ylim=(len(groups) - 0.3, -0.5))
            axes.legend(loc="best", fontsize=7)
    return save_both(figure, folder, FIGURE)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return the table of conditions and controllers of each robot, and whether plastic networks keep most."""
    parts = [
        "## What is left of the way",
        f"Metres in 10 s of {LIVES} lives of the best genome, means with 95 % intervals over lives, and of each "
        "condition the part of that mean that is left.",
    ]
    for robot in robots_in(numbers):
        ours = of_robot(numbers, robot)
        parts += [f"### {robot}", _table(ours), _sentence(by_condition(numbers, robot))]
    return "\n\n".join([*parts, figure_line(folder, f"{FIGURE}.png", "Part of the way by kind of condition")])


def _table(entries: Mapping[str, Mapping[str, Any]]) -> str:
    unharmed = [case_of(entry, UNHARMED) for entry in entries.values()]
    rows = [["**unharmed, m**", *("–" if case is None else mean_text(case["metres"]) for case in unharmed)]]
    for group in GROUPS:
        kept = [kept_by_group(entry).get(group) for entry in entries.values()]
        rows.append([f"**{group}, mean**", *map(_share, kept)])
    for label in labels_in(entries.values()):
        rows.append([label, *(_share(kept_share(entry, label)) for entry in entries.values())])
    return table(["condition", *(called(name, entry) for name, entry in entries.items())], rows)


def _share(kept: float | None) -> str:
    return "–" if kept is None else f"{kept:.2f}"


def _sentence(conditions: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return whether the plastic networks keep more than the others that met as little."""
    claim = "plastic networks generalise to unseen ground and damage better than others, without adaptation"
    kept = {condition: _mean_kept(entries) for condition, entries in conditions.items()}
    known = {condition: share for condition, share in kept.items() if share is not None}
    ours, others = known.get(MAX), [known[name] for name in (STATIC, LSTM) if name in known]
    seen = "; ".join(f"{condition} keeps {share:.2f}" for condition, share in known.items())
    holds = None if ours is None or not others else ours > max(others)
    return said(claim, holds, f"over all kinds of conditions, {seen or 'nobody goes anywhere unharmed'}")


def _mean_kept(entries: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the mean over kinds of conditions and controllers."""
    groups = [kept_by_group(entry) for entry in entries]
    means = [float(np.mean(list(kept.values()))) for kept in groups if kept]
    return float(np.mean(means)) if means else None
