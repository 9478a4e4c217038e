"""Worlds of a user's own: lives as worked out by hand, states of any shape, and what is no world."""

from __future__ import annotations

import dataclasses
import itertools
from typing import NamedTuple

import jax
import numpy as np
import pytest

import hebbax
from hebbax import Event, Group, LockstepEngine, NativeEngine, Replay, Scenario
from hebbax.compiling.noise import fold_in, normal, uniform
from hebbax.errors import HebbaxError
from hebbax.recording.reader import open_recording
from hebbax.recording.writer import create_recording
from hebbax.streams import BODY_STREAM
from hebbax.tasks.contract import check_task
from hebbax.types import END_DIVERGED, END_REACHED, END_TERMINATED, Record

KEY, TICKS, PERIOD = jax.random.key(4), 20, 0.1


class Plant(NamedTuple):
    level: np.ndarray  # [3]
    grid: np.ndarray  # [2, 2]


def start(noise):
    return Plant(noise.uniform[:3], np.full((2, 2), noise.normal[0]))


def advance(state, control, period):
    """Views of the old state in the new one, in another order: none may be written over before it is read."""
    return Plant(state.level[::-1], state.grid.T + period * control[0])


def observe(state, memory):
    return np.concatenate((state.level, state.grid.ravel(), memory))


def actuate(action, state, memory):
    return action + memory


def outcome(before, state, action, memory, period):
    return (state.level[0] - before.level[0], np.sum(state.grid) / period), state.grid[0, 0] > 5.0, memory + 1.0


WORLD = hebbax.World("plant", Plant, start, advance, control_size=1, control_period=PERIOD, units={"level": "m"})
TASK = hebbax.Task(
    name="plant",
    world=WORLD,
    observation=[Group("level", 3, "m"), Group("grid", 4, ""), Group("memory", 1, "")],
    action=[Group("push", 1, "")],
    observe=observe,
    actuate=actuate,
    outcome=outcome,
    reward=("rise", "sum"),
    memory_size=1,
    length=TICKS,
)
ACTIONS = np.linspace(-1, 1, TICKS, dtype=np.float32)[:, None]


@pytest.fixture(params=[NativeEngine, LockstepEngine], ids=["native", "lockstep"])
def engine_of(request):
    return request.param


def birth():
    key0, key1 = fold_in(*np.asarray(jax.random.key_data(KEY)), BODY_STREAM)
    size = WORLD.noise_size
    level = [uniform(key0, key1, i, np.float32(-1.0), np.float32(1.0)) for i in range(3)]
    return np.array(level, float), np.full((2, 2), float(normal(key0, key1, size)))


def by_hand(ticks=TICKS, settle=0):
    """Return levels, grids and rewards of each tick in plain NumPy."""
    (level, grid), memory, rows = birth(), 0.0, []
    for _ in range(settle):
        level, grid = level[::-1].copy(), grid.T + PERIOD * memory
    for tick in range(ticks):
        control = float(ACTIONS[tick, 0]) + memory
        after, wide = level[::-1].copy(), grid.T + PERIOD * control
        rows.append((level, grid, after[0] - level[0] + wide.sum() / PERIOD))
        level, grid, memory = after, wide, memory + 1.0
        if wide[0, 0] > 5.0:
            break
    levels, grids, rewards = zip(*rows, strict=True)
    return np.array(levels), np.array(grids), np.array(rewards)


native_is_quick = pytest.mark.parametrize(
    "engine_of", [NativeEngine, pytest.param(LockstepEngine, marks=pytest.mark.slow)], ids=["native", "lockstep"]
)


