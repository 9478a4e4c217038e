"""`walk`: wall time and steps from launch to a Go1 that walks, with the defaults that a user gets."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.solve import kept_run, median_and_worst, told_seconds
from hebbax.bench.solve_run import run_training

CASE: dict[str, Any] = {
    "task": "go1_walk_economical",
    "policy": "han-e",
    "metres": 10.0,  # in a full life of 20 s
    "lives": 32,  # of the mean genome, at every checkpoint
    "checkpoint_every": 3,
}
_SIDE: dict[str, Any] = {"seconds": 45.0, "keys": []}
_SEEDS = (0, 1, 2, 3, 4)


def measure(settings: Settings, tell: Tell) -> Report:
    """Run every seed, one after the other; those that stand in the parts are kept."""
    runs = []
    for seed in _SEEDS[: settings.repeats]:
        tell(f"seed {seed}: {_SIDE['seconds']:.0f} s at most")
        asked = {"side": _SIDE, "seed": seed, "population": settings.population, "ticks": settings.ticks, **CASE}
        runs.append(kept_run(settings, f"s{seed}", asked, lambda seed=seed: run_training(CASE, _SIDE, seed, settings)))
    walking = [_walks(run["evaluations"]) for run in runs]
    reached = {
        key: median_and_worst([None if at is None else at[key] for at in walking]) for key in ("seconds", "steps")
    }
    return Report({**CASE, **_SIDE, "reached": reached, "runs": runs}, [_table(runs, walking, reached)])


def _walks(evaluations: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the evaluation that confirms walking: the one before it walked too. None if there is none."""
    return next((this for before, this in pairwise(evaluations) if _far(before) and _far(this)), None)


def _far(evaluation: dict[str, Any]) -> bool:
    """Whether the mean life of an evaluation has come far enough, and none fell."""
    distance = evaluation["reward_terms"]["distance"]
    return distance is not None and distance >= CASE["metres"] and evaluation["terminated"] == 0


def _table(runs: list[dict[str, Any]], walking: list[Any], reached: dict[str, Any]) -> Table:
    columns = ["seed", "seconds", "millions of steps", "metres, last", "of 32 fell, last"]
    rows = []
    for run, at in zip(runs, walking, strict=True):
        last = run["evaluations"][-1]
        when = ("–", "–") if at is None else (f"{at['seconds']:.1f}", f"{at['steps'] / 1e6:.2f}")
        rows.append([str(run["seed"]), *when, f"{last['reward_terms']['distance']:.1f}", str(last["terminated"])])
    median, worst = (told_seconds(reached["seconds"][key]) for key in ("median", "worst"))
    title = (
        f"{CASE['task']} {CASE['policy']}: from launch until the mean genome walks {CASE['metres']:g} m in 20 s in "
        f"{CASE['lives']} lives without a fall, confirmed by the next evaluation; median {median} s, worst {worst} s"
    )
    return Table(title, columns, rows, columns[1:])
