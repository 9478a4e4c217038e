"""`generation`: where the time of one generation of training goes."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from hebbax.bench.measure import ratios, summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import with_interval
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig, to_dict
from hebbax.evolution.search import Search, SearchState
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.saved_state import pack_state
from hebbax.versions import environment

TASK = "half_cheetah"
_POPULATION, _TICKS = 256, 1000
_NEVER = 10**9
_PARTS = ("ask", "lifetimes", "tell", "rest", "metrics", "checkpoint")
"""Of a generation; `rest` is the merging of statistics and all that lies between the other parts."""

_OVERHEAD = ("ask", "tell", "rest", "metrics", "checkpoint")
_COLUMNS = ("part", "milliseconds", "share")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure `repeats` generations after one that compiles."""
    population, ticks = settings.population or _POPULATION, settings.ticks or _TICKS
    # The evaluation of the mean genome is left out: how often it happens is a setting.
    config = TrainConfig(
        task=TaskConfig(TASK, ticks),
        strategy=StrategyConfig(population=population),
        generations=_NEVER,
        evaluate_every=_NEVER,
        evaluate_lifetimes=1,
    )
    tell("compiling lives, and ask and tell")
    search = Search(config)
    with tempfile.TemporaryDirectory(prefix="hebbax-bench-") as folder:
        run = RunFolder.create(Path(folder) / "run", config="", record={})
        state, _ = _generation(search, search.begin(), run)
        tell(f"{settings.rounds()} generations")
        generations = []
        for _ in range(settings.rounds()):
            state, parts = _generation(search, state, run)
            generations.append(parts)
    return _report(config, generations)


def _generation(search: Search, state: SearchState, run: RunFolder) -> tuple[SearchState, dict[str, float]]:
    """Run a generation as `Training` does, with a checkpoint; return the state and the seconds of each part."""
    start = time.perf_counter()
    step = search.step(state)
    assert step is not None  # nobody has stopped the engine
    state, metrics = step
    after_step = time.perf_counter()
    run.append_metrics(metrics)
    after_metrics = time.perf_counter()
    document = {"config": to_dict(search.config), "environment": environment()}
    run.save_checkpoint(pack_state(search, state, document), search.config.keep_checkpoints)
    end = time.perf_counter()
    parts = {part: metrics[f"seconds_{part}"] for part in ("ask", "lifetimes", "tell")}
    parts["rest"] = after_step - start - sum(parts.values())
    return state, {**parts, "metrics": after_metrics - after_step, "checkpoint": end - after_metrics}


def _report(config: TrainConfig, generations: list[dict[str, float]]) -> Report:
    seconds = {part: [generation[part] for generation in generations] for part in _PARTS}
    totals = [sum(generation.values()) for generation in generations]
    shares = {part: summary(ratios(values, totals)) for part, values in seconds.items()}
    overhead = summary(ratios([sum(g[part] for part in _OVERHEAD) for g in generations], totals))
    results: dict[str, Any] = {
        "task": config.task.name,
        "policy": config.policy.name,
        "population": config.strategy.population,
        "ticks": config.task.ticks,
        "seconds": {part: summary(values) for part, values in seconds.items()},
        "share": shares,
        "overhead_share": overhead,  # all but the lifetimes, with a checkpoint in every generation
        "checkpoint_every": config.checkpoint_every,  # by default
    }
    rows = [
        [part, with_interval(summary([1e3 * value for value in seconds[part]]), 1), _percent(shares[part])]
        for part in _PARTS
    ]
    rows.append(["all but lifetimes", "", _percent(overhead)])
    title = (
        f"a generation of {config.strategy.population} lives of {config.task.ticks} ticks, {config.task.name} "
        f"{config.policy.name}; a checkpoint in each (in training every {config.checkpoint_every})"
    )
    return Report(results, [Table(title, _COLUMNS, rows, _COLUMNS[1:])])


def _percent(share: dict[str, Any]) -> str:
    low, high = share["interval"]
    return f"{share['median']:.2%} ({low:.2%} to {high:.2%})"
