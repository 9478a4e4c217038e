"""The Ray engine with two workers on this machine. Ray takes seconds to begin, so all that needs it is slow but one."""

import socket
import threading
import time
from dataclasses import fields, replace
from typing import Any

import jax
import numpy as np
import pytest

from hebbax.config.cluster import RayConfig, check_ray
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.engines.make_engine import make_engine
from hebbax.engines.parcels import Shared, lived, packed, parcel_of, ranges_of, shared_of, spread, unpacked
from hebbax.engines.scenario import Scenario
from hebbax.engines.slots import Slots
from hebbax.errors import HebbaxError
from hebbax.evolution.population import MirroredPopulation
from hebbax.evolution.search import Search
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task
from hebbax.types import Lives

KEY = jax.random.key(3)


def assert_same(one: Lives, other: Lives) -> None:
    for field in fields(Lives):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)


class Case:
    """Lives of a task on the native engine, which every other way to live them is held against."""

    def __init__(self) -> None:
        self.task = make_task("swimmer")
        self.policy = make_policy("han-e", self.task)
        self.native = make_engine(self.task, self.policy, "native", threads=1)
        shape = 6, self.policy.genome_size
        self.genomes = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


@pytest.fixture(scope="module")
def case() -> Case:
    return Case()


def in_parcels(case: Case, genomes: Any, scenario: Scenario, lifetimes: int, alike: bool = True) -> tuple[Lives, int]:
    """Return lives by way of parcels on one engine, as two workers would live them, and the bytes of the parcels."""
    shared = shared_of(genomes, scenario, lifetimes, alike)
    keys = jax.random.key_data(jax.random.split(KEY, len(genomes) * lifetimes))
    opened: Shared = unpacked(packed(shared))
    damages = scenario.of_each(len(keys))
    parcels = [
        packed(parcel_of(genomes, np.asarray(keys), scenario, damages, shared, members))
        for members in ranges_of(len(genomes), 2, 1)
    ]
    parts = [lived(case.native, opened, unpacked(parcel)) for parcel in parcels]
    return Lives.joined(parts), sum(map(len, parcels))


@pytest.mark.parametrize("alike", [True, False])
def test_parcels_have_the_bits_of_one_evaluation(case, alike):
    scenario, keys = Scenario(8), jax.random.split(KEY, 12)
    population = MirroredPopulation(KEY, case.genomes[0], 0.1, 6)
    for genomes in (case.genomes, population, spread(case.genomes[:2], 3)):
        lifetimes = 12 // len(genomes)
        there, _ = in_parcels(case, genomes, scenario, lifetimes, alike)
        assert_same(there, case.native.evaluate(genomes, keys, scenario, lifetimes=lifetimes))


@pytest.mark.slow
def test_slots_and_damages_of_each_life_go_with_their_parcel(case):
    from hebbax.damage.events import Event

    damages = [[Event("scale-actuator", 2, value=0.1 * life)] for life in range(6)]
    scenario = Scenario(8, damages=damages, slots=Slots(jax.random.split(jax.random.key(9), 6)))
    there, _ = in_parcels(case, case.genomes, scenario, 1)
    here = case.native.evaluate(case.genomes, jax.random.split(KEY, 6), scenario)
    assert_same(there, here)
    assert not np.array_equal(here.returns, case.native.evaluate(case.genomes, KEY, Scenario(8)).returns)


def test_a_task_that_has_lived_is_sent_as_what_it_was_made_with(case):
    case.native.evaluate(case.genomes, KEY, Scenario(2))  # its world has worked out a model by now
    sent = packed((case.task, case.policy))
    assert len(sent) < 5000
    native = make_engine(*unpacked(sent), "native", threads=1)
    assert_same(native.evaluate(case.genomes, KEY, Scenario(8)), case.native.evaluate(case.genomes, KEY, Scenario(8)))


