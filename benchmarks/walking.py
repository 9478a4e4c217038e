"""Judge walking Go1s: how far, how often they fall, and whether a robot could do it.

    python benchmarks/walking.py benchmarks/results/go1-seeds.json RUN ...

runs the best genome of each run for 100 lives on another seed than it evolved with, its reality check on 6 of them, and
20 lives with a converged solver and with sensor noise as published; prints a table and writes all of it as JSON.
"""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.analysis.analyze import analyze_source
from hebbax.damage.text import parse_damages
from hebbax.engines.make_engine import make_engine
from hebbax.runs.evaluation import evaluate_controller
from hebbax.runs.run_record import without_place
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.stress.physics import physics_of
from hebbax.tasks.external.task import AnyTask
from hebbax.types import Lives

LIVES, LIVES_ANALYSED, LIVES_STRESSED = 100, 6, 20
OTHER_SEED = 99
COLUMNS = ("run", "return", "metres", "worst", "falls", "W", "speed limits", "slip", "deepest", "converged", "noise")


def judge(path: Path) -> dict[str, Any]:
    """Return what a run's best genome does."""
    run = StoredRun.open(path, lambda line: None)
    controller = run.controller("best")

    def lived(task: AnyTask, lifetimes: int, damage: str = "") -> Lives:
        damages = parse_damages(damage, task.control_period)
        engine = make_engine(task, run.policy)
        return evaluate_controller(
            engine, controller, genome="best", lifetimes=lifetimes, seed=OTHER_SEED, damages=damages
        ).lives

    def metres(lives: Lives) -> np.ndarray:
        return lives.reward_terms[:, run.task.terms.index("distance")]

    lives, few = lived(run.task, LIVES), metres(lived(run.task, LIVES_STRESSED)).mean()
    converged = metres(lived(physics_of(run.task)[0][1], LIVES_STRESSED)).mean()
    noisy = metres(lived(run.task, LIVES_STRESSED, "go1/sensor-noise")).mean()
    found = analyze_source(Source.of_run(run, lifetimes=LIVES_ANALYSED, seed=OTHER_SEED))["lives"]
    seen = [one for one in found if one["reality"] is not None]  # the others fell too soon

    def mean(key: str, times: Callable[[Any], float] = lambda one: 1.0) -> float | None:
        values = [one["reality"][key]["value"] * times(one) for one in seen if one["reality"][key]["value"] is not None]
        return float(np.mean(values)) if values else None

    body = run.task.world.body()
    assert body is not None
    return {
        "run": path.name,
        "command": shlex.join(without_place(run.folder.read_record()["command"])),
        "generation": run.checkpoint.generation,
        "lives": LIVES,
        "return_mean": float(lives.returns.mean()),
        "metres_mean": float(metres(lives).mean()),
        "metres_worst": float(metres(lives).min()),
        "falls": int((lives.terminations > 0).sum()),
        "watts": mean("power", lambda one: body.mass),
        "time_beyond_speed_limits": mean("speed_limits"),
        "slip_metres_per_second": mean("slip", lambda one: abs(one["gait"]["forward_speed"])),
        "deepest_metres": mean("below_ground"),
        "kept_with_converged_solver": float(converged / few),
        "kept_with_sensor_noise": float(noisy / few),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=Path)
    options.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    asked = options.parse_args()
    judged = [judge(path) for path in asked.runs]
    print("  ".join(COLUMNS))
    for one in judged:
        cells = [one["run"], *("–" if value is None else f"{value:.3g}" for value in list(one.values())[4:])]
        print("  ".join(cells))
    asked.out.write_text(json.dumps(judged, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