@pytest.mark.parametrize("settle", [0, pytest.param(3, marks=pytest.mark.slow)])
def test_a_life_is_as_worked_out_by_hand(engine_of, settle):
    task = dataclasses.replace(TASK, settle=settle)
    lives, record = engine_of(task, Replay(1, TICKS), threads=1).record(ACTIONS.ravel(), KEY)
    levels, grids, rewards = by_hand(settle=settle)
    np.testing.assert_allclose(record.state.level, levels, rtol=1e-9)
    np.testing.assert_allclose(record.state.grid, grids, rtol=1e-9)
    np.testing.assert_allclose(record.rewards, rewards, rtol=1e-9)
    assert (lives.ends[0] == END_TERMINATED) == (len(rewards) < TICKS)
    assert lives.returns[0] == pytest.approx(rewards.sum())
    np.testing.assert_allclose(lives.reward_terms[0].sum(), rewards.sum())


def test_a_life_in_parts_is_the_life_and_others_do_not_change_it(engine_of):
    engine = engine_of(TASK, Replay(1, TICKS), threads=2)
    scenario = Scenario(termination="restart", damages=[Event("scale-actuator", 4, 6, value=0.5)])
    lives, record = engine.record(ACTIONS.ravel(), KEY, scenario)
    parts = [part for part, _ in engine.stream(ACTIONS.ravel(), KEY, scenario, chunk=7)]
    assert lives.terminations[0] > 0
    for name in ("level", "grid"):
        joined = np.concatenate([getattr(part.state, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(record.state, name))
    keys = jax.random.split(jax.random.key(9), 5)
    many = np.concatenate([jax.random.key_data(keys)[:3], jax.random.key_data(KEY)[None]])
    among = engine.evaluate(np.tile(ACTIONS.ravel(), (4, 1)), many, scenario)
    assert among.returns[3] == lives.returns[0]


@native_is_quick
def test_a_state_out_of_bounds_or_without_a_number_ends_the_life(engine_of):
    largest = max(np.abs(np.concatenate([rows.ravel() for rows in by_hand(5)[:2]])))
    for bounds, expected in ((1.01 * largest, END_REACHED), (0.99 * largest, END_DIVERGED)):
        task = dataclasses.replace(TASK, world=dataclasses.replace(WORLD, bounds=bounds))
        lives, _ = engine_of(task, Replay(1, TICKS), threads=1).record(ACTIONS.ravel(), KEY, Scenario(4))
        assert lives.ends[0] == expected
    nan = dataclasses.replace(WORLD, advance=lambda state, control, period: Plant(state.level * np.nan, state.grid))
    task = dataclasses.replace(TASK, world=nan)
    lives, _ = engine_of(task, Replay(1, TICKS), threads=1).record(ACTIONS.ravel(), KEY)
    assert (lives.ends[0], lives.lengths[0]) == (END_DIVERGED, 0)


@native_is_quick
def test_a_reset_of_the_task_goes_before_the_start_of_the_world(engine_of):
    def reset(noise):
        return Plant(np.ones(3), np.zeros((2, 2))), np.full(1, 2.0)

    task = dataclasses.replace(TASK, reset=reset)
    _, record = engine_of(task, Replay(1, TICKS), threads=1).record(ACTIONS.ravel(), KEY, Scenario(2))
    np.testing.assert_array_equal(record.observations[0], [1, 1, 1, 0, 0, 0, 0, 2])


class Point(NamedTuple):
    place: np.ndarray  # [1]


def test_the_exponent_of_a_system_that_is_known(engine_of):
    """A point that comes closer to zero by a tenth per tick, and weights that stand still: both differ at first.

    Of a difference with parts b and w, b² + w² = 1, the first shrinks to 0.9 b and the second stays.
    """
    world = hebbax.World(
        "sink",
        Point,
        lambda noise: Point(1.0 + noise.uniform[:1]),
        lambda state, control, period: Point(0.9 * state.place),
        control_size=1,
        control_period=1.0,
    )
    task = hebbax.Task(
        name="sink",
        world=world,
        observation=[Group("place", 1, "m")],
        action=[Group("push", 1, "")],
        observe=lambda state, memory: state.place,
        actuate=lambda action, state, memory: action,
        outcome=lambda before, state, action, memory: (0.0, False, memory),
        length=60,
    )
    policy = hebbax.make_policy(
        hebbax.PolicyConfig(name="still", rule="eta-abcd", normalisation="none", hidden=[]), task
    )
    with engine_of(task, policy, threads=1).twins(np.zeros(policy.genome_size, np.float32), KEY) as twins:
        growth = twins.growth(range(30, 50), np.random.default_rng(0))
    body, weights, expected = np.sqrt(0.5), np.sqrt(0.5), []
    for _ in growth:
        length = np.hypot(0.9 * body, weights)
        body, weights = 0.9 * body / length, weights / length
        expected.append(np.log(length))
    np.testing.assert_allclose(growth, expected, atol=2e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"state": dict}, "world 'plant' with state=<class 'dict'>: expected a class derived from typing.NamedTuple"),
        ({"control_period": 0.0}, "with control_period=0.0: expected a finite number above 0"),
        ({"bounds": np.inf}, "with bounds=inf: expected a finite number above 0"),
        ({"control_size": -1}, "with control_size=-1: expected a whole number of at least 0"),
        ({"units": {"speed": "m/s"}}, r"unknown array in units of world 'plant' 'speed': did you mean 'level'\?"),
        ({"units": {"levle": "m"}}, r"unknown array in units of world 'plant' 'levle': did you mean 'level'\?"),
        ({"kept": ("levle",)}, r"unknown array in kept of world 'plant' 'levle': did you mean 'level'\?"),
    ],
)
def test_what_is_no_world_is_one_line(change, message):
    with pytest.raises(HebbaxError, match=message) as error:
        dataclasses.replace(WORLD, **change)
    assert "\n" not in str(error.value)


