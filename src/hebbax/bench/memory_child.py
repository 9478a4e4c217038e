"""A process of its own for `memory`: one generation, and the most memory that was resident during it.

`python -m hebbax.bench.memory_child CASE` takes and prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.cores import available_cores
from hebbax.keys import root_key


def peak_bytes() -> int:
    """Return the most memory that has been resident in this process.

    Linux keeps two such numbers: the one of getrusage begins with what the parent had when it started this process.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("VmHWM:"):
            return 1024 * int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def run_case(case: dict[str, Any]) -> dict[str, Any]:
    """Run one ask, lifetimes and tell, and one evaluation of the mean genome, as the first generation of a training."""
    from hebbax.config.policy import PolicyConfig
    from hebbax.config.strategy import StrategyConfig
    from hebbax.config.train import TaskConfig, TrainConfig
    from hebbax.evolution.search import Search

    config = TrainConfig(
        task=TaskConfig(case["task"], case["ticks"]),
        policy=PolicyConfig(name="wide", hidden=case["hidden"]),
        strategy=StrategyConfig(case["strategy"], case["population"]),
        evaluate_lifetimes=1,
    )
    before = peak_bytes()
    start = time.perf_counter()
    search = Search(config)
    state = search.begin()
    search.step(state)
    measured = {
        "genome_size": search.policy.genome_size,
        "imported_bytes": before,
        "peak_bytes": peak_bytes(),
        "seconds": time.perf_counter() - start,
    }
    return {**measured, **_noise_seconds(search.strategy, state.strategy, available_cores())}


def _noise_seconds(strategy: Any, state: Any, threads: int) -> dict[str, float | None]:
    """Return the processor time in which a generation makes genomes, and what of it telling takes.

    None where they are in memory.
    """
    from hebbax.evolution.population import MirroredPopulation

    genomes, _ = strategy.ask(root_key(0), state)
    if not isinstance(genomes, MirroredPopulation):
        return {"noise_seconds": None, "tell_noise_seconds": None}
    start = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(genomes.genome, range(len(genomes))):
            pass
    asked = time.process_time()
    genomes.weighted_noise(np.arange(len(genomes), dtype=np.float32))
    told = time.process_time()
    return {"noise_seconds": told - start, "tell_noise_seconds": told - asked}


if __name__ == "__main__":
    print(json.dumps(run_case(json.loads(sys.argv[1]))))
