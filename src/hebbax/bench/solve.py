"""`solve`: wall time and steps from launch to a running HalfCheetah, with the defaults that a user gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.solve_peers import PEERS, run_peer
from hebbax.bench.solve_run import run_training
from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_text_atomically
from hebbax.versions import environment

CASE: dict[str, Any] = {
    "task": "half_cheetah",
    "policy": "han-e",
    "thresholds": [3000.0, 5000.0, 6000.0],
    "lives": 64,  # of the mean genome, over full lives, at every checkpoint
    "checkpoint_every": 5,
    "sides": {
        "hebbax": {"seeds": list(range(10)), "seconds": 75.0, "keys": []},
        "hebbax, lives of 1,000 ticks": {
            "seeds": [0, 1, 2],
            "seconds": 150.0,
            "keys": ["training.ticks=full"],
            "until": 3000.0,
        },
    },
    "peers": {"seeds": [0, 1, 2], "seconds": 1800.0, "until": 3000.0, "every": 30.0},
}
"""What is run, and for how long; `until` ends a run that has reached it twice."""


def measure(settings: Settings, tell: Tell) -> Report:
    """Run every seed of every side, one after the other, seed by seed; those that stand in the parts are kept."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in _sides(settings)}
    seeds = sorted({seed for side in _sides(settings).values() for seed in side["seeds"]})
    for seed in seeds:
        for name, side in _sides(settings).items():
            if seed in side["seeds"]:
                tell(f"{name}, seed {seed}: {side['seconds']:.0f} s at most")
                runs[name].append(_run(name, side, seed, settings))
    case = {key: value for key, value in CASE.items() if key not in ("sides", "peers")}
    results = {**case, "sides": {name: {**side, **_summed(runs[name])} for name, side in _sides(settings).items()}}
    return Report(results, [_table(results)])


def _sides(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return what is run by name; fewer seeds where fewer rounds are asked for."""
    sides = dict(CASE["sides"])
    if settings.peers:
        sides |= {name: {**CASE["peers"], "how": how} for name, (how, _) in PEERS.items()}
    return {name: {**side, "seeds": side["seeds"][: settings.repeats]} for name, side in sides.items()}


def _run(name: str, side: Mapping[str, Any], seed: int, settings: Settings) -> dict[str, Any]:
    """Return how one run went."""
    how = {key: value for key, value in side.items() if key != "seeds"}
    asked = {"side": how, "seed": seed, "population": settings.population, "ticks": settings.ticks}
    asked |= {key: CASE[key] for key in ("task", "policy", "lives", "checkpoint_every")}
    part = f"{name.replace(', ', '-').replace(' ', '-')}-s{seed}"

    def anew() -> dict[str, Any]:
        return run_peer(name, CASE, side, seed) if name in PEERS else run_training(CASE, side, seed, settings)

    return kept_run(settings, part, asked, anew)


def kept_run(
    settings: Settings, name: str, asked: Mapping[str, Any], anew: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Return a run from its part, if that was run in the same way, else by running it."""
    path = None if settings.parts is None else settings.parts / f"{name}.json"
    if path is not None and path.is_file():
        part = json.loads(path.read_text())
        if part["asked"] != asked:
            raise HebbaxError(f"{path} was run in another way: remove {path.parent} to begin anew")
        return part["run"]
    run = anew()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {"asked": asked, "environment": environment(), "run": run}
        write_text_atomically(path, json.dumps(document, indent=1, allow_nan=False) + "\n")
    return run


def _summed(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the runs, and of each threshold the median and the worst of seconds and steps; null if not reached."""
    found = {}
    for threshold in CASE["thresholds"]:
        reached = [first_reached(run["evaluations"], threshold) for run in runs]
        found[f"{threshold:.0f}"] = {
            key: median_and_worst([None if at is None else at[key] for at in reached]) for key in ("seconds", "steps")
        }
    return {"reached": found, "runs": runs}


def first_reached(evaluations: list[dict[str, Any]], threshold: float) -> dict[str, Any] | None:
    """Return the evaluation that confirms a threshold: the one before it had reached it too. None if there is none.

    >>> first_reached([{"return_mean": 10.0}, {"return_mean": 12.0}], 9.0)
    {'return_mean': 12.0}
    """
    for before, this in pairwise(evaluations):
        if all(one["return_mean"] is not None and one["return_mean"] >= threshold for one in (before, this)):
            return this
    return None


def median_and_worst(values: list[float | None]) -> dict[str, Any]:
    """Return median and worst of what was reached, null for never, and the values."""
    numbers = [np.inf if value is None else value for value in values]
    plain = [float(np.median(numbers)), float(np.max(numbers))] if numbers else [np.inf, np.inf]
    median, worst = (value if np.isfinite(value) else None for value in plain)
    return {"median": median, "worst": worst, "values": values}


def _table(results: dict[str, Any]) -> Table:
    columns = ["side", "seeds", *(f"{threshold:,.0f}" for threshold in results["thresholds"]), "millions of steps"]
    rows = []
    for name, side in results["sides"].items():
        reached = [side["reached"][f"{threshold:.0f}"]["seconds"] for threshold in results["thresholds"]]
        steps = side["reached"][f"{results['thresholds'][0]:.0f}"]["steps"]["median"]
        cells = [f"{told_seconds(one['median'])} ({told_seconds(one['worst'])})" for one in reached]
        rows.append([name, str(len(side["runs"])), *cells, "–" if steps is None else f"{steps / 1e6:.2f}"])
    title = (
        f"{results['task']} {results['policy']}: seconds from launch until the mean genome earns so much over "
        f"{results['lives']} full lives, confirmed by the next evaluation; median (worst), steps to the first"
    )
    return Table(title, columns, rows, columns[1:])


def told_seconds(value: float | None) -> str:
    """Return seconds for a table, a dash for never."""
    return "–" if value is None else f"{value:.1f}"
