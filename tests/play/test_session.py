"""A session is the engine's life, tick by tick, and so is all harm that is done in it."""

from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest

from hebbax.damage.events import Event
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.keys import root_key, stream
from hebbax.play import harm
from hebbax.play.session import FOREVER, Session
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.external.task import ExternalTask
from hebbax.tasks.registry import make_task

TICKS = 20


@pytest.fixture(scope="module")
def engine(swimmer, han_e):
    return make_engine(swimmer, han_e, threads=1)


@pytest.fixture(scope="module")
def pendulum():
    return make_task("inverted_pendulum")


@pytest.fixture(scope="module")
def static(pendulum):
    return make_policy("mlp", pendulum)


def moments(session, ticks=TICKS):
    """Return the ticks of a life that has just begun."""
    found = [session.moment]
    while len(found) < ticks and not session.over:
        session.step()
        found.append(session.moment)
    return found


def assert_same_life(found, record, *, tolerance=0.0):
    """Compare moments with the record of an engine, tick by tick."""
    for name in ("qpos", "qvel"):
        got = np.stack([getattr(moment, name) for moment in found])
        np.testing.assert_allclose(got, getattr(record, name)[: len(found)], atol=tolerance, rtol=tolerance)
    np.testing.assert_allclose(
        np.stack([moment.action for moment in found]), record.actions, atol=tolerance, rtol=tolerance
    )
    weights = np.stack([np.concatenate([layer.ravel() for layer in moment.weights]) for moment in found])
    np.testing.assert_allclose(weights, record.weights, atol=tolerance, rtol=tolerance)
    totals = [moment.total for moment in found]
    np.testing.assert_allclose(totals, np.cumsum(record.rewards), rtol=1e-12 + tolerance, atol=1e-12 + tolerance)


def test_without_harm_it_is_the_life_that_the_engine_records(session, engine, genomes):
    session.begin(0)
    key = jax.random.fold_in(stream(root_key(3), "evaluate"), 0)
    _, record = engine.record(genomes[0], key, Scenario(ticks=TICKS))
    found = moments(session)
    assert [moment.tick for moment in found] == list(range(TICKS))
    assert_same_life(found, record)


@pytest.mark.slow
def test_a_policy_on_the_lockstep_engine_lives_the_same_life(session, swimmer, han_e, genomes, engine):
    lockstep = Session(swimmer, han_e, genomes[0], seed=3, engine="lockstep")
    _, record = engine.record(genomes[0], session.key(0), Scenario(ticks=TICKS))
    assert_same_life(moments(lockstep), record, tolerance=1e-4)


def test_plasticity_frozen_at_a_tick_is_the_engines_event(session, engine, genomes):
    session.begin(0)
    found = moments(session, 8)
    harm.freeze(session, True)
    found += [session.moment for _ in range(TICKS - 8) if session.step()]
    event = Event("freeze-plasticity", 8, TICKS)
    _, record = engine.record(genomes[0], session.key(0), Scenario(ticks=TICKS, damages=[event]))
    assert_same_life(found, record)
    assert not np.array_equal(found[8].weights[0], found[0].weights[0])
    for moment in found[9:]:
        np.testing.assert_array_equal(moment.weights[0], found[8].weights[0])


def test_a_life_full_of_harm_can_be_lived_again_with_its_events(session, engine, genomes):
    session.begin(1)
    hurts = {
        3: lambda: harm.push(session, "torso", "left", 5.0, 3 * session.task.control_period),
        5: lambda: harm.kill_actuator(session, next(iter(harm.actuator_names(session.task)))),
        7: lambda: harm.zero_weights(session, harm.ALL, 0.5),
        9: lambda: harm.repair_actuator(session, harm.ALL),
        11: lambda: harm.pin_actuator(session, harm.ALL, 0.5),
        12: lambda: harm.redraw_weights(session, harm.ALL),
        14: lambda: harm.freeze(session, True),
        16: lambda: (harm.freeze(session, False), harm.repair_actuator(session, harm.ALL)),
    }
    found = [session.moment]
    while len(found) < TICKS:
        hurts.get(session.tick, lambda: None)()
        session.step()
        found.append(session.moment)
    kinds = ["push-body", "scale-actuator", "zero-weights", "pin-actuator", "redraw-weights", "freeze-plasticity"]
    assert [event.kind for event in session.events] == kinds
    assert [event.duration for event in session.events] == [3, 4, 1, 5, 1, 2]
    assert session.lasting == ()
    _, record = engine.record(genomes[0], session.key(1), Scenario(ticks=TICKS, damages=session.events))
    assert_same_life(found, record)
    _, unharmed = engine.record(genomes[0], session.key(1), Scenario(ticks=TICKS))
    np.testing.assert_array_equal(record.qpos[:4], unharmed.qpos[:4])
    assert not np.allclose(record.qpos[4], unharmed.qpos[4])


