"""A generation of engine=ray on up to 10,000 workers, simulated from what `head.py` and `cluster.py` have measured.

    python benchmarks/simulate_scale.py benchmarks/results/scale-simulated.json

Workers are processes of some cores each. The head hands out parcels one after another, sends the mean to every node,
takes rows back and tells alone. Lives take a log-normal time, and one worker in a hundred is three times slower; a
parcel that dawdles is given to a second worker, as `engines/errands.py` does.
"""

from __future__ import annotations

import heapq
import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from hebbax.engines.parcels import ranges_of


@dataclass(frozen=True)
class Cluster:
    """What a generation costs; numbers are measured on two cores, or said to be assumed."""

    population: int = 10_000
    genome: int = 458_002
    life: float = 10.0  # s on one core, assumed: a car of 1,000 frames
    spread: float = 0.2  # of its logarithm, assumed
    cores: int = 16  # of a worker, assumed
    slow: float = 0.01  # share of workers that are three times slower, assumed
    handing: float = 0.003  # s of the head for a parcel, measured
    number: float = 2.3e-8  # s of the head for a number that it tells, on all of its cores, measured
    bandwidth: float = 1.25e8  # bytes/s of the head, assumed: 1 Gbit/s
    row: int = 350  # bytes, measured
    told_by_workers: bool = False  # the plan: each worker sums its columns over all members


def generation(cluster: Cluster, workers: int, seed: int = 0) -> dict[str, float]:
    """Return the seconds of a generation, and of its parts."""
    random, cores = np.random.default_rng(seed), cluster.cores
    ranges = ranges_of(cluster.population, workers, cores)
    sizes = [last - first for first, last in ranges]
    factor = np.where(random.random(workers) < cluster.slow, 3.0, 1.0)
    sent = 4 * cluster.genome * workers / cluster.bandwidth
    free = [(sent * (number + 1) / workers, number) for number in range(workers)]  # each has to have the mean first
    heapq.heapify(free)
    head, ends, typical = 0.0, [], cluster.life * max(sizes) / cores
    for size in sizes:
        at, worker = heapq.heappop(free)
        head = max(head, at) + cluster.handing
        lives = random.lognormal(np.log(cluster.life), cluster.spread, size) * factor[worker]
        took = max(lives.sum() / cores, lives.max())
        heapq.heappush(free, (head + took, worker))
        ends.append(min(took, 2 * typical + typical) + head)  # a second worker has it after twice the typical time
    lived = max(ends)
    rows = cluster.population * cluster.row / cluster.bandwidth
    numbers = cluster.number * cluster.population * cluster.genome
    tell = numbers / (workers * cores / 2) + sent if cluster.told_by_workers else numbers
    alone = cluster.population * cluster.life / cores
    total = lived + rows + tell
    parts = {"send": sent, "lives": lived, "rows": rows, "tell": tell, "generation": total}
    return {"workers": workers, "parcels": len(sizes), **parts, "efficiency": alone / workers / total}


def main(path: Path) -> None:
    counts = (1, 10, 100, 1_000, 10_000)
    small = Cluster(genome=4_544, life=0.05, spread=0.1, population=100_000)
    plans = {
        "car": Cluster(),
        "car, told by workers": replace(Cluster(), told_by_workers=True),
        "car, 100,000 members, told by workers": replace(Cluster(), population=100_000, told_by_workers=True),
        "half_cheetah": small,
        "half_cheetah, told by workers": replace(small, told_by_workers=True),
    }
    document = {
        name: {"assumed": asdict(cluster), "generations": [generation(cluster, count) for count in counts]}
        for name, cluster in plans.items()
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    for name, one in document.items():
        for told in one["generations"]:
            print(name, *(f"{key}={value:.3g}" for key, value in told.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
