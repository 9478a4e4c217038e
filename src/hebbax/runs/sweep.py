"""Many runs in one folder: what each is called, how far it is, and how it is begun or gone on with."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hebbax.config.train import WITHOUT_EFFECT, TrainConfig, check_train_config, flat_dict, to_dict
from hebbax.errors import HebbaxError
from hebbax.evolution.schedule import with_training
from hebbax.evolution.trust import modules_of
from hebbax.runs.belonging import newest_of_run
from hebbax.runs.run_folder import RunFolder, is_run
from hebbax.runs.training import Training, new_search
from hebbax.tasks.registry import make_task

MISSING, INTERRUPTED, FINISHED = "missing", "interrupted", "finished"


@dataclass(frozen=True)
class PlannedRun:
    """One run of a sweep and its folder."""

    path: Path
    config: TrainConfig


@dataclass(frozen=True)
class RunState:
    """How far a planned run is."""

    state: str  # MISSING, INTERRUPTED or FINISHED
    generation: int  # finished ones that it can go on from
    best: float | None = None  # return of the best mean genome so far


def run_name(config: TrainConfig, swept: Sequence[str]) -> str:
    """Return the folder name of a run in a sweep over some keys: task, policy, the other swept keys, seed.

    The same configuration and keys give the same name, and others another: where a value has signs that a name
    cannot hold, a checksum stands for them.
    """
    others = [key for key in swept if key not in ("task", "task.name", "policy", "policy.name", "seed")]
    values = to_dict(config)
    parts = [config.task.name, config.policy.name]
    parts += [f"{key}={_value_text(values, key)}" for key in others]
    return "-".join([*(_name_part(part) for part in parts), f"s{config.seed}"])


def plan(folder: Path, configs: Sequence[TrainConfig], swept: Sequence[str]) -> list[PlannedRun]:
    """Return the run folder of every configuration. Raises HebbaxError where two would share one."""
    by_path: dict[Path, TrainConfig] = {}
    for config in configs:
        path = Path(folder) / run_name(config, swept)
        if path in by_path:
            raise HebbaxError(f"two runs of the sweep are the same, {path.name}: give each value once")
        by_path[path] = config
    return [PlannedRun(path, config) for path, config in by_path.items()]


def check_plan(runs: Sequence[PlannedRun]) -> None:
    """Raise HebbaxError for the first run that could not begin or go on; nothing is written."""
    for _, error in refused(runs):
        raise error


def refused(runs: Sequence[PlannedRun]) -> Iterator[tuple[PlannedRun, HebbaxError]]:
    """Yield every run that could not begin or go on, and why.

    A folder that holds another run than the planned one is refused, unless they differ in `generations` alone, or the
    run is finished and they differ in nothing that has an effect.
    """
    errors: dict[str, HebbaxError | None] = {}
    for run in runs:
        error = _error_of(lambda run=run: _check_run(run))
        if error is None:
            config_key = repr(replace(run.config, seed=0))  # what is built is the same for all seeds
            if config_key not in errors:
                errors[config_key] = _error_of(lambda run=run: new_search(run.config))
            error = errors[config_key]
        if error is not None:
            yield run, error


def state_of(run: PlannedRun) -> RunState:
    """Return how far a run is, by its newest good checkpoint."""
    if not _has_checkpoint(run.path):
        return RunState(MISSING, 0)
    _, checkpoint, _ = newest_of_run(RunFolder.open(run.path), lambda line: None)
    finished, best = checkpoint.generation >= run.config.generations, checkpoint.document["best"]
    return RunState(
        FINISHED if finished else INTERRUPTED, checkpoint.generation, None if best is None else best["return_mean"]
    )


def open_training(run: PlannedRun, command: Sequence[str], on_note: Callable[[str], None]) -> Training:
    """Begin a missing run or take up an interrupted one. Raises HebbaxError as `Training.start` and `resume` do.

    Someone else may have put a folder there: it has imported what the plan names, and nothing else.
    """
    if state_of(run).state == MISSING:
        return Training.start(run.config, run.path, command)
    generations, trust = run.config.generations, modules_of(run.config)
    return Training.resume(run.path, generations=generations, command=command, on_note=on_note, trust=trust)


def _has_checkpoint(path: Path) -> bool:
    return is_run(path) and bool(RunFolder(path).checkpoints())


def _error_of(check: Callable[[], object]) -> HebbaxError | None:
    try:
        check()
    except HebbaxError as error:
        return error
    return None


def _check_run(run: PlannedRun) -> None:
    check_train_config(run.config)
    if not _has_checkpoint(run.path):
        return
    stored = RunFolder.open(run.path).stored_config()
    asked = with_training(run.config, make_task(run.config.task.name))
    before, now = (flat_dict(replace(config, generations=1)) for config in (stored, asked))
    others = [key for key, value in now.items() if before.get(key) != value]
    # One that is to go on would do so with its own threads; of a finished one they have changed nothing.
    if others and WITHOUT_EFFECT.issuperset(others) and state_of(run).state == FINISHED:
        return
    if others:
        key = others[0]
        raise HebbaxError(
            f"run {run.path} was begun with {key}={before.get(key)}, now it is {key}={now[key]}: choose another "
            "folder for these runs"
        )


def _value_text(values: dict[str, Any], key: str) -> str:
    here: Any = values
    for part in key.split("."):
        here = here[part]
    if isinstance(here, dict) and "." not in key:
        here = here["name"]  # of a group, such as strategy
    return "x".join(map(str, here)) if isinstance(here, list) else str(here)


def _name_part(text: str) -> str:
    plain = re.sub(r"[^\w.=-]+", "_", text)
    return plain if plain == text else f"{plain}.{zlib.crc32(text.encode()):08x}"
