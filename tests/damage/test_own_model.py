"""Damages of the model of a world of one's own, and of strips of a picture: by hand, and alike on both engines."""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np
import pytest

import hebbax
from hebbax import Group
from hebbax.damage.apply import change_values
from hebbax.damage.event_table import SENSE, event_table, states_of
from hebbax.damage.events import Event
from hebbax.damage.kinds import KINDS
from hebbax.damage.named import NAMED
from hebbax.damage.text import parse_damages
from hebbax.engines.bodies import check_damages
from hebbax.engines.hooks import damage_table
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay
from hebbax.tasks.registry import make_task
from hebbax.tasks.task import Task

TICKS, ONSET, LASTING = 8, 3, 2
HEIGHT, WIDTH, COLOURS = 3, 4, 2
DRIVEN = {"scale-grip": 0.0, "scale-engine": 0.5, "drag-brake": 0.25, "scale-friction": 0.5}
"""Kinds that a model of one's own with grip, power and drag can have, and an amount of each."""


class Sledge(NamedTuple):
    place: np.ndarray  # [2], m


class Snow(NamedTuple):
    grip: np.ndarray  # [2]
    power: np.ndarray  # [2]
    drag: np.ndarray  # [2]


def start(noise):
    return Sledge(noise.uniform[:2])


def advance(state, control, period, model):
    return Sledge(state.place + period * model.grip * (model.power * control - model.drag))


def observe(state, memory):
    picture = np.arange(1.0, HEIGHT * WIDTH * COLOURS + 1.0)
    return picture + 0.0 * state.place[0]


def actuate(action, state, memory):
    return action


def outcome(before, state, action, memory):
    return state.place[0] - before.place[0], False, memory


def sledge(name: str = "sledge") -> Task:
    world = hebbax.World(
        "snow",
        Sledge,
        start,
        advance,
        control_size=2,
        control_period=0.5,
        model=Snow(np.ones(2), np.ones(2), np.zeros(2)),
        model_parts=("left", "right"),
    )
    return Task(
        name=name,
        robot="Sledge",
        world=world,
        observation=(Group("picture", HEIGHT * WIDTH * COLOURS, ""),),
        action=(Group("pull", 2, ""),),
        observe=observe,
        actuate=actuate,
        outcome=outcome,
        observation_shape=(HEIGHT, WIDTH, COLOURS),
    )


@pytest.fixture(scope="module", params=[NativeEngine, LockstepEngine])
def lived(request):
    """Return the places of a sledge, [TICKS, 2], that is pulled by 1 and 2 while damages happen."""
    engine = request.param(sledge(), Replay(2, TICKS), threads=1)
    pulls = np.tile(np.array([1.0, 2.0], np.float32), TICKS)

    def places(text: str = "none") -> np.ndarray:
        events = parse_damages(text, 0.5)[0]
        return engine.record(pulls, jax.random.key(1), Scenario(TICKS, damages=events))[1].state.place

    return places


@pytest.mark.parametrize("kind", DRIVEN)
def test_a_model_of_ones_own_changes_from_onset_to_end_exactly(lived, kind):
    """Each tick goes 0.5 s · grip · (power · pull - drag): of the ticks 3 and 4 with the damage, of others without."""
    free, harmed = lived(), lived(f"{kind}({DRIVEN[kind]}, from={ONSET}, for={LASTING})")
    steps = {"scale-grip": (0.0, 0.0), "scale-engine": (0.25, 0.5), "drag-brake": (0.375, 0.875)}
    steps["scale-friction"] = steps["scale-engine"]
    np.testing.assert_array_equal(harmed[: ONSET + 1], free[: ONSET + 1])
    expected = np.tile([0.5, 1.0], (TICKS - 1, 1))
    expected[ONSET : ONSET + LASTING] = steps[kind]
    np.testing.assert_allclose(np.diff(harmed, axis=0), expected, atol=1e-12)


@pytest.mark.parametrize("kind", DRIVEN)
def test_at_severity_zero_no_bit_changes(lived, kind):
    np.testing.assert_array_equal(lived(f"{kind}(severity=0)"), lived())


def test_a_part_by_name_or_number_is_alone_in_it(lived):
    named = lived("scale-grip(right, 0)")
    assert np.ptp(named[:, 1]) == 0
    np.testing.assert_array_equal(named[:, 0], lived()[:, 0])
    np.testing.assert_array_equal(lived("scale-grip(1, 0)"), named)
    np.testing.assert_array_equal(lived("scale-grip(any of right, 0)"), named)
    np.testing.assert_array_equal(lived("scale-grip(left, 0.5) + scale-grip(left, 0.5)")[-1, 0], lived()[0, 0] + 0.875)


def test_a_life_with_a_damage_does_not_depend_on_lives_beside_it():
    """Lives of one batch, each with another model."""
    engine, ticks = LockstepEngine(sledge(), Replay(2, TICKS), threads=1), Scenario(TICKS)
    pulls = np.tile(np.array([1.0, 2.0], np.float32), TICKS)[None]
    variants = tuple(parse_damages("none | scale-engine(0.5) | scale-grip(left, 0)", 0.5))
    lives = engine.evaluate(pulls, jax.random.key(1), Scenario(TICKS, damages=variants), lifetimes=3)
    free = engine.evaluate(pulls, jax.random.key(1), ticks, lifetimes=3)
    np.testing.assert_allclose(lives.returns, free.returns * [1.0, 0.5, 0.0], rtol=1e-12)


