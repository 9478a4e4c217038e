"""Engines that threads and forked processes share.

`python engines.py NAME ...` lives with each of them, alone, in four threads at once and in a fork, and prints one line
of JSON per engine. It is a process of its own: an engine that ends it is seen from outside.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

import hebbax
from hebbax import Scenario
from hebbax.keys import life_key, root_key

THREADS = 4
ROUNDS = 3
TICKS = 12
HANGS = 60  # s

ENGINES = {
    f"{engine}, {policy}, {task}, threads={threads}": (engine, policy, task, threads)
    for engine, policy, task, counts in (
        ("native", "han-e", "swimmer", (1, 2, 3)),
        ("native", "han-b", "swimmer", (1, 2, 3)),
        ("native", "mlp", "swimmer", (1, 2, 3)),
        ("native", "gru", "swimmer", (1, 2, 3)),
        ("native", "najarro-car", "car_racing", (2,)),
        ("lockstep", "han-e", "swimmer", (1, 2)),
        ("lockstep", "gru", "swimmer", (1, 2)),
        ("vector", "han-e", "gymnasium/Pendulum-v1", (1, 2)),
        ("vector", "mlp", "gymnasium/CartPole-v1", (1, 2)),
    )
    for threads in counts
}


def lives(engine: Any, genomes: np.ndarray, number: int) -> list[float]:
    """Return what the calls of one thread return: lives of another length each, and a record."""
    scenario = Scenario(ticks=TICKS + number)
    key = life_key(number, 0)
    evaluated = engine.evaluate(genomes, root_key(number), scenario).returns
    _, record = engine.record(genomes[number], key, scenario)
    weights = engine.evaluate(genomes, root_key(number), Scenario(ticks=TICKS)).returns
    return [*map(float, evaluated), *map(float, record.rewards), *map(float, weights)]


def in_fork(engine: Any, genomes: np.ndarray) -> str:
    """Return what a forked process says of an engine that it was given; "hangs" where it does not end."""
    read, pipe = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        signal.alarm(HANGS)  # ends a child that waits for threads that are not there
        try:
            said = f"returned {lives(engine, genomes, 0)[:1]}"
        except hebbax.HebbaxError as error:
            said = f"refused: {error}"
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(pipe, said.encode())
        os._exit(0)
    os.close(pipe)
    with os.fdopen(read, "rb") as text:
        said = text.read().decode()
    os.waitpid(child, 0)
    return said or "hangs"


def live(name: str) -> dict[str, Any]:
    """Return what is wrong with an engine: under threads, in a fork, and after both."""
    kind, preset, task_name, threads = ENGINES[name]
    task = hebbax.make_task(task_name)
    policy = hebbax.make_policy(preset, task)
    genomes = np.random.default_rng(0).uniform(-1, 1, (THREADS, policy.genome_size)).astype(np.float32)
    engine = hebbax.make_engine(task, policy, kind, threads=threads)
    alone = [lives(engine, genomes, number) for number in range(THREADS)]
    wrong = []
    for _ in range(ROUNDS):
        with ThreadPoolExecutor(THREADS) as pool:
            together = list(pool.map(lambda number: lives(engine, genomes, number), range(THREADS)))
        wrong += [f"thread {number}: other numbers" for number in range(THREADS) if together[number] != alone[number]]
    said = in_fork(engine, genomes)
    if not said.startswith("refused: ") or "in a forked process" not in said or "\n" in said:
        wrong.append(f"fork: {said}")
    if lives(engine, genomes, 1) != alone[1]:
        wrong.append("after the fork: other numbers")
    return {"engine": name, "wrong": wrong}


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # JAX's, that a process with threads was forked: here it is on purpose
    for one in sys.argv[1:]:
        try:
            told = live(one)
        except Exception:
            told = {"engine": one, "wrong": [traceback.format_exc(limit=-2)]}
        print(json.dumps(told), flush=True)
