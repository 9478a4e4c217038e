"""One training for `solve`: launched as a user launches it, and looked at by its checkpoints once it has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbax.bench.measure import children_cpu_seconds
from hebbax.bench.report import Settings
from hebbax.engines.make_engine import make_engine
from hebbax.errors import HebbaxError
from hebbax.runs.checkpoint import read_checkpoint
from hebbax.runs.evaluation import evaluate_controller
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.saved_state import controller_of
from hebbax.runs.stored_run import StoredRun

_LOOK_EVERY = 0.2  # seconds


def run_training(case: Mapping[str, Any], side: Mapping[str, Any], seed: int, settings: Settings) -> dict[str, Any]:
    """Train in a process of its own for so many seconds; return its mean genome's evaluations by time and steps.

    The clock runs from launch, over all that the run does by itself. Evaluations of the benchmark come afterwards, from
    the checkpoints, in nobody's time: a checkpoint was there when its file was written.
    """
    with tempfile.TemporaryDirectory(prefix="hebbax-bench-") as folder:
        command = _command(case, side, seed, settings)
        load = os.getloadavg()[0]
        launched, cpu = _train(command, side, Path(folder))
        evaluations = _evaluate_checkpoints(Path(folder) / "run", case, launched)
    return {"seed": seed, "command": " ".join(command), "load": load, "cpu_seconds": cpu, "evaluations": evaluations}


def _command(case: Mapping[str, Any], side: Mapping[str, Any], seed: int, settings: Settings) -> list[str]:
    sizes = {"strategy.population": settings.population, "task.ticks": settings.ticks}
    given = [f"{key}={value}" for key, value in sizes.items() if value is not None]
    return [
        *("hebbax", "train", "--run", "run", f"task={case['task']}", f"policy={case['policy']}", f"seed={seed}"),
        *given,
        *("generations=1000000", "keep_checkpoints=1000000", f"checkpoint_every={case['checkpoint_every']}"),
        *side["keys"],
    ]


def _train(command: list[str], side: Mapping[str, Any], folder: Path) -> tuple[float, float]:
    """Run the command until its time is over or its goal reached; return when it was launched, and its CPU time."""
    before = children_cpu_seconds()
    launched = time.time()
    with (folder / "log").open("w+") as log:
        child = subprocess.Popen([sys.executable, "-m", *command], cwd=folder, stdout=log, stderr=log)
        try:
            while child.poll() is None and time.time() - launched < side["seconds"]:
                time.sleep(_LOOK_EVERY)
                if _has_reached(folder / "run", side.get("until")):
                    break
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
            code = child.wait(timeout=120)
        finally:
            child.kill()
            child.wait()
        log.seek(0)
        if code not in (0, 130) or not (folder / "run").is_dir():
            raise HebbaxError(f"`{' '.join(command)}` failed: {log.read().strip()[-300:]}")
    return launched, children_cpu_seconds() - before


def _has_reached(path: Path, goal: float | None) -> bool:
    """Return whether the run's own evaluations have reached a goal in two of its generations, evaluated anew."""
    if goal is None or not (path / "metrics.jsonl").is_file():
        return False
    means = [line.get("mean_genome_return") for line in RunFolder(path).read_metrics()]
    return len({mean for mean in means if mean is not None and mean >= goal}) >= 2


def _evaluate_checkpoints(path: Path, case: Mapping[str, Any], launched: float) -> list[dict[str, Any]]:
    run = StoredRun.open(path, _ignore)
    steps = _steps(run.folder)
    engine = make_engine(run.task, run.policy, run.config.engine, run.config.threads)
    evaluations = []
    for file in run.folder.checkpoints():
        checkpoint = read_checkpoint(file)
        controller = controller_of(checkpoint, "mean")
        evaluation = evaluate_controller(
            engine, controller, genome="mean", lifetimes=case["lives"], ticks=run.config.task.ticks
        )
        told = evaluation.to_json()
        evaluations.append(
            {
                "generation": checkpoint.generation,
                "seconds": file.stat().st_mtime - launched,
                "steps": steps[checkpoint.generation],
                # Null where all lives diverged.
                **{key: told[key] for key in ("return_mean", "reward_terms", "terminated")},
            }
        )
    return evaluations


def _steps(folder: RunFolder) -> dict[int, int]:
    """Return the control ticks that the population has lived after so many generations, lives of evaluations not."""
    return {0: 0} | {line["generation"] + 1: line["steps_total"] for line in folder.read_metrics()}


def _ignore(line: str) -> None:
    """Notes on one's own run of a minute ago say nothing."""