def write_into_the_state(state, control, period):
    state.level[0] += control[0] + 1.0
    return state


def write_a_limit_into_the_state(state, control, period):
    np.minimum(state.level, 1e3, out=state.level)
    return state


def write_into_the_noise(noise):
    noise.uniform[0] = 1.0
    return start(noise)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": lambda noise: (1, 2)}, "task 'plant': world 'plant' with tuple from start: expected a Plant"),
        (
            {"start": lambda noise: Plant(noise.uniform[:40], np.zeros((2, 2)))},
            "noise_size=32: expected more, because le",
        ),
        ({"start": lambda noise: Plant(0.0, np.zeros((2, 2)))}, r"level of shape \(\): expected an array with one"),
        (
            {"advance": lambda state, control, period: Plant(state.level[:2], state.grid)},
            r"level of shape \(2,\) from advance: expected shape \(3,\), as start has it",
        ),
        ({"advance": lambda state, control, period: state.level}, "ndarray from advance: expected a Plant"),
        ({"advance": write_into_the_state}, r"advance of world 'plant' writes into state.level: expected a new array"),
        (
            {"advance": write_a_limit_into_the_state},
            r"advance of world 'plant' writes into state.level: expected a new",
        ),
        ({"start": write_into_the_noise}, r"start of world 'plant' writes into noise.uniform: expected a new array"),
        (
            {"advance": lambda state, control: state},
            r"advance of world 'plant' fails: .*takes 2 positional arguments but 3 were given",
        ),
        (
            {"advance": lambda state, control, period: Plant(state.levle, state.grid)},
            r"advance of world 'plant' fails \(test_world.py, line \d+\): unknown field of a Plant 'levle': did you",
        ),
        (
            {"kept": ("level",), "advance": lambda state, control, period: Plant(state.level + 1.0, state.grid)},
            "another level from advance: expected the same, or kept without 'level'",
        ),
        ({"control_size": 2}, r"actuate must return controls of shape \(2,\), but it had \(1,\)"),
    ],
)
def test_functions_that_return_no_state_are_found_before_anything_is_compiled(change, message):
    with pytest.raises(HebbaxError, match=message) as error:
        check_task(dataclasses.replace(TASK, world=dataclasses.replace(WORLD, **change)))
    assert "\n" not in str(error.value)


