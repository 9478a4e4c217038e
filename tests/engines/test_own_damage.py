"""Kinds of damage of a user's own: a state, random numbers, the order of a tick; alike in both engines."""

import itertools

import jax
import numpy as np
import pytest

from hebbax.compiling.noise import fold_in, normal, uniform
from hebbax.damage.events import FOREVER, Event
from hebbax.damage.kinds import KINDS, register_damage
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.streams import EVENT_STREAM

KEY = jax.random.key(5)
TICKS = 24
LAG = 3


def _delay(values, value, state, noise):
    size = values.shape[0]
    return value * state[:size] + (1.0 - value) * values, np.concatenate((state[size:], values))


def _begin_delay(values, value):
    return np.concatenate((values, values, values))


def _draw_both(values, value, state, noise):
    return noise.uniform + 10.0 * noise.normal, state


def _count(values, value, state, noise):
    return value + 0.0 * values + state[0], state + 1.0


def _begin_count(values, value):
    return np.zeros(1)


@pytest.fixture(scope="module", autouse=True)
def kinds():
    """Register kinds for these tests alone."""
    register_damage("test-delay", _delay, stage="sense", target="observation", all=True, begin=_begin_delay)
    register_damage("test-both", _draw_both, stage="sense", target="observation", all=True, draws="both")
    register_damage("test-count", _count, stage="action", target="actuator", all=True, begin=_begin_count)
    yield
    for name in ("test-delay", "test-both", "test-count"):
        del KINDS._parts[name]


@pytest.fixture(scope="module", params=[NativeEngine, LockstepEngine], ids=["native", "lockstep"])
def engine(request, swimmer, han_e):
    return request.param(swimmer, han_e, threads=1)


def record_of(engine, genomes, *events, ticks=TICKS):
    return engine.record(genomes[0], KEY, Scenario(ticks, damages=events))[1]


def own_observations(record, swimmer):
    return np.concatenate((record.qpos[:, 2:], record.qvel), axis=1)


def test_a_sensor_that_lags_shows_what_was(engine, genomes, swimmer):
    record = record_of(engine, genomes, Event("test-delay", 5, 12, value=1.0))
    seen, there = record.observations, own_observations(record, swimmer)
    np.testing.assert_allclose(seen[:5], there[:5], atol=1e-12)
    np.testing.assert_allclose(seen[5 : 5 + LAG], np.repeat(there[5:6], LAG, axis=0), atol=1e-12)
    np.testing.assert_allclose(seen[5 + LAG : 17], there[5 : 17 - LAG], atol=1e-12)
    np.testing.assert_allclose(seen[17:], there[17:], atol=1e-12)


def test_a_state_goes_on_over_parts_of_a_stream_and_begins_with_its_event(engine, genomes):
    events = [
        Event("test-count", 2, FOREVER, target=0, value=0.5),
        Event("test-count", 9, FOREVER, target=1, value=7.0),
    ]
    record = record_of(engine, genomes, *events)
    assert record.actions[2:, 0].tolist() == [0.5 + k for k in range(TICKS - 2)]
    assert record.actions[9:, 1].tolist() == [7.0 + k for k in range(TICKS - 9)]
    parts = list(engine.stream(genomes[0], KEY, Scenario(TICKS, damages=events), chunk=5))
    np.testing.assert_array_equal(np.concatenate([part.actions for part, _ in parts]), record.actions)


def test_an_event_added_while_a_life_is_under_way_leaves_the_states_of_the_others(engine, genomes):
    events = [Event("test-count", 2, FOREVER, target=0, value=0.5)]
    parts = engine.stream(genomes[0], KEY, Scenario(12, damages=events), chunk=6)
    first, _ = next(parts)
    events.append(Event("test-count", 8, FOREVER, target=1, value=7.0))
    second, _ = next(parts)
    actions = np.concatenate((first.actions, second.actions))
    assert actions[2:, 0].tolist() == [0.5 + k for k in range(10)]
    assert actions[8:, 1].tolist() == [7.0, 8.0, 9.0, 10.0]


