"""How far robots of Leung et al. (2025) go, beside how many numbers a life changes in their networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.engines.make_engine import make_engine
from hebbax.expected import Fields, whole
from hebbax.policies.sizes import sizes_of
from hebbax.report.style import LAYER_COLOURS, figure_style
from hebbax.reproduction.experiment import LEUNG, Experiment
from hebbax.reproduction.leung_robots import (
    ABOUT,
    LARGE_LSTM,
    LIVES,
    LSTM,
    MAX,
    METRES,
    RUNS,
    STATIC,
    about,
    budgets_of,
    by_condition,
    called,
    metres_of,
    of_robot,
    robots_in,
    said,
)
from hebbax.reproduction.study import figure_line, mean_text, save_both, table
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun
from hebbax.tasks import dung_beetle, gecko

FIGURE = "ratio"
FLAT, UNEVEN, DEAD = "flat ground", "uneven ground", "a leg dead"

EXPERIMENT = Experiment(
    title="How far a robot goes, and how much of its network is plastic",
    reference=LEUNG,
    asks="the way against the numbers that a life changes: weights of a plastic network, cells of an LSTM, none",
    out="results/leung/ratio",
    baseline=STATIC,
    budgets=budgets_of(MAX, STATIC, LSTM, LARGE_LSTM),
    notes=(
        "The authors count hidden and cell states of an LSTM as what is plastic in it: about a hundredth of the "
        "weights "
        "of the plastic network with as many evolved numbers.",
        "Uneven ground is rough by up to 4 cm; a dead leg is another in each life.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.leung_ratio",
)

_WAYS = Fields(dict.fromkeys((FLAT, UNEVEN, DEAD), METRES))
NUMBERS = Fields({**ABOUT, "evolved_numbers": whole(1), "plastic_state": whole(), "metres": _WAYS})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return how many numbers evolved and how many a life changes, and how far 20 lives go on three bodies."""
    whose, sizes = about(run), sizes_of(run.policy)
    legs = {"gecko": gecko.LEGS, "dung_beetle": dung_beetle.LEGS}[whose["robot"]]
    harms = {
        FLAT: "",
        UNEVEN: "roughen-ground(0.04)",
        DEAD: " | ".join(f"{whose['robot']}/{leg}-dead" for leg in legs),
    }
    engine = make_engine(run.task, run.policy, run.config.engine)
    lives = {
        name: evaluate_run(run.under(damage=harm), engine, lifetimes=LIVES, seed=1).lives
        for name, harm in harms.items()
    }
    return {
        **whose,
        "evolved_numbers": sizes["evolved_numbers"],
        "plastic_state": sizes["plastic_state"] or 0,
        "metres": {name: metres_of(run, one) for name, one in lives.items()},
    }


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the way on three bodies over the numbers that a life changes."""
    robots = robots_in(numbers)
    with figure_style():
        figure = Figure(figsize=(4.6 * len(robots), 3.4), layout="constrained")
        panels = figure.subplots(1, len(robots), squeeze=False)[0]
        for axes, robot in zip(panels, robots, strict=True):
            ours = list(of_robot(numbers, robot).values())
            for colour, where in zip(LAYER_COLOURS, (FLAT, UNEVEN, DEAD), strict=False):
                ways = [float(np.mean(entry["metres"][where])) for entry in ours]
                axes.plot([1 + entry["plastic_state"] for entry in ours], ways, "o", color=colour, label=where)
            axes.set_xscale("log")
            axes.set(xlabel="1 + numbers that a life changes", ylabel="metres in 10 s", title=robot)
            axes.legend(loc="best", fontsize=7)
    return save_both(figure, folder, FIGURE)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return sizes and ways of each controller, and whether the most plastic goes farthest."""
    rows = [
        [
            called(name, entry),
            f"{entry['evolved_numbers']:,}",
            f"{entry['plastic_state']:,}",
            *(mean_text(entry["metres"][where]) for where in (FLAT, UNEVEN, DEAD)),
        ]
        for name, entry in numbers.items()
    ]
    parts = [
        "## The way, and what a life changes",
        f"Metres in 10 s of {LIVES} lives of the best genome, means with 95 % intervals over lives.",
        table(["controller", "evolved numbers", "changed by a life", FLAT, UNEVEN, DEAD], rows),
        *(_sentence(robot, by_condition(numbers, robot)) for robot in robots_in(numbers)),
        figure_line(folder, f"{FIGURE}.png", "Metres over the numbers that a life changes"),
    ]
    return "\n\n".join(part for part in parts if part)


def _sentence(robot: str, conditions: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return whether the condition with most plastic numbers goes farthest where evolution has not been."""
    claim = f"more plastic numbers serve a robot on unseen ground and bodies ({robot})"
    kinds = {
        condition: (entries[0]["plastic_state"], float(np.mean([_unseen(entry) for entry in entries])))
        for condition, entries in conditions.items()
    }
    if len(kinds) < 2:
        return said(claim, None, "there is one kind of network alone")
    most = max(kinds, key=lambda condition: kinds[condition][0])
    farthest = max(kinds, key=lambda condition: kinds[condition][1])
    ways = ", ".join(f"{condition} {way:.2f} m" for condition, (_, way) in kinds.items())
    return said(claim, most == farthest, f"in the mean of {UNEVEN} and {DEAD}, {ways}")


def _unseen(entry: Mapping[str, Any]) -> float:
    return float(np.mean([np.mean(entry["metres"][where]) for where in (UNEVEN, DEAD)]))