def test_a_reset_that_returns_no_state_is_one_line():
    with pytest.raises(HebbaxError, match="task 'plant': reset must return a Plant and the memory"):
        check_task(dataclasses.replace(TASK, reset=lambda noise: start(noise)))
    with pytest.raises(HebbaxError, match="task 'plant': compares names 'qpos', expected fields of Plant: level, grid"):
        check_task(dataclasses.replace(TASK, compares=("qpos",)))


def test_a_world_is_another_when_a_function_that_it_calls_is():
    def with_factor(factor):
        def scale(values):
            return factor * values

        return dataclasses.replace(WORLD, advance=lambda state, control, period: Plant(scale(state.level), state.grid))

    one, same, other = (with_factor(factor).origin() for factor in (1.0, 1.0, 2.0))
    assert one == same
    assert one != other
    assert one != dataclasses.replace(with_factor(1.0), control_period=0.2).origin()


@pytest.mark.parametrize("kind", ["push-body", "hold-coordinate", "scale-mass"])
def test_what_has_no_body_cannot_be_pushed(engine_of, kind):
    value = {"push-body": (1.0, 0.0, 0.0), "hold-coordinate": 0.0, "scale-mass": 2.0}[kind]
    damages = [Event(kind, 0, 5, target=1, value=value)]
    with pytest.raises(HebbaxError, match=f"event '{kind}' on task 'plant': its world has no bodies or coordinates"):
        engine_of(TASK, Replay(1, TICKS), threads=1).record(ACTIONS.ravel(), KEY, Scenario(damages=damages))


def test_a_picture_that_is_none_is_one_line():
    state = Plant(np.zeros(3), np.zeros((2, 2)))
    for draw, message in (
        (None, "no function draw"),
        (lambda state: np.zeros((8, 8, 3)), r"type float64 and shape \(8, 8, 3\): expected uint8"),
        (lambda state: np.zeros((7, 8, 3), np.uint8), r"shape \(7, 8, 3\): expected uint8 .*, both even"),
        (lambda state: state.nothing, "a draw that fails .*'nothing'"),
    ):
        with pytest.raises(HebbaxError, match=message):
            dataclasses.replace(WORLD, draw=draw).drawing(state)


@pytest.mark.slow
@pytest.mark.parametrize("engine_of", [NativeEngine, LockstepEngine], ids=["native", "lockstep"])
def test_what_is_not_compared_is_no_number(engine_of):
    """A task that reads a field of the state before that it does not name diverges, as in MuJoCo's worlds.

    Only from the second tick on: at birth it would be refused.
    """

    def outcome(before, state, action, memory):
        return (before.grid[0, 0] if memory[0] > 0.5 else 0.0), False, memory + 1.0

    task = dataclasses.replace(TASK, outcome=outcome, reward=("reward",), compares=("level",))
    lives, _ = engine_of(task, Replay(1, TICKS), threads=1).record(ACTIONS.ravel(), KEY)
    assert (lives.ends[0], lives.lengths[0]) == (END_DIVERGED, 1)
    task = dataclasses.replace(TASK, outcome=outcome, reward=("reward",))
    assert engine_of(task, Replay(1, TICKS), threads=1).record(ACTIONS.ravel(), KEY)[0].lengths[0] == TICKS


class Wider(NamedTuple):
    level: np.ndarray
    grid: np.ndarray
    wind: np.ndarray  # [1]


def test_a_task_in_another_world_compares_what_that_world_has():
    wider = dataclasses.replace(
        WORLD,
        state=Wider,
        start=lambda noise: Wider(noise.uniform[:3], np.zeros((2, 2)), np.ones(1)),
        advance=lambda state, control, period: Wider(state.level, state.grid, state.wind + 1.0),
    )
    assert TASK.compared == ("level", "grid")
    assert dataclasses.replace(TASK, world=wider).compared == ("level", "grid", "wind")


