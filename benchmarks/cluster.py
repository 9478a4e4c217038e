"""What engine=ray costs on one machine: bytes on the wire, and weak scaling with one core a worker.

    python benchmarks/cluster.py benchmarks/results/cluster.json [--workers 1 2 4]

Bytes are of what hebbax hands to Ray and gets back, for genomes of two sizes. Weak scaling gives each worker as many
lives, whatever their number, and divides the seconds of one worker by those of several; more workers than cores cannot
scale, and the file says how many cores there were, and the load of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from hebbax.config.cluster import RayConfig
from hebbax.config.policy import PRESETS
from hebbax.cores import available_cores
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.evolution.population import MirroredPopulation
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task
from hebbax.versions import environment

KEY, ROUNDS = jax.random.key(0), 3


def population_of(policy: Any, count: int) -> MirroredPopulation:
    """Return a population that travels as its key."""
    return MirroredPopulation(KEY, np.zeros(policy.genome_size, np.float32), 0.1, count)


def wire(hidden: list[int]) -> dict[str, Any]:
    """Return the bytes of a generation of 64 lives of a policy with these hidden layers, on two workers."""
    task = make_task("swimmer")
    policy = make_policy(replace(PRESETS["han-e"], hidden=hidden), task)
    engine: Any = make_engine(task, policy, "ray", threads=1, options=RayConfig(workers=2))
    engine.evaluate(population_of(policy, 64), KEY, Scenario(1))
    traffic, seconds = asdict(engine.traffic), []
    for _ in range(ROUNDS):  # of lives that take no time: what is left is the way there and back
        began = time.perf_counter()
        engine.evaluate(population_of(policy, 64), KEY, Scenario(1))
        seconds.append(time.perf_counter() - began)
    return {"genome": policy.genome_size, "workers": 2, "in_parcels": 8, **traffic, "way_seconds": seconds}


def weak(workers: int, lives: int, ticks: int) -> dict[str, Any]:
    """Return the seconds of so many lives for each worker."""
    task = make_task("half_cheetah")
    policy = make_policy("han-e", task)
    engine: Any = make_engine(task, policy, "ray", threads=1, options=RayConfig(workers=workers))
    population, seconds = population_of(policy, workers * lives), []
    engine.evaluate(population, KEY, Scenario(ticks))
    for number in range(ROUNDS):
        began = time.perf_counter()
        engine.evaluate(population, jax.random.fold_in(KEY, number), Scenario(ticks))
        seconds.append(time.perf_counter() - began)
    return {"workers": workers, "seconds": seconds, "median": statistics.median(seconds), "load": os.getloadavg()[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=(1, 2, 4))
    parser.add_argument("--lives", type=int, default=32)
    parser.add_argument("--ticks", type=int, default=1000)
    options = parser.parse_args()
    document: dict[str, Any] = {"cores": available_cores(), "environment": environment(), "wire": [], "weak": []}
    for hidden in ([16], [256, 128]):
        document["wire"].append(wire(hidden))
        options.path.write_text(json.dumps(document, indent=1) + "\n")
    for workers in options.workers:
        document["weak"].append(weak(workers, options.lives, options.ticks))
        first = document["weak"][0]["median"]
        document["efficiency"] = {str(one["workers"]): first / one["median"] for one in document["weak"]}
        options.path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