def test_bytes_of_parcels_do_not_depend_on_the_genome():
    keys, told = np.zeros((6, 2), np.uint32), []
    for size in (100, 100_000):
        population = MirroredPopulation(KEY, np.zeros(size, np.float32), 0.1, 6)
        shared = shared_of(population, Scenario(), 1, alike=True)
        told.append(
            [
                len(packed(parcel_of(population, keys, Scenario(), [()] * 6, shared, (first, first + 2))))
                for first in (0, 2)
            ]
        )
        assert len(packed(shared)) < 4 * size + 2000  # what goes once to a node: the mean
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (RayConfig(address="head"), r"ray\.address=head: expected auto, HOST:PORT such as 10\.0\.0\.1:6379"),
        (RayConfig(workers=0), r"ray\.workers=0: expected a whole number of at least 1; nearest valid: 1"),
        (RayConfig(same_bits="never"), r"unknown ray\.same_bits 'never': .*require"),
    ],
)
def test_options_that_are_none(config, told):
    with pytest.raises(HebbaxError, match=told):
        check_ray(config)


def test_a_head_that_cannot_be_reached_is_one_line(case):
    pytest.importorskip("ray")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(HebbaxError, match=rf"ray\.address={address}: cannot be reached \(.+\); expected the address"):
        make_engine(case.task, case.policy, "ray", options=RayConfig(address=address))


def test_ray_that_is_missing_is_one_line(case, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(HebbaxError, match="engine=ray needs Ray: pip install 'ray>="):
        make_engine(case.task, case.policy, "ray", options=RayConfig())


def test_without_a_cluster_a_ray_run_is_looked_at_here(case):
    assert make_engine(case.task, case.policy, "ray", threads=1).name == "native"


@pytest.fixture(scope="module")
def engine(case) -> Any:
    pytest.importorskip("ray")
    engine = make_engine(case.task, case.policy, "ray", threads=1, options=RayConfig(workers=2, same_bits="require"))
    yield engine
    import ray

    ray.shutdown()


@pytest.mark.slow
def test_two_workers_have_native_bits(case, engine):
    population = MirroredPopulation(KEY, case.genomes[0], 0.1, 40)
    for genomes, lifetimes in ((case.genomes, 2), (case.genomes[:1], 7), (population, 1)):
        here = case.native.evaluate(genomes, KEY, Scenario(60), lifetimes=lifetimes)
        assert_same(engine.evaluate(genomes, KEY, Scenario(60), lifetimes=lifetimes), here)


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_nothing(case, engine):
    import ray

    genomes = np.repeat(case.genomes, 20, axis=0)
    here = case.native.evaluate(genomes, KEY, Scenario(1000))
    replaced = engine.errands.replaced
    victim = engine._cluster.all()[0].actor
    threading.Thread(target=lambda: (time.sleep(0.3), ray.kill(victim))).start()
    assert_same(engine.evaluate(genomes, KEY, Scenario(1000)), here)
    assert engine.errands.replaced == replaced + 1


@pytest.mark.slow
def test_a_search_on_ray_is_natives(case, engine):
    config = TrainConfig(task=TaskConfig("swimmer", 30), generations=2, evaluate_lifetimes=3, threads=1)
    runs = []
    for of in (replace(config, engine="native"), replace(config, engine="ray", ray=RayConfig(workers=2))):
        search = Search(of)
        state = search.begin()
        for _ in range(2):
            stepped = search.step(state)
            assert stepped is not None
            state, _ = stepped
        runs.append(search.pack(state))
    for name, tensor in runs[0].items():
        np.testing.assert_array_equal(runs[1][name], tensor, err_msg=name)


@pytest.mark.slow
def test_an_engine_that_is_stopped_returns_stopped_lives(case):
    pytest.importorskip("ray")
    engine = make_engine(case.task, case.policy, "ray", threads=1, options=RayConfig(workers=1))
    engine.stop()
    assert engine.evaluate(case.genomes, KEY, Scenario(10)).stopped
