"""A life in parts is the life in one."""

import dataclasses

import jax
import numpy as np
import pytest

from hebbax.damage.events import Event
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.types import END_DIVERGED, Record

KEY = jax.random.key(5)
TICKS = 40
EVENTS = (
    Event("scale-plasticity", 3, 20, value=0.5),
    Event("redraw-weights", 11),
    Event("push-body", 9, 6, target=2, value=(0.5, 0.5, 0.0)),
    Event("hold-coordinate", 8, 12, target=2, value=0.1, relative=True),
)


def outcome(before, simulation, action, memory):
    # Every 15 ticks the body is born anew; memory counts the ticks since.
    return simulation.qpos[0] - before.qpos[0] + memory[0], memory[0] >= 14.0, memory + 1.0


def reset(noise):
    return 0.1 * noise.uniform[:5], 0.1 * noise.uniform[5:], np.zeros(1)


@pytest.fixture(scope="module")
def native(swimmer, han_e):
    task = dataclasses.replace(swimmer, outcome=outcome, reset=reset, memory_size=1)
    return NativeEngine(task, han_e, threads=1)


@pytest.fixture(scope="module")
def lockstep(native, han_e):
    return LockstepEngine(native.task, han_e, threads=1)


@pytest.fixture(params=["native", pytest.param("lockstep", marks=pytest.mark.slow)])
def engine(request):
    return request.getfixturevalue(request.param)


def whole_of(parts):
    """Return the life's row and the whole record, after looking where rows come."""
    parts = list(parts)
    assert all(lives is None for _, lives in parts[:-1])
    records = [record[:-1] for record, _ in parts]  # without `state`, which MuJoCo's have none of
    return parts[-1][1], Record(*(np.concatenate(field) for field in zip(*records, strict=True)))


def assert_same(one, other):
    for field in dataclasses.fields(one[0]):
        np.testing.assert_array_equal(getattr(one[0], field.name), getattr(other[0], field.name), err_msg=field.name)
    for name in Record._fields:
        np.testing.assert_array_equal(getattr(one[1], name), getattr(other[1], name), err_msg=name)


@pytest.mark.parametrize("chunk", [1, 7, 20, 40, 1000])
def test_parts_add_up_to_the_record(engine, genomes, chunk):
    scenario = Scenario(TICKS, termination="restart", damages=EVENTS)
    whole = engine.record(genomes[0], KEY, scenario)
    parts = list(engine.stream(genomes[0], KEY, scenario, chunk=chunk))
    assert [len(record.rewards) for record, _ in parts] == [min(chunk, TICKS - at) for at in range(0, TICKS, chunk)]
    assert_same(whole_of(parts), whole)
    assert whole[0].terminations[0] == 2
    lives = engine.evaluate(genomes[:1], KEY[None], scenario)
    assert lives.returns[0] == whole[0].returns[0]


def test_a_life_that_ends_early(engine, genomes):
    for chunk, lengths in [(7, [7, 7, 1]), (15, [15]), (5, [5, 5, 5])]:
        parts = list(engine.stream(genomes[0], KEY, Scenario(ticks=TICKS), chunk=chunk))
        assert [len(record.rewards) for record, _ in parts] == lengths
        assert_same(whole_of(parts), engine.record(genomes[0], KEY, Scenario(ticks=TICKS)))


def test_a_life_that_diverges_as_a_part_begins_has_an_empty_last_part(engine, genomes):
    events = [Event("pin-actuator", 6, value=1e9)]
    parts = list(engine.stream(genomes[0], KEY, Scenario(ticks=TICKS, damages=events), chunk=3))
    assert [len(record.rewards) for record, _ in parts] == [3, 3, 0]
    assert parts[-1][1].ends[0] == END_DIVERGED
    assert_same(whole_of(parts), engine.record(genomes[0], KEY, Scenario(ticks=TICKS, damages=events)))


def test_lives_go_on_side_by_side(engine, genomes):
    one = engine.stream(genomes[0], KEY, Scenario(ticks=TICKS, termination="restart"), chunk=10)
    other = engine.stream(genomes[1], KEY, Scenario(ticks=TICKS, termination="restart"), chunk=10)
    parts = []
    for part, _ in zip(one, other, strict=True):
        engine.evaluate(genomes[2:4], KEY, Scenario(ticks=12))
        parts.append(part)
    assert_same(whole_of(parts), engine.record(genomes[0], KEY, Scenario(ticks=TICKS, termination="restart")))


def test_what_is_decided_on_the_way_is_as_if_it_had_been_known(engine, genomes):
    events: list[Event] = []
    parts = []
    for part in engine.stream(genomes[0], KEY, Scenario(ticks=TICKS, damages=events, termination="restart"), chunk=4):
        parts.append(part)
        if len(parts) in (2, 3, 5):
            events.append(dataclasses.replace(EVENTS[len(events) + 1], onset=4 * len(parts)))
    assert len(events) == 3
    assert_same(
        whole_of(parts),
        engine.record(genomes[0], KEY, Scenario(ticks=TICKS, damages=tuple(events), termination="restart")),
    )


def test_what_is_wrong_is_said_at_once(engine, genomes):
    with pytest.raises(HebbaxError, match="chunk=0: expected a whole number of at least 1"):
        engine.stream(genomes[0], KEY, chunk=0)
    with pytest.raises(HebbaxError, match="unknown body 'md': did you mean 'mid'"):
        engine.stream(genomes[0], KEY, Scenario(damages=[Event("push-body", 0, target="md", value=(1, 0, 0))]))
    with pytest.raises(HebbaxError, match="but it had shape"):
        engine.stream(genomes[0][:-1], KEY)