def test_what_is_kept_stays_as_a_birth_fills_it():
    """Each birth has a wind of its own; no tick copies it or looks whether it is in bounds."""
    world = dataclasses.replace(
        WORLD,
        state=Wider,
        start=lambda noise: Wider(noise.uniform[:3], np.zeros((2, 2)), 1e9 * noise.uniform[3:4]),
        advance=lambda state, control, period: Wider(state.level, state.grid + control[0], state.wind),
        kept=("wind",),
    )
    assert world.moving == ("level", "grid")
    assert [array.shape for array in world.simulation().phase] == [(3,), (2, 2)]
    scenario = Scenario(termination="restart")
    task = dataclasses.replace(TASK, world=world)
    lives, record = LockstepEngine(task, Replay(1, TICKS), threads=1).record(np.ones(TICKS), KEY, scenario)
    born = np.concatenate(([0], 1 + np.flatnonzero(record.terminated[:-1])))
    assert lives.ends[0] == END_REACHED
    assert len(born) > 1
    assert len(np.unique(record.state.wind)) == len(born)
    for first, last in itertools.pairwise((*born, TICKS)):
        assert np.all(record.state.wind[first:last] == record.state.wind[first])


def test_no_digit_of_an_array_and_no_default_is_left_out_of_a_worlds_origin():
    def origin_of(values, factor=1.0):
        def advance_by(state, control, period, by=factor):
            return Plant(state.level + by * values[0], state.grid)

        return dataclasses.replace(WORLD, advance=advance_by).origin()

    many = np.zeros(2000)
    other = many.copy()
    other[1000] = 7.0
    assert origin_of(np.ones(1)) != origin_of(np.ones(1) + 1e-9)
    assert origin_of(many) != origin_of(other)
    assert origin_of(np.ones(1)) != origin_of(np.ones(1), factor=5.0)
    assert origin_of(np.ones(1)) == origin_of(np.ones(1))


class Unsorted(NamedTuple):
    zeta: np.ndarray  # [1]
    alpha: np.ndarray  # [1]


def test_a_recording_gives_a_state_back_in_its_own_order(tmp_path):
    ticks = 5
    state = Unsorted(np.arange(5.0)[:, None], -np.arange(5.0)[:, None])
    flat = {name: np.zeros((ticks, 0)) for name in ("qpos", "qvel", "contacts", "torques", "speeds")}
    more = {name: np.zeros((ticks, 1)) for name in ("observations", "actions")}
    record = Record(
        **flat,
        **more,
        rewards=np.zeros(ticks),
        terminated=np.zeros(ticks, bool),
        weights=np.zeros((ticks, 0), np.float32),
        state=state,
    )
    units = {"zeta": "m", "alpha": ""}
    writing = create_recording(
        tmp_path / "life.h5",
        attributes={"task": "x", "every": 2},
        arrays={},
        connections=(),
        columns={},
        control_period=0.1,
        every=2,
        state_units=units,
    )
    with writing as writer:
        writer.append(0, record.rows(slice(0, 3)))
        writer.append(0, record.rows(slice(3, None)))
        row = dataclasses.replace(engine_row(), returns=np.zeros(1), lengths=np.array([ticks]))
        writer.finish(0, np.zeros(2, np.uint32), row)
    with open_recording(tmp_path / "life.h5") as recording:
        found = recording.life(0).record().state
    assert found._fields == ("zeta", "alpha")
    np.testing.assert_array_equal(found.zeta[:, 0], [0, 2, 4])
    np.testing.assert_array_equal(found.alpha[:, 0], [0, -2, -4])


def engine_row():
    return NativeEngine(TASK, Replay(1, 2), threads=1).record(ACTIONS.ravel()[:2], KEY, Scenario(2))[0]
