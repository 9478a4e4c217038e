"""Calls in several threads, calls that are interrupted beside others, and calls in a forked process."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import numpy as np
import pytest

from hebbax.engines import flock, native
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task
from hebbax.types import END_REACHED

KEY, TICKS = jax.random.key(5), 10


@pytest.mark.parametrize("make", [NativeEngine, LockstepEngine])
def test_calls_in_several_threads_return_what_they_return_alone(make, swimmer, han_e, genomes, monkeypatch):
    engine, inside, most, lock = make(swimmer, han_e, threads=2), set(), [0], threading.Lock()
    owner, name = (native._Worker, "run") if make is NativeEngine else (flock.Flock, "run")
    real = getattr(owner, name)

    def watched(self: Any, *arguments: Any, **keywords: Any) -> Any:
        # What would write to the memory of another is not run: it could end this process.
        engine_or_worker = id(self) if make is NativeEngine else "flock"
        with lock:
            most[0] += engine_or_worker in inside
            inside.add(engine_or_worker)
        time.sleep(0.01)
        with lock:
            alone = not most[0]
        try:
            return real(self, *arguments, **keywords) if alone else False
        finally:
            with lock:
                inside.discard(engine_or_worker)

    keys = jax.random.split(KEY, 4)
    alone = [engine.evaluate(genomes, key, Scenario(TICKS)).returns for key in keys]
    monkeypatch.setattr(owner, name, watched)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda key: engine.evaluate(genomes, key, Scenario(TICKS)).returns, keys))
    assert most == [0]
    np.testing.assert_array_equal(together, alone)


def test_a_call_that_fails_ends_its_own_lives_alone(swimmer, han_e, genomes, monkeypatch):
    engine, run, ends = NativeEngine(swimmer, han_e, threads=1), native._Worker.run, []
    stream = engine.stream(genomes[0], KEY, Scenario(TICKS), chunk=5)
    next(stream)

    def fail(self: Any, setting: Any, *arguments: Any, **keywords: Any) -> None:
        if setting.ticks != TICKS:
            raise KeyboardInterrupt
        run(self, setting, *arguments, **keywords)

    def wait(futures: Any) -> None:
        _, row = next(stream)  # as another thread may, while the others of the failed call are waited for
        assert row is not None
        ends.append(row.ends[0])

    monkeypatch.setattr(native._Worker, "run", fail)
    monkeypatch.setattr(native, "wait", wait)
    with pytest.raises(KeyboardInterrupt):
        engine.evaluate(genomes, KEY, Scenario(3))
    assert ends == [END_REACHED]


def test_a_request_to_stop_outlasts_a_call_that_fails(swimmer, han_e, genomes, monkeypatch):
    engine, run = NativeEngine(swimmer, han_e, threads=1), native._Worker.run

    def fail(*arguments: Any, **keywords: Any) -> None:
        engine.stop()
        raise KeyboardInterrupt

    monkeypatch.setattr(native._Worker, "run", fail)
    with pytest.raises(KeyboardInterrupt):
        engine.evaluate(genomes, KEY, Scenario(3))
    monkeypatch.setattr(native._Worker, "run", run)
    assert engine.evaluate(genomes, KEY, Scenario(3)).stopped


def test_lives_in_an_environment_that_others_took_over_are_told():
    task = make_task("gymnasium/Pendulum-v1")
    policy = make_policy("han-b", task)
    engine, genome = VectorEngine(task, policy), np.zeros(policy.genome_size, np.float32)
    stream = engine.stream(genome, KEY, Scenario(TICKS), chunk=5)
    next(stream)
    engine.evaluate(genome[None], KEY, Scenario(2))
    with pytest.raises(HebbaxError, match="other lives have begun in this engine's environments"):
        next(stream)


FORKED = """
import os, sys, warnings
warnings.simplefilter("ignore")
import jax, numpy as np
from hebbax import make_engine, make_policy, make_task
from hebbax.engines.scenario import Scenario
task = make_task("swimmer")
policy = make_policy("han-e", task)
engine, key = make_engine(task, policy, sys.argv[1], threads=2), jax.random.key(0)
genomes = np.zeros((4, policy.genome_size), np.float32)
engine.evaluate(genomes, key, Scenario(3))
child = os.fork()
if child == 0:
    said = []
    for call in (
        lambda: engine.evaluate(genomes, key, Scenario(3)),
        lambda: engine.stream(genomes[0], key, Scenario(3)),
        lambda: engine.twins(genomes[0], key, Scenario(3)).__enter__(),
    ):
        try:
            call()
        except ValueError as error:
            said.append("in a forked process" in str(error))
    os._exit(0 if said == [True] * 3 else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize("name", ["native", pytest.param("lockstep", marks=pytest.mark.slow)])
def test_an_engine_in_a_forked_process_says_so(name, kept_lives):
    # Killed with the whole group where the child hangs.
    done = subprocess.run(
        [sys.executable, "-c", FORKED, name], capture_output=True, text=True, timeout=60, start_new_session=True
    )
    assert (done.stdout, done.returncode) == ("0\n", 0), done.stderr


def test_a_record_in_an_environment_is_not_taken_over_by_another_thread():
    task = make_task("gymnasium/Pendulum-v1")
    policy = make_policy("han-b", task)
    engine, genome = VectorEngine(task, policy), np.zeros(policy.genome_size, np.float32)
    begun, stream = threading.Event(), engine.stream

    def slow_stream(*arguments: Any, **keywords: Any) -> Any:
        parts = stream(*arguments, **keywords)
        begun.set()
        time.sleep(0.2)  # while the other thread tries to begin
        return parts

    with ThreadPoolExecutor(2) as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "stream", slow_stream)
        recorded = pool.submit(engine.record, genome, KEY, Scenario(TICKS))
        assert begun.wait(30)
        pool.submit(engine.evaluate, genome[None], KEY, Scenario(2)).result()
        assert recorded.result()[1].rewards.shape == (TICKS,)