def test_random_numbers_are_the_lifes_own_and_new_at_every_tick(engine, genomes):
    record = record_of(
        engine, genomes, Event("freeze-plasticity", 0), Event("test-both", 1, 5, target=3, value=1.0), ticks=8
    )
    key = np.asarray(jax.random.key_data(KEY))
    for tick in range(1, 6):
        place = fold_in(*fold_in(*key, EVENT_STREAM), 1)
        drawn = fold_in(*place, tick)
        expected = uniform(*drawn, 0, np.float32(-1), np.float32(1)) + 10.0 * normal(*drawn, 1)
        np.testing.assert_allclose(record.observations[tick, 3], expected, rtol=1e-12)
    assert len(set(record.observations[1:6, 3])) == 5
    twin = jax.random.fold_in(jax.random.fold_in(jax.random.fold_in(KEY, EVENT_STREAM), 1), 2)
    ours = jax.random.uniform(twin, (1,), minval=-1, maxval=1)[0] + 10 * jax.random.normal(twin, (2,))[1]
    np.testing.assert_allclose(record.observations[2, 3], ours, rtol=1e-5, atol=1e-5)


ON_GROUND = ("scale-friction", "scale-gravity", "roughen-ground")  # a swimmer stands on none
SEVERE = [
    name for name, kind in KINDS.items() if kind.worst is not None and name not in ON_GROUND and not kind.own_alone
]


@pytest.mark.parametrize("name", SEVERE)
def test_the_whole_value_changes_nothing_to_the_bit(engine, genomes, name):
    kind = KINDS[name]
    target = 2 if kind.target == "body" else None
    event = Event(name, 2, FOREVER if kind.lasts else 1, target=target, value=kind.at_severity(0.0))
    one, other = record_of(engine, genomes, event), record_of(engine, genomes)
    for field in one._fields:
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field), err_msg=field)
    worst = Event(name, 2, FOREVER if kind.lasts else 1, target=target, value=kind.at_severity(1.0))
    harmed = record_of(engine, genomes, worst)
    assert any(np.abs(getattr(harmed, field) - getattr(other, field)).max() > 1e-3 for field in ("qpos", "weights"))


def _spread(values, value, state, noise):
    return np.concatenate((values, values)), state


def _forget(values, value, state, noise):
    return values, state[:0]


def _misread(values, value, state, noise):
    return values + noise.normal, state


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (_spread, {}, r"returned values of shape \(8,\): expected \(4,\)"),
        (_forget, {"begin": _begin_count}, r"returned state of shape \(0,\): expected \(1,\)"),
        (_misread, {}, "cannot be applied: operands could not be broadcast"),
        (_count, {"begin": _begin_count, "draws": "gauss"}, "unknown draws of damage 'test-bad' 'gauss'"),
        (_count, {"stage": "actoin"}, "unknown stage of damage 'test-bad' 'actoin': did you mean 'action'"),
        (_count, {"target": "body"}, "in stage 'sense' with target 'body': expected observation"),
        (_count, {"fields": ("body_mass",)}, "with fields="),
    ],
)
def test_a_kind_that_cannot_be_is_refused_when_it_is_registered(change, options, message):
    options = {"stage": "sense", "target": "observation", **options}
    with pytest.raises(HebbaxError, match=message):
        register_damage("test-bad", change, **options)
    assert "test-bad" not in KINDS


@pytest.mark.parametrize("name", ["scale-actuator", "two words", "a(b)", "a+b", ""])
def test_a_name_that_is_taken_or_cannot_be_typed_is_refused(name):
    with pytest.raises(HebbaxError, match=r"registered already|expected a name of letters"):
        register_damage(name, _draw_both, stage="action", target="actuator", draws="both")


def test_every_stage_is_heard_in_the_order_of_the_tick(engine, genomes, swimmer):
    """What a stage changes is what the stages after it see at the same tick, whatever the order of the sequence."""
    events = [
        Event("scale-plasticity", 4, 1, value=0.0),
        Event("scale-actuator", 4, 1, value=0.5),
        Event("pin-actuator", 4, 1, value=0.5),
        Event("scale-observation", 4, 1, value=0.0),
        Event("zero-weights", 4, value=1.0),
    ]
    for order in itertools.islice(itertools.permutations(events), 0, 120, 40):
        record = record_of(engine, genomes, *order, ticks=6)
        assert (record.weights[4] == 0).all()
        assert (record.observations[4] == 0).all()
        assert record.actions[4].tolist() == [0.25, 0.25]
        np.testing.assert_array_equal(record.weights[5], record.weights[4])
