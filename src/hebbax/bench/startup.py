"""`startup`: how long one waits for help, for a list, and for the first finished generation."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from hebbax.bench.measure import children_cpu_seconds, summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.words import with_interval
from hebbax.errors import HebbaxError

TRAIN = "hebbax train task=half_cheetah policy=han-e generations=100 --run runs/first"
"""The first command of the README's tour."""

_HELPS, _OTHERS = 5, 3
_COLUMNS = ("what", "seconds")


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure fresh processes; cold ones find no compiled lives."""
    results: dict[str, Any] = {}
    for name, command, times in (("help", "hebbax --help", _HELPS), ("tasks", "hebbax tasks", _OTHERS)):
        tell(command)
        seconds = [_until_end(command) for _ in range(min(settings.rounds(), times))]
        results[name] = {"command": command, "seconds": summary(seconds)}
    train = _train_command(settings)
    cold, warm = [], []
    for turn in range(min(settings.rounds(), _OTHERS)):
        with tempfile.TemporaryDirectory(prefix="hebbax-bench-") as cache:
            tell(f"{train}: cold, then warm, {turn + 1}")
            cold.append(_first_generation(train, cache))
            warm.append(_first_generation(train, cache))
    results["first_generation_cold"] = _summary(train, cold)
    results["first_generation_warm"] = _summary(train, warm)
    one = train.replace("generations=100", "generations=1")
    tell(f"{one}: processor time")
    results["one_generation_warm"] = {"command": one, "cpu_seconds": summary(_cpu_seconds(one, settings))}
    return Report(results, [_table(results)])


def _train_command(settings: Settings) -> str:
    """Return the README's command as it stands, unless the user asked for another size."""
    sizes = {"strategy.population": settings.population, "task.ticks": settings.ticks}
    return " ".join([TRAIN, *(f"{key}={value}" for key, value in sizes.items() if value is not None)])


def _arguments(command: str) -> list[str]:
    return [sys.executable, "-m", *shlex.split(command)]


def _until_end(command: str) -> float:
    start = time.perf_counter()
    process = subprocess.run(_arguments(command), capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise HebbaxError(f"`{command}` failed: {process.stderr.strip()}")
    return seconds


def _cpu_seconds(command: str, settings: Settings) -> list[float]:
    """Return the processor time of whole processes that train for one generation, after one that fills the caches."""
    seconds = []
    for _ in range(1 + min(settings.rounds(), _OTHERS)):
        with tempfile.TemporaryDirectory(prefix="hebbax-bench-") as folder:
            before = children_cpu_seconds()
            child = subprocess.run(_arguments(command), cwd=folder, capture_output=True, text=True)
            used = children_cpu_seconds() - before
        if child.returncode != 0:
            raise HebbaxError(f"`{command}` failed: {child.stderr.strip()}")
        seconds.append(used)
    return seconds[1:]


def _first_generation(command: str, cache: str) -> dict[str, float]:
    """Return the seconds from launch to the first finished generation, and of that generation itself."""
    with tempfile.TemporaryDirectory(prefix="hebbax-bench-") as folder:
        start = time.perf_counter()
        child = subprocess.Popen(
            _arguments(command),
            cwd=folder,
            env={**os.environ, "HEBBAX_CACHE": cache},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert child.stdout is not None
            finished = any(line.startswith("generation 1/") for line in child.stdout)
            seconds = time.perf_counter() - start
            child.send_signal(signal.SIGINT)
            _, error = child.communicate(timeout=120)
        finally:
            child.kill()
        if not finished:
            raise HebbaxError(f"`{command}` failed: {error.strip()}")
        first = json.loads((Path(folder) / "runs/first/metrics.jsonl").read_text().splitlines()[0])
        return {"finished": seconds, "generation": first["seconds"], "lifetimes": first["seconds_lifetimes"]}


def _summary(command: str, measurements: list[dict[str, float]]) -> dict[str, Any]:
    starts = [one["finished"] - one["generation"] for one in measurements]
    return {
        "command": command,
        "seconds": summary([one["finished"] for one in measurements]),
        "seconds_until_started": summary(starts),
        "measurements": measurements,
    }


def _table(results: dict[str, Any]) -> Table:
    rows = [[results[name]["command"], with_interval(results[name]["seconds"])] for name in ("help", "tasks")]
    for kind in ("cold", "warm"):
        measurement = results[f"first_generation_{kind}"]
        rows.append([f"first generation starts, {kind}", with_interval(measurement["seconds_until_started"])])
        rows.append([f"first generation finished, {kind}", with_interval(measurement["seconds"])])
    one = results["one_generation_warm"]
    rows.append([f"processor time: {one['command']}, warm", with_interval(one["cpu_seconds"])])
    return Table(f"from launch; training: {results['first_generation_cold']['command']}", _COLUMNS, rows, ("seconds",))
