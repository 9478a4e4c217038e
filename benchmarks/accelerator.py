"""MJX on an accelerator, beside a Python loop over its steps and beside the native engine on the same machine's cores.

    python benchmarks/accelerator.py benchmarks/results/accelerator.json [--minutes 8] [--cache FOLDER]

Steps per second of `half_cheetah` and `go1_walk` with `han-e`, at populations of 512, 2,048 and 8,192, as a median of
three. It begins no case that it could not end within its minutes, keeps what JAX has compiled in FOLDER for the next
time, and writes the file after each case.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np

from hebbax.config.mjx import MjxConfig
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task
from hebbax.versions import environment

TASKS, POPULATIONS, TICKS, ROUNDS = ("half_cheetah", "go1_walk"), (512, 2_048, 8_192), 100, 3
SIDES = ("mjx", "python-loop", "native")
KEY = jax.random.key(0)
FIRST_GUESS = 120.0  # s, that a case takes whose program has to be compiled


def engine_of(side: str, task: Any, policy: Any, population: int) -> Any:
    """Return the engine of a side; a Python loop calls JAX once a tick, as the code of HAN does."""
    if side == "native":
        return make_engine(task, policy, "native")
    engine: Any = make_engine(task, policy, "mjx", options=MjxConfig(at_once=population))
    if side == "python-loop":
        engine.ticks_a_call = 1
    return engine


def measured(side: str, name: str, population: int) -> dict[str, Any]:
    """Return the steps per second of lives that a termination restarts, so that none ends."""
    task = make_task(name)
    policy = make_policy("han-e", task)
    engine, scenario = engine_of(side, task, policy, population), Scenario(TICKS)
    genomes = np.asarray(0.1 * jax.random.normal(KEY, (population, policy.genome_size)), np.float32)
    began = time.perf_counter()
    engine.evaluate(genomes, KEY, scenario)  # compiles
    first, rates = time.perf_counter() - began, []
    for number in range(ROUNDS):
        began = time.perf_counter()
        lives = engine.evaluate(genomes, jax.random.fold_in(KEY, number), scenario)
        rates.append(int(lives.lengths.sum()) / (time.perf_counter() - began))
    rate = statistics.median(rates)
    return {"task": name, "population": population, "side": side, "steps_per_second": rate, "first_seconds": first}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--cache", type=Path, default=Path(".jax-programs"))
    parser.add_argument("--populations", type=int, nargs="+", default=POPULATIONS)
    options = parser.parse_args()
    jax.config.update("jax_compilation_cache_dir", str(options.cache.absolute()))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    end, longest = time.monotonic() + 60 * options.minutes, FIRST_GUESS
    devices = [device.device_kind for device in jax.devices()]
    document: dict[str, Any] = {"devices": devices, "ticks": TICKS, "environment": environment(), "cases": []}
    for name in TASKS:
        for population in options.populations:
            for side in SIDES:
                if time.monotonic() + longest > end:
                    document["left_out"] = [*document.get("left_out", []), f"{name} {population} {side}"]
                else:
                    began = time.monotonic()
                    document["cases"].append(measured(side, name, population))
                    longest = max(longest if document["cases"][1:] else 0.0, time.monotonic() - began)
                options.path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
