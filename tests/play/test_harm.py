"""What the buttons mean as events."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pytest

from hebbax.damage.events import Event
from hebbax.errors import HebbaxError
from hebbax.play import harm
from hebbax.play.session import FOREVER, Session
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task


def test_actuators_and_bodies_are_known_by_name():
    task = make_task("half_cheetah")
    assert harm.actuator_names(task) == {"bthigh": 0, "bshin": 1, "bfoot": 2, "fthigh": 3, "fshin": 4, "ffoot": 5}
    bodies = {"torso": 1, "bthigh": 2, "bshin": 3, "bfoot": 4, "fthigh": 5, "fshin": 6, "ffoot": 7}
    assert harm.body_names(task) == bodies


def test_outputs_that_are_no_actuators_have_numbers():
    task = dataclasses.replace(make_task("half_cheetah"), action_size=2)
    assert harm.actuator_names(task) == {"output 0": 0, "output 1": 1}


def test_a_push_unless_told_otherwise_is_twice_the_weight():
    assert harm.usual_push(make_task("half_cheetah")) == 270.0  # of 14 kg
    assert harm.usual_push(make_task("ant")) == pytest.approx(
        2 * 9.81 * make_task("ant").world.model.body_mass.sum(), rel=0.05
    )


def test_a_push_lasts_so_many_seconds_and_points_along_the_worlds_axes(session):
    session.begin(0)
    event = harm.push(session, "torso", "right", 3.0, 4 * session.task.control_period)
    assert event == Event("push-body", 1, 4, 1, (0.0, -3.0, 0.0))
    assert harm.push(session, "torso", "up", 3.0, 0.0).duration == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("tors", "up", 3.0, 0.1), "unknown body 'tors': did you mean 'torso'"),
        (("torso", "upp", 3.0, 0.1), "unknown direction 'upp': did you mean 'up'"),
        (("torso", "up", math.nan, 0.1), "force (N)=nan: expected 0 to 1e+06"),
        (("torso", "up", math.inf, 0.1), "force (N)=inf: expected 0 to 1e+06"),
        (("torso", "up", 3.0, math.nan), "seconds of a push=nan: expected 0 to 10"),
        (("torso", "up", 3.0, math.inf), "seconds of a push=inf: expected 0 to 10"),
        (("torso", "up", 3.0, 1e300), "seconds of a push=1e+300: expected 0 to 10"),
        (("torso", "up", 3.0, -1.0), "seconds of a push=-1: expected 0 to 10"),
    ],
)
def test_a_push_that_cannot_be_is_refused(session, values, message):
    session.begin(0)
    with pytest.raises(HebbaxError, match=re.escape(message)):
        harm.push(session, *values)
    assert session.events == ()


def test_harm_to_an_actuator_that_cannot_be_is_refused_and_leaves_it_as_it_was(session):
    session.begin(0)
    first, _ = harm.actuator_names(session.task)
    harm.kill_actuator(session, first)
    for harmful in (harm.kill_actuator, harm.repair_actuator, lambda *named: harm.pin_actuator(*named, 1.0)):
        with pytest.raises(HebbaxError, match=f"unknown actuator 'x{first}': did you mean '{first}'"):
            harmful(session, f"x{first}")
    for action in (math.nan, math.inf):
        with pytest.raises(HebbaxError, match=r"pinned at=.*: expected -1e"):
            harm.pin_actuator(session, first, action)
    assert harm.harm_in_words(session) == f"{first} dead"


def test_the_arrow_shows_a_push_while_it_lasts(session):
    session.begin(0)
    harm.push(session, "torso", "up", 3.0, 2 * session.task.control_period)
    assert harm.present_push(session) is None  # it comes with the next tick
    for _ in range(2):
        session.step()
        body, force = harm.present_push(session)
        assert body == 1
        np.testing.assert_array_equal(force, [0, 0, 3])
    session.step()
    assert harm.present_push(session) is None


def test_the_newest_word_on_an_actuator_counts(session):
    session.begin(0)
    first, second = harm.actuator_names(session.task)
    harm.kill_actuator(session, first)
    session.step()
    harm.pin_actuator(session, first, -1.0)
    harm.kill_actuator(session, second)
    assert harm.harm_in_words(session) == f"{first} pinned at -1 · {second} dead"
    session.step()
    assert session.moment.action.tolist() == [-1.0, 0.0]
    harm.repair_actuator(session, second)
    assert harm.harm_in_words(session) == f"{first} pinned at -1"
    session.step()
    assert session.moment.action[0] == -1.0
    assert session.moment.action[1] != 0.0
    harm.kill_actuator(session, harm.ALL)
    assert harm.harm_in_words(session) == "all actuators dead"
    harm.repair_actuator(session, harm.ALL)
    assert harm.harm_in_words(session) == ""
    assert session.lasting == ()


def test_one_of_all_dead_actuators_is_repaired_or_pinned_alone(session):
    session.begin(0)
    first, second = harm.actuator_names(session.task)
    harm.kill_actuator(session, harm.ALL)
    session.step()
    harm.repair_actuator(session, first)
    assert harm.harm_in_words(session) == f"{second} dead"
    session.step()
    assert session.moment.action[0] != 0.0
    assert session.moment.action[1] == 0.0
    harm.kill_actuator(session, harm.ALL)
    session.step()
    harm.pin_actuator(session, second, 0.5)
    assert harm.harm_in_words(session) == f"{first} dead · {second} pinned at 0.5"
    session.step()
    assert session.moment.action.tolist() == [0.0, 0.5]


def test_many_harmed_actuators_are_told_in_few_words():
    task = make_task("half_cheetah")
    policy = make_policy("han-e", task)
    session = Session(task, policy, np.zeros(policy.genome_size, np.float32))
    harm.pin_actuator(session, harm.ALL, 0.5)
    assert harm.harm_in_words(session) == "all actuators pinned at 0.5"
    harm.repair_actuator(session, "bfoot")
    assert harm.harm_in_words(session) == "all actuators but bfoot pinned at 0.5"
    harm.kill_actuator(session, "bfoot")
    harm.kill_actuator(session, "bshin")
    harm.freeze(session, True)
    assert harm.harm_in_words(session) == (
        "bthigh, fthigh, fshin, ffoot pinned at 0.5 · bfoot, bshin dead · plasticity frozen"
    )


def test_plasticity_freezes_once_and_thaws(session):
    session.begin(0)
    harm.freeze(session, True)
    harm.freeze(session, True)
    assert harm.is_frozen(session)
    assert session.events == (Event("freeze-plasticity", 1, FOREVER),)
    assert harm.harm_in_words(session) == "plasticity frozen"
    session.step()
    harm.freeze(session, False)
    harm.freeze(session, False)
    assert not harm.is_frozen(session)
    assert session.events == (Event("freeze-plasticity", 1, 1),)


def test_weights_of_one_layer_are_zeroed_or_drawn_anew(session):
    session.begin(0)
    names = [connection.name for connection in session.policy.network.connections]
    before = session.moment.weights
    harm.freeze(session, True)
    session.step()
    frozen = session.moment.weights
    harm.zero_weights(session, names[0], 1.0)
    session.step()
    assert not session.moment.weights[0].any()
    np.testing.assert_array_equal(session.moment.weights[1], frozen[1])
    harm.redraw_weights(session, names[0])
    session.step()
    assert session.moment.weights[0].all()
    np.testing.assert_array_equal(session.moment.weights[1], frozen[1])
    assert not np.array_equal(session.moment.weights[0], before[0])
