"""How long a tick of a controller in one's own loop takes.

    python benchmarks/live_controller.py --json benchmarks/results/live-controller.json

The shipped controller (17-16-6) sees the observations of a life that the native engine has lived; each round is that
life once. Times are those of `act` alone, with the interpreter's loop around it.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from hebbax import NativeEngine, Scenario, StoredRun
from hebbax.keys import life_key
from hebbax.versions import environment

RUN, ROUNDS = "zoo:half_cheetah/han-e", 40


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", type=Path)
    path = options.parse_args().json
    run = StoredRun.open(RUN)
    controller = run.controller()
    engine = NativeEngine(run.task, run.policy, threads=1)
    scenario = Scenario(normaliser=controller.statistics.normaliser())
    _, record = engine.record(controller.genome, life_key(1, 0), scenario)
    live, observations, times = run.live_controller(), list(record.observations), []
    for _ in range(ROUNDS):
        live.start(seed=1)
        begin = time.perf_counter()
        actions = [live.act(observation) for observation in observations]
        times.append((time.perf_counter() - begin) / len(observations))
    assert np.array_equal(actions, record.actions), "not the engine's life"
    low, median, high = (1e6 * float(value) for value in np.percentile(times, [2.5, 50, 97.5]))
    print(f"{median:.2f} µs per tick ({low:.2f} to {high:.2f} in {ROUNDS} rounds of {len(observations)} ticks)")
    if path is not None:
        result = {"run": RUN, "rounds": ROUNDS, "ticks": len(observations), "microseconds": [low, median, high]}
        command = f"python benchmarks/live_controller.py --json {path}"
        path.write_text(json.dumps({"command": command, **result, "versions": environment()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