def test_what_is_healed_before_it_acted_never_was(session):
    session.begin(0)
    harm.freeze(session, True)
    harm.kill_actuator(session, harm.ALL)
    harm.freeze(session, False)
    assert [event.kind for event in session.events] == ["scale-actuator"]
    untouched = session.events[0]
    assert untouched.duration == FOREVER
    session.step()
    session.heal(untouched)
    assert session.events == (dataclasses.replace(untouched, duration=1),)
    with pytest.raises(HebbaxError, match=r"event 'scale-actuator' from tick 1 does not go on"):
        session.heal(untouched)


def test_a_reset_life_is_the_same_and_unharmed_and_a_new_one_is_another(session):
    session.begin(0)
    first = moments(session)
    harm.kill_actuator(session, harm.ALL)
    session.step()
    session.begin(0)
    assert session.events == ()
    again = moments(session)
    session.begin(1)
    other = moments(session)
    np.testing.assert_array_equal(first[-1].qpos, again[-1].qpos)
    assert first[-1].total == again[-1].total
    assert not np.array_equal(first[0].qpos, other[0].qpos)
    assert (other[0].life, other[0].tick) == (1, 0)


def test_a_life_goes_on_after_the_ticks_that_it_is_evaluated_for(swimmer, han_e, genomes):
    session = Session(dataclasses.replace(swimmer, length=3), han_e, genomes[0])
    moments(session, 6)
    assert session.tick == 6
    assert not session.over


@pytest.mark.slow
@pytest.mark.parametrize("termination", ["end", "restart"])
def test_a_fall_ends_a_life_or_restarts_its_body(pendulum, static, termination):
    session = Session(pendulum, static, np.ones(static.genome_size), termination=termination)
    found = moments(session, 100)
    if termination == "end":
        assert session.over
        assert found[-1].end == "terminated"
        assert not session.step()
        assert session.moment is found[-1]
    else:
        assert not session.over
        assert found[-1].restarts > 1
        assert found[-1].tick == 99


@pytest.mark.slow
def test_static_weights_are_the_genomes(pendulum, static):
    genome = np.linspace(-0.1, 0.1, static.genome_size, dtype=np.float32)
    session = Session(pendulum, static, genome)
    np.testing.assert_array_equal(np.concatenate([layer.ravel() for layer in session.moment.weights]), genome)
    assert [layer.shape for layer in session.moment.weights] == list(static.network.layer_shapes)
    with pytest.raises(HebbaxError, match="do not change during a life"):
        harm.zero_weights(session, harm.ALL, 0.5)
    assert session.events == ()


def test_what_cannot_live_is_an_error(swimmer, han_e, genomes, pendulum, static):
    with pytest.raises(HebbaxError, match=r"life 0 of seed 1 diverges at its first tick"):
        Session(pendulum, static, np.full(static.genome_size, np.nan))
    with pytest.raises(HebbaxError, match=r"seed=-1: expected 0 to 4294967295"):
        Session(swimmer, han_e, genomes[0], seed=-1)
    with pytest.raises(HebbaxError, match="unknown termination 'ende'"):
        Session(swimmer, han_e, genomes[0], termination="ende")
    elsewhere = ExternalTask("gymnasium/Pendulum-v1", "Pendulum", 3, 1, 0.05, True, 200, {})
    with pytest.raises(HebbaxError, match=r"'gymnasium/Pendulum-v1' is an environment of another package"):
        Session(elsewhere, han_e, genomes[0])
