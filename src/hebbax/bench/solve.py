"""`solve`: wall time and steps from launch to a running HalfCheetah, with the defaults that a user gets."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import FULL, TrainingConfig
from hebbax.evolution.search import Search

CASE: dict[str, Any] = {"task": "half_cheetah", "threshold": 3000.0, "seeds": [0, 1, 2], "generations": 150}
"""A seed is solved when the mean return of its population passes the threshold; given up after `generations`."""

_COLUMNS = ("seed", "generation", "steps (millions)", "minutes", "highest population mean")


def measure(settings: Settings, tell: Tell) -> Report:
    """Evolve from every seed until it is solved; the default population and ticks unless settings say otherwise."""
    default = TrainConfig()
    task, full = TaskConfig(CASE["task"], settings.ticks), TrainingConfig(FULL)  # the threshold is of full lives
    config = replace(default, task=task, training=full, generations=CASE["generations"])
    if settings.population is not None:
        config = replace(config, strategy=replace(default.strategy, population=settings.population))
    runs = [_solve(replace(config, seed=seed), tell) for seed in CASE["seeds"]]
    minutes = [run["seconds"] / 60 if run["solved"] else np.inf for run in runs]
    median = float(np.median(minutes))
    results = {
        **CASE,
        "policy": config.policy.name,
        "strategy": config.strategy.to_values(),
        "runs": runs,
        "median_minutes": median if np.isfinite(median) else None,  # null where most seeds were given up
    }
    title = f"until the population mean passes {CASE['threshold']:,.0f} on {CASE['task']} {config.policy.name}"
    return Report(results, [Table(title, _COLUMNS, [_row(run) for run in runs], _COLUMNS)])


def _solve(config: TrainConfig, tell: Tell) -> dict[str, Any]:
    """Return how one seed went. The time includes making the engine, and the evaluations that training makes."""
    start = time.perf_counter()
    search = Search(config)
    state, means, steps = search.begin(), [], 0
    while state.generation < config.generations and not (means and means[-1] > CASE["threshold"]):
        step = search.step(state)
        assert step is not None  # nobody has stopped the engine
        state, metrics = step
        # A generation of which all lives diverged has no mean, and is below any threshold.
        means.append(-np.inf if metrics["return_mean"] is None else metrics["return_mean"])
        steps += metrics["steps"]
        tell(f"seed {config.seed}: generation {state.generation}, population mean {means[-1]:,.0f}")
    return {
        "seed": config.seed,
        "solved": means[-1] > CASE["threshold"],
        "generations": state.generation,
        "steps": steps,
        "seconds": time.perf_counter() - start,
        "population_mean": [mean if np.isfinite(mean) else None for mean in means],
    }


def _row(run: dict[str, Any]) -> list[str]:
    highest = max((mean for mean in run["population_mean"] if mean is not None), default=float("nan"))
    generation = str(run["generations"]) if run["solved"] else f"not in {run['generations']}"
    return [str(run["seed"]), generation, f"{run['steps'] / 1e6:.2f}", f"{run['seconds'] / 60:.2f}", f"{highest:,.0f}"]