STRIPS = {
    "rows 1-2": np.s_[1:3, :, :],
    "columns 0-1": np.s_[:, 0:2, :],
    "columns 3-3": np.s_[:, 3:4, :],
    "rows 0-2": np.s_[:, :, :],
}


@pytest.mark.parametrize("strip", STRIPS)
def test_a_strip_of_a_picture_is_blind_and_the_rest_is_not(strip):
    task, policy = sledge(), Replay(2, TICKS)
    table = damage_table([Event("scale-observation", 0, 5, strip, 0.0)], task, policy)
    seen = np.asarray(observe(Sledge(np.zeros(2)), None))
    expected = seen.reshape(task.observation_shape or ()).copy()
    expected[STRIPS[strip]] = 0
    change_values(table, 0, SENSE, states_of(table), np.uint32(0), np.uint32(0), seen)
    np.testing.assert_array_equal(seen.reshape(expected.shape), expected)


def test_a_strip_can_be_late_beside_one_that_is_noisy():
    """What each remembers is its own: the strips do not touch each other's numbers."""
    task, policy = sledge(), Replay(2, TICKS)
    events = [
        Event("delay-observation", 0, 9, "columns 0-0", 1.0),
        Event("noise-observation", 0, 9, "columns 1-1", 0.5),
        Event("freeze-observation", 1, 9, "columns 2-2"),
    ]
    table = damage_table(events, task, policy)
    states, shape = states_of(table), (HEIGHT, WIDTH, COLOURS)
    pictures = []
    for tick in range(3):
        seen = np.full(HEIGHT * WIDTH * COLOURS, float(tick))
        change_values(table, tick, SENSE, states, np.uint32(1), np.uint32(2), seen)
        pictures.append(seen.reshape(shape))
    pictures = np.array(pictures)
    np.testing.assert_array_equal(pictures[:, 0, 0, 0], [0, 0, 1])
    assert len(np.unique(pictures[:, :, 1])) == 3 * HEIGHT * COLOURS
    np.testing.assert_array_equal(pictures[:, 0, 2, 0], [0, 1, 1])
    np.testing.assert_array_equal(pictures[:, 0, 3, 0], [0, 1, 2])


@pytest.mark.parametrize(
    ("task", "damage", "words"),
    [
        ("car_racing", "scale-mass(2)", ("no bodies", "scale-grip", "scale-engine", "drag-brake", "scale-friction")),
        ("car_racing_state", "push-body(0, (1, 0, 0))", ("no bodies", "scale-grip")),
        ("car_racing", "scale-grip(front wheel, 0)", ("unknown part", "front-left wheel")),
        ("car_racing", "scale-grip(4, 0)", ("expected 0 to 3", "rear-right wheel")),
        ("car_racing", "drag-brake(1.5)", (r"expected a number in [0, 1]",)),
        ("car_racing", "drag-brake(nan)", ("expected a number, not 'nan'",)),
        ("car_racing", "scale-engine(-1)", ("expected a number >= 0",)),
        ("car_racing", "scale-grip(severity=1.5)", ("severity=1.5", "0 (nothing changes) to 1")),
        ("car_racing", "scale-observation(columns 80-84, 0)", ("columns from 0 to 83",)),
        ("car_racing", "scale-observation(rows 9-3, 0)", ("rows from 0 to 83, the lower one first",)),
        ("car_racing_state", "car/blind-strip", ("car_racing_state", "observes a picture")),
        ("car_racing", "car/blind", ("unknown named damage", "car/blind-strip")),
        ("swimmer", "scale-grip(0)", ("no grip", "scale-mass")),
        ("swimmer", "scale-engine(0.5)", ("no power", "scale-mass")),
    ],
)
def test_what_a_task_cannot_have_is_one_line(task, damage, words):
    task = make_task(task)
    with pytest.raises(HebbaxError) as refused:
        event_table(parse_damages(damage, task.control_period)[0], task, Replay(task.action_size, 3))
    assert "\n" not in str(refused.value)
    assert all(word in str(refused.value) for word in words), refused.value


@pytest.mark.parametrize("name", [name for name in NAMED if name.startswith("car/")])
def test_every_named_damage_of_a_car_is_one_that_the_car_can_have(name):
    task = make_task("car_racing")
    check_damages(parse_damages(name, task.control_period)[0], task, Replay(3, 3))


def test_a_model_that_is_none_is_refused():
    options = {"control_size": 2, "control_period": 0.5}
    with pytest.raises(HebbaxError, match="expected a NamedTuple of arrays"):
        hebbax.World("snow", Sledge, start, advance, model=3, **options)
    rows = Snow(np.ones(2), np.ones(3), np.ones(2))
    with pytest.raises(HebbaxError, match=r"power of its model of shape \(3,\): expected 2 rows"):
        hebbax.World("snow", Sledge, start, advance, model=rows, model_parts=("left", "right"), **options)


def test_kinds_of_a_model_of_ones_own_name_its_fields():
    assert {name for name, kind in KINDS.items() if kind.own_alone} == {"scale-grip", "scale-engine", "drag-brake"}
    with pytest.raises(HebbaxError, match="expected target 'part' with fields in own= alone"):
        hebbax.register_damage("thin", lambda *given: given[:2], stage="model", target="part", fields=("body_mass",))
