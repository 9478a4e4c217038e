"""The car of Najarro and Risi (2020): plastic and static networks over 100 tracks, and in Gymnasium's own car."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.comparison.comparison import LEAST_SEEDS
from hebbax.engines.make_engine import make_engine
from hebbax.engines.vector import environment_seed
from hebbax.expected import TEXT, Fields, or_null
from hebbax.installing import pip_install
from hebbax.keys import life_key
from hebbax.report.style import INK, LAYER_COLOURS, figure_style
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_racing import (
    BUDGETS,
    LIVES,
    PUBLISHED,
    STATIC,
    TRACKS,
    drives,
    kind_of,
    on_tracks,
)
from hebbax.reproduction.study import controllers_text, figure_line, mean_text, save_both, table
from hebbax.runs.evaluation import evaluate_controller
from hebbax.runs.stored_run import StoredRun
from hebbax.settings import pinned
from hebbax.stress.stress import returns_of
from hebbax.tasks.car_racing import car_racing
from hebbax.tasks.external.gymnasium_car import CAR_TASK

FIGURE = "tracks"
OWN = 20
"""Tracks of Gymnasium's own environment: it draws each frame with pygame, so they take minutes."""

EXPERIMENT = Experiment(
    title="A car that drives by what it sees",
    reference=NAJARRO,
    asks="cars driven from pixels over 100 unseen tracks: Hebbian networks, whose weights begin random in every life, "
    "and static ones",
    out="results/najarro-car",
    baseline=STATIC,
    budgets=BUDGETS,
    notes=(
        "Published numbers are over 100 tracks of CarRacing-v0, PPO's from the work that the authors cite. Whether "
        "what stands after ± is a standard deviation or an error of the mean they do not say; intervals here are of a "
        "mean.",
        "Tracks, physics and rewards are those of Gymnasium's CarRacing-v3 to the bit; pixels differ by 0.1 of 255. A "
        "life ends, as published, when 21 rewards in a row were negative.",
        f"Gymnasium's own environment draws {OWN} tracks itself; the lives beside it are on the same tracks in the "
        "compiled world.",
    ),
    study="hebbax.reproduction.najarro_car",
)

_OWN = Fields({"gymnasium": drives(OWN), "compiled": TRACKS})
NUMBERS = Fields({"kind": TEXT, "tracks": TRACKS, "own": or_null(_OWN)})

Numbers = Mapping[str, Any]


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what a controller earns on 100 tracks, and in Gymnasium's own environment, None where Box2D is missing."""
    return {"kind": kind_of(run), "tracks": on_tracks(run), "own": _own(run) if find_spec("Box2D") else None}


def _own(run: StoredRun) -> dict[str, Any]:
    """Return lives in Gymnasium's own environment, and others in the compiled world on the same tracks."""
    engine = make_engine(car_racing(seeds=_own_seeds()), run.policy)
    lives = evaluate_controller(engine, run.controller("best"), genome="best", lifetimes=LIVES, seed=1).lives
    compiled = {"returns": returns_of(lives).tolist(), "ticks": lives.lengths.tolist()}
    return {"gymnasium": on_tracks(run, CAR_TASK, OWN), "compiled": compiled}


@pinned()
def _own_seeds() -> list[int]:
    return [int(environment_seed(life_key(1, life))) for life in range(OWN)]


def _kinds(numbers: Numbers) -> dict[str, list[Numbers]]:
    found: dict[str, list[Numbers]] = {}
    for entry in numbers.values():
        found.setdefault(entry["kind"], []).append(entry)
    return found


def draw(runs: Mapping[str, StoredRun], numbers: Numbers, folder: Path) -> list[Path]:
    """Draw the return of every track of every controller, from the worst to the best, beside the published means."""
    with figure_style():
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        axes = figure.add_subplot()
        for place, (kind, entries) in enumerate(_kinds(numbers).items()):
            for which, entry in enumerate(entries):
                returns, label = np.sort(entry["tracks"]["returns"]), "_" if which else kind
                share = (np.arange(len(returns)) + 0.5) / len(returns)
                axes.plot(100 * share, returns, color=LAYER_COLOURS[place % len(LAYER_COLOURS)], label=label)
        for name, style in zip(PUBLISHED, (":", "--", "-."), strict=True):
            axes.axhline(PUBLISHED[name][0], color=INK, linestyle=style, linewidth=1.0, label=f"{name}, published mean")
        axes.set(xlabel="% of tracks", ylabel="return of a life", title=f"{LIVES} tracks, worst to best")
        figure.legend(loc="outside lower center", ncols=2)
    return save_both(figure, folder, FIGURE)


def section(numbers: Numbers, folder: Path) -> str:
    """Return the table of all kinds beside the published ones, its figure, and every controller."""
    head = ["controllers", "runs", "return on 100 unseen tracks", f"in Gymnasium's own, {OWN} tracks", "same, compiled"]
    rows = [[f"{name}, published", "–", f"{mean} ± {more}", "–", "–"] for name, (mean, more) in PUBLISHED.items()]
    for kind, entries in _kinds(numbers).items():
        own = [entry["own"] for entry in entries if entry["own"] is not None]
        sides = [_means([one[side]["returns"] for one in own]) for side in ("gymnasium", "compiled")]
        rows.append([kind, str(len(entries)), _means([entry["tracks"]["returns"] for entry in entries]), *sides])
    parts = [
        "## 100 unseen tracks",
        f"Mean return of the best genome over {LIVES} lives, each on a track and from first weights that no training "
        "uses; in brackets the 95 % interval, over lives where there is one controller, over controllers where there "
        f"are {LEAST_SEEDS} or more. With fewer, each is named.",
        table(head, rows),
        _without_own(numbers),
        figure_line(folder, f"{FIGURE}.png", "Returns of all tracks"),
        "## Every controller",
        table(
            ["run", "controller", "return", "median", "worst", "below 500", "above 900", "ticks a life"],
            [_row(name, entry) for name, entry in numbers.items()],
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _means(returns: Sequence[Sequence[float]]) -> str:
    return controllers_text(returns) if returns else "–"


def _without_own(numbers: Numbers) -> str:
    if all(entry["own"] is not None for entry in numbers.values()):
        return ""
    install = pip_install("gymnasium[box2d]")
    return f"A dash: Gymnasium's own environment was not there; `{install}` brings it."


def _row(name: str, entry: Numbers) -> list[str]:
    returns, ticks = np.array(entry["tracks"]["returns"]), np.array(entry["tracks"]["ticks"])
    counts = [f"{int(flags.sum())} of {len(returns)}" for flags in (returns < 500, returns > 900)]
    values = [f"{value:.0f}" for value in (np.median(returns), returns.min())]
    return [name, entry["kind"], mean_text(returns.tolist()), *values, *counts, f"{ticks.mean():.0f}"]
