"""What the head of a cluster holds, and how long it asks and tells, of a streamed population.

`python benchmarks/head.py results/head.json` makes one generation of 458,002 numbers by 10,000 members without lives,
as where all of these are lived elsewhere: fitness is drawn, and what a worker would have made of the key is made
nowhere.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

import jax
import numpy as np

from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.engines.parcels import packed
from hebbax.evolution.strategy import Strategy
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task
from hebbax.versions import environment

GENOME, POPULATION = 458_002, 10_000


def peak() -> int:
    """Return the most memory that this process has held so far, in bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(path: Path, population: int = POPULATION) -> None:
    policy = make_policy("mlp", make_task("swimmer"))  # births of first genomes alone ask for one
    config = TrainConfig(task=TaskConfig("swimmer"))
    before, key = peak(), jax.random.key(config.seed)
    told = []
    for name in ("openai-es", "najarro-es"):
        strategy = Strategy(StrategyConfig(name, population), GENOME)
        state = strategy.init(key, policy, np.zeros(GENOME, np.float32))
        began = time.perf_counter()
        genomes, asked = strategy.ask(key, state)
        after_ask = time.perf_counter()
        sent = len(packed(genomes))
        fitness = np.random.default_rng(0).standard_normal(population)
        after_tell = time.perf_counter()
        jax.block_until_ready(strategy.tell(key, genomes, fitness, asked))
        told.append(
            {
                "strategy": name,
                "ask_seconds": after_ask - began,
                "tell_seconds": time.perf_counter() - after_tell,
                "shared_bytes": sent,
                "peak_bytes": peak(),
                "load": os.getloadavg()[0],
            }
        )
        document = {
            "genome": GENOME,
            "population": population,
            "imported_bytes": before,
            "generations": told,
            "environment": environment(),
        }
        path.write_text(json.dumps(document, indent=1) + "\n")  # after each: what is measured is kept


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
