"""What every engine promises, in one table: a new engine adds a row to ENGINES."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import jax
import numpy as np
import pytest

from hebbax.config.cluster import RayConfig
from hebbax.damage.events import FOREVER, Event
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.make_engine import make_engine
from hebbax.engines.members import Members
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.engines.vector import VectorEngine
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task
from hebbax.types import Lives, Normaliser, Record

KEY = jax.random.key(8)
TICKS = 14


@dataclass(frozen=True)
class Row:
    """An engine, a task that it runs, and how exactly a life is the same beside others."""

    engine: Any
    task_name: str
    exact: bool  # whether a life has the same bits in company of another size

    def make(self, threads: int = 2) -> Any:
        return self.engine(self.task, self.policy, threads=threads)

    @cached_property
    def task(self) -> Any:
        return make_task(self.task_name)

    @cached_property
    def policy(self) -> Any:
        return make_policy("han-b", self.task)

    @cached_property
    def genomes(self) -> np.ndarray:
        shape = (6, self.policy.genome_size)
        return np.asarray(jax.random.uniform(jax.random.key(0), shape, minval=-1, maxval=1))

    def assert_same(self, one: Lives, other: Lives) -> None:
        for field in fields(Lives):
            mine, theirs = getattr(one, field.name), getattr(other, field.name)
            if self.exact:
                np.testing.assert_array_equal(mine, theirs, err_msg=field.name)
            else:
                np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5, err_msg=field.name)


def on_ray(task: Any, policy: Any, threads: int) -> Any:
    pytest.importorskip("ray")
    return make_engine(task, policy, "ray", threads, RayConfig(workers=2))


ENGINES = {
    "native": Row(NativeEngine, "swimmer", exact=True),
    "lockstep": Row(LockstepEngine, "swimmer", exact=False),
    "vector": Row(VectorEngine, "gymnasium/Pendulum-v1", exact=True),
    "ray": Row(on_ray, "swimmer", exact=True),
}
SLOW = ("ray",)
"""Engines that take seconds to begin. That of MJX, which compiles for minutes, has tests of its own: `test_mjx.py`."""


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in ENGINES]
)
def row(request) -> Row:
    return ENGINES[request.param]


@pytest.fixture(scope="module")
def engine(row) -> Any:
    return row.make()


def rows_of(lives: Lives, which: Any) -> Lives:
    return Lives(*(getattr(lives, field.name)[which] for field in fields(Lives)))


def test_the_same_lives_twice_are_the_same_to_the_bit(row, engine):
    one, other = (engine.evaluate(row.genomes, KEY, Scenario(TICKS), lifetimes=2) for _ in range(2))
    for field in fields(Lives):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
    assert len(set(one.returns)) == 12
    assert one.lengths.tolist() == [TICKS] * 12


def test_the_order_of_the_lives_changes_nothing(row, engine):
    keys, order = jax.random.split(KEY, 6), np.array([3, 0, 5, 1, 4, 2])
    lives = engine.evaluate(row.genomes, keys, Scenario(TICKS))
    row.assert_same(engine.evaluate(row.genomes[order], keys[order], Scenario(TICKS)), rows_of(lives, order))


def test_the_other_lives_change_nothing(row, engine):
    keys = jax.random.split(KEY, 6)
    lives = engine.evaluate(row.genomes, keys, Scenario(TICKS))
    for some in ([2], [4, 5]):
        alone = engine.evaluate(row.genomes[some], keys[np.array(some)], Scenario(TICKS))
        row.assert_same(alone, rows_of(lives, some))


class Made(Members):
    """Genomes of an array, which counts how many are asked for."""

    def __init__(self, genomes: np.ndarray) -> None:
        self._genomes, self.asked = genomes, []

    @property
    def shape(self) -> tuple[int, int]:
        return self._genomes.shape

    def genome(self, member: int) -> np.ndarray:
        self.asked.append(member)
        return self._genomes[member].copy()


def test_genomes_that_are_made_when_they_are_needed_have_the_same_lives(row, engine):
    made, kept = (engine.evaluate(one, KEY, Scenario(TICKS), lifetimes=2) for one in (Made(row.genomes), row.genomes))
    for field in fields(Lives):
        np.testing.assert_array_equal(getattr(made, field.name), getattr(kept, field.name))
    alone = row.make(threads=1)
    alone.evaluate(members := Made(row.genomes), KEY, Scenario(TICKS), lifetimes=3)
    assert set(members.asked) == set(range(6))
    with pytest.raises(HebbaxError, match=r"shape \(population, genome_size\)"):
        engine.evaluate(Made(row.genomes[:, 1:]), KEY, Scenario(TICKS))


@pytest.mark.parametrize("wrong", [lambda one: one[1:], lambda one: one.astype(np.float64), lambda one: one.tolist()])
def test_a_genome_that_is_made_wrong_is_one_line(row, engine, wrong):
    made = Made(row.genomes)
    made.genome = lambda member: wrong(row.genomes[member])
    with pytest.raises(HebbaxError, match=r"genome \d of a population is .*: expected \(\d+,\) and float32"):
        engine.evaluate(made, KEY, Scenario(TICKS))


def test_the_number_of_threads_changes_nothing(row, engine):
    one = row.make(threads=1).evaluate(row.genomes, KEY, Scenario(TICKS))
    other = engine.evaluate(row.genomes, KEY, Scenario(TICKS))
    for field in fields(Lives):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_a_record_is_of_the_life_that_is_evaluated(row, engine):
    lives, record = engine.record(row.genomes[1], KEY, Scenario(TICKS))
    row.assert_same(lives, engine.evaluate(row.genomes[1][None], KEY[None], Scenario(TICKS)))
    assert lives.returns[0] == pytest.approx(record.rewards.sum(), rel=1e-12)
    assert all(len(field) == TICKS for field in record[:-1])


@pytest.mark.parametrize("chunk", [1, 5, 100])
def test_the_parts_of_a_stream_are_the_record(row, engine, chunk):
    damages = [Event("scale-actuator", 3, 6, value=0.5), Event("noise-observation", 2, FOREVER, value=0.1)]
    scenario = Scenario(TICKS, damages=damages)
    lives, record = engine.record(row.genomes[0], KEY, scenario)
    parts = list(engine.stream(row.genomes[0], KEY, scenario, chunk=chunk))
    for name in Record._fields[:-1]:  # without `state`, which MuJoCo's have none of
        joined = np.concatenate([getattr(part, name) for part, _ in parts])
        np.testing.assert_array_equal(joined, getattr(record, name), err_msg=name)
    assert [row is None for _, row in parts] == [True] * (len(parts) - 1) + [False]
    assert parts[-1][1].returns[0] == lives.returns[0]


def test_a_normaliser_is_what_the_policy_gets_and_records_are_before_it(row, engine):
    size = row.task.observation_size
    normaliser = Normaliser(np.full(size, 0.25), np.full(size, 2.0))
    (_, plain), (_, normalised) = (engine.record(row.genomes[0], KEY, Scenario(2, n)) for n in (None, normaliser))
    np.testing.assert_array_equal(plain.observations[0], normalised.observations[0])
    assert (plain.actions[0] != normalised.actions[0]).any()


VARIANTS = (
    (),
    (Event("pin-actuator", 4, 5, target=0, value=0.25),),
    (Event("zero-weights", 3, value=0.5), Event("scale-plasticity", 5, FOREVER, value=0.5)),
    (Event("scale-observation", 2, FOREVER, target=1, value=0.0),),
)


def test_damages_differ_from_life_to_life_and_none_changes_another(row, engine):
    keys, genomes = jax.random.split(KEY, 4), row.genomes[:4]
    mixed = engine.evaluate(genomes, keys, Scenario(TICKS, damages=VARIANTS))
    free = engine.evaluate(genomes, keys, Scenario(TICKS))
    for life, damages in enumerate(VARIANTS):
        alone = engine.evaluate(genomes[life][None], keys[life][None], Scenario(TICKS, damages=damages))
        row.assert_same(alone, rows_of(mixed, [life]))
    assert (np.abs(mixed.returns - free.returns) > 1e-7).tolist() == [False, True, True, True]


def test_what_happens_is_in_the_record_at_its_ticks(row, engine):
    records = [engine.record(row.genomes[0], KEY, Scenario(TICKS, damages=damages))[1] for damages in VARIANTS]
    pinned = records[1].actions[:, 0] == 0.25
    assert pinned.tolist() == [4 <= tick < 9 for tick in range(TICKS)]
    size = records[2].weights.shape[1]
    assert (records[2].weights[3] == 0).sum() == np.floor(0.5 * size + 0.5)
    assert (records[3].observations[:, 1] == 0).tolist() == [tick >= 2 for tick in range(TICKS)]


def test_the_value_that_changes_nothing_changes_no_bit(row, engine):
    damages = [Event("scale-actuator", 0, FOREVER, value=1.0), Event("noise-observation", 0, FOREVER, value=0.0)]
    damages += [Event("scale-plasticity", 2, FOREVER, value=1.0), Event("nudge-weights", 3, value=0.0)]
    one, other = (engine.record(row.genomes[0], KEY, Scenario(TICKS, damages=d))[1] for d in (damages, ()))
    for name in Record._fields[:-1]:  # without `state`, which MuJoCo's have none of
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_genomes_keys_and_damages_of_another_shape_are_one_line(row, engine):
    for genomes, key, scenario, message in (
        (row.genomes[:, 1:], KEY, Scenario(TICKS), "expected genomes to be an array with shape"),
        (row.genomes, jax.random.split(KEY, 5), Scenario(TICKS), "an array of 6 keys"),
        (
            row.genomes,
            KEY,
            Scenario(TICKS, damages=VARIANTS),
            "damages of 4 lives: expected one sequence for each of 6",
        ),
        (row.genomes, KEY, Scenario(TICKS, damages=[Event("pin-actuator", 0, target=99)]), "on actuator 99"),
    ):
        with pytest.raises(HebbaxError, match=message) as refused:
            engine.evaluate(genomes, key, scenario)
        assert "\n" not in str(refused.value)


def test_after_stop_lives_end_at_their_next_tick(row):
    engine = row.make(threads=1)
    engine.stop()
    lives = engine.evaluate(row.genomes[:2], KEY, Scenario(TICKS))
    assert lives.stopped
    assert (lives.lengths < TICKS).all()
