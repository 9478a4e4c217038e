"""Events: what is refused, names, and the way to JSON and back."""

import json

import numpy as np
import pytest

from hebbax.damage.event_table import (
    ACTION,
    END,
    FORCE,
    FORCE_SIZE,
    INDEX,
    MODEL,
    ONSET,
    POSITION,
    RELATIVE,
    SENSE,
    SPARE,
    STAGE,
    START,
    STATE_AT,
    STATE_SIZE,
    STOP,
    UPDATE,
    VALUE,
    WEIGHTS,
    event_table,
    states_of,
)
from hebbax.damage.events import KINDS, Event, check_onsets, events_from_dicts, events_to_dicts
from hebbax.damage.kind import STAGES
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task

ONE_OF_EACH = (
    Event("freeze-plasticity", 4, 8),
    Event("scale-plasticity", 0, 9, value=0.5),
    Event("pin-actuator", 6, 5, target=1, value=-0.5),
    Event("scale-actuator", 3, 2, target=0, value=0.0),
    Event("zero-weights", 7, target=0, value=0.25),
    Event("redraw-weights", 5, value=2.0),
    Event("nudge-weights", 2, value=1e-3),
    Event("push-body", 3, 4, target="mid", value=(1.0, -2.0, 0.5)),
    Event("hold-coordinate", 2, 6, target="slider1", value=0.125, relative=True),
    Event("scale-observation", 1, 3, target=4, value=0.5),
    Event("noise-observation", 0, 5, value=0.25),
    Event("scale-mass", 4, 2, target="back", value=3.0),
)


@pytest.fixture(scope="module")
def half_cheetah():
    return make_task("half_cheetah")


def test_there_is_one_of_each_stage():
    assert {KINDS[event.kind].stage for event in ONE_OF_EACH} == set(STAGES)


def test_the_table_holds_names_as_numbers(swimmer, han_e):
    table = event_table(ONE_OF_EACH, swimmer, han_e)
    first_layer = han_e.network.connections[0].size
    columns = [STAGE, INDEX, ONSET, END, START, STOP, VALUE, VALUE + 1, VALUE + 2, RELATIVE]
    # In the order of the stages. Swimmer: bodies world, torso, mid, back; slider1 is qpos 0.
    expected = [
        [MODEL, 11, 4, 6, 3, 4, 3, 0, 0, 0],
        [WEIGHTS, 4, 7, 8, 0, first_layer, 0.25, 0, 0, 0],
        [WEIGHTS, 5, 5, 6, 0, han_e.weight_count, 2, 0, 0, 0],
        [WEIGHTS, 6, 2, 3, 0, han_e.weight_count, 1e-3, 0, 0, 0],
        [SENSE, 9, 1, 4, 4, 5, 0.5, 0, 0, 0],
        [SENSE, 10, 0, 5, 0, 8, 0.25, 0, 0, 0],
        [ACTION, 2, 6, 11, 1, 2, -0.5, 0, 0, 0],
        [ACTION, 3, 3, 5, 0, 1, 0, 0, 0, 0],
        [FORCE, 7, 3, 7, 2, 3, 1, -2, 0.5, 0],
        [POSITION, 8, 2, 8, 0, 0, 0.125, 0, 0, 1],
        [UPDATE, 0, 4, 12, 0, 0, 0, 0, 0, 0],
        [UPDATE, 1, 0, 9, 0, 0, 0.5, 0, 0, 0],
    ]
    np.testing.assert_array_equal(table[:, columns], expected)
    # Held is where it was; a force is kept beside the state of its event; SPARE numbers stand at the end.
    assert [tuple(row) for row in table[[8, 9]][:, [STATE_AT, STATE_SIZE]]] == [(0, 0), (FORCE_SIZE, 1)]
    assert len(states_of(table)) == FORCE_SIZE + 1 + SPARE


@pytest.mark.parametrize(
    ("task_name", "kind", "target", "start", "stop"),
    [
        ("half_cheetah", "pin-actuator", "ffoot", 5, 6),
        ("half_cheetah", "scale-actuator", None, 0, 6),
        ("hopper", "scale-actuator", "leg_joint", 1, 2),  # a motor without a name, on this joint
        ("half_cheetah", "hold-coordinate", "rootz", 1, 1),
        ("ant", "hold-coordinate", "root.z", 2, 2),
        ("ant", "hold-coordinate", 2, 2, 2),
        ("ant", "hold-coordinate", "hip_1", 7, 6),  # after a quaternion, velocities stand one place earlier
        ("ant", "push-body", "torso", 1, 2),
        ("half_cheetah", "scale-observation", 3, 3, 4),
        ("half_cheetah", "scale-observation", "joint angles", 2, 8),
        ("half_cheetah", "scale-actuator", "front thigh", 3, 4),
        ("half_cheetah", "scale-observation", None, 0, 17),
    ],
)
def test_targets_by_name(task_name, kind, target, start, stop):
    task = make_task(task_name)
    value = (1.0, 0.0, 0.0) if kind == "push-body" else 0.0
    (row,) = event_table([Event(kind, 0, target=target, value=value)], task, make_policy("han-e", task))
    assert row[[START, STOP]].tolist() == [start, stop]


def test_events_survive_json():
    text = json.dumps(events_to_dicts(ONE_OF_EACH))
    assert events_from_dicts(json.loads(text)) == ONE_OF_EACH
    assert events_to_dicts([Event("nudge-weights", 2, value=1e-3)]) == [
        {"kind": "nudge-weights", "onset": 2, "value": 1e-3}
    ]


@pytest.mark.parametrize("force", [[1, 2, 3], np.array([1.0, 2.0, 3.0])])
def test_a_force_is_a_tuple(force):
    assert Event("push-body", 0, target=1, value=force).value == (1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Event("freeze", 0, 1), "unknown event 'freeze': did you mean 'freeze-plasticity'"),
        (lambda: Event("freeze-plasticity", -1, 1), "from tick -1 for 1: expected onset >= 0 and duration >= 1"),
        (
            lambda: Event("zero-weights", 6.9999, value=0.5),
            "onset=6.9999: expected a whole number of ticks; nearest valid: 7",
        ),
        (lambda: Event("freeze-plasticity", 0, float("nan")), "duration=nan: expected a whole number of ticks"),
        (lambda: Event("freeze-plasticity", 0, 0), "from tick 0 for 0: expected onset >= 0 and duration >= 1"),
        (lambda: Event("freeze-plasticity", 0, value=1), "'freeze-plasticity' with value=1: expected none"),
        (lambda: Event("freeze-plasticity", 0, target=1), "'freeze-plasticity' with target=1: expected none"),
        (lambda: Event("scale-plasticity", 0), "with no value: expected a number >= 0"),
        (lambda: Event("scale-plasticity", 0, value=-0.1), "with value=-0.1: expected a number >= 0"),
        (lambda: Event("scale-actuator", 0), "with no value: expected a number"),
        (lambda: Event("freeze-plasticity", 0, value=()), r"'freeze-plasticity' with value=\(\): expected none"),
        (lambda: Event("scale-actuator", 0, value="0"), "with value='0': expected a number"),
        (lambda: Event("pin-actuator", 0, value=float("nan")), "with value=nan: expected a number"),
        (lambda: Event("shorten-limb", 0, target=1, value=0), r"with value=0: expected a number in \(0, 1\]"),
        (lambda: Event("zero-weights", 0, value=1.5), r"with value=1.5: expected a number in \[0, 1\]"),
        (
            lambda: Event("zero-weights", 0, 2, value=0.5),
            "with duration=2: expected 1, because it happens at its onset",
        ),
        (lambda: Event("push-body", 0, target=1), r"with no value: expected a force \(x, y, z\) in N"),
        (lambda: Event("push-body", 0, target=1, value=3.0), r"with value=3.0: expected a force \(x, y, z\) in N"),
        (lambda: Event("push-body", 0, value=(1, 0, 0)), "with no target: expected a body's index or name"),
        (lambda: Event("hold-coordinate", 0), "with no target: expected a coordinate's index or name"),
        (lambda: Event("pin-actuator", 0, relative=True), "with relative=True: expected False"),
        (lambda: events_from_dicts([{"kind": "freeze-plasticity"}]), "expected a field 'onset'"),
        (lambda: events_from_dicts([{"kind": "pin-actuator", "onset": 1, "tagret": 1}]), "did you mean 'target'"),
    ],
)
def test_bad_events_are_refused(make, message):
    with pytest.raises(HebbaxError, match=message):
        make()


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (Event("pin-actuator", 0, target=6), "'pin-actuator' on actuator 6: expected 0 to 5, or one of bthigh, bshin"),
        (Event("pin-actuator", 0, target="bfot"), "unknown actuator 'bfot': did you mean 'bfoot'"),
        (
            Event("zero-weights", 0, target=3, value=0.5),
            "'zero-weights' on layer 3: expected 0 to 1, or one of layer 0",
        ),
        (Event("push-body", 0, target=0, value=(1, 0, 0)), "on body 0, the world: expected 1 to 7"),
        (Event("push-body", 0, target="trso", value=(1, 0, 0)), "unknown body 'trso': did you mean 'torso'"),
        (Event("hold-coordinate", 0, target="rootzz"), "unknown coordinate 'rootzz': did you mean 'rootz'"),
        (Event("hold-coordinate", 0, target=9), "'hold-coordinate' on coordinate 9: expected 0 to 8"),
    ],
)
def test_targets_that_are_not_there_are_refused(half_cheetah, event, message):
    with pytest.raises(HebbaxError, match=message):
        event_table([event], half_cheetah, make_policy("han-e", half_cheetah))


def test_a_part_of_a_quaternion_cannot_be_held():
    ant = make_task("ant")
    with pytest.raises(HebbaxError, match=r"on qpos 4, part of a quaternion: expected one of \[0, 1, 2, 7, 8"):
        event_table([Event("hold-coordinate", 0, target=4)], ant, make_policy("han-e", ant))


@pytest.mark.parametrize("event", [ONE_OF_EACH[0], ONE_OF_EACH[1], ONE_OF_EACH[4], ONE_OF_EACH[5], ONE_OF_EACH[6]])
def test_weights_that_do_not_change_cannot_be_changed(swimmer, event):
    message = f"'{event.kind}' on policy 'mlp': its weights do not change during a life"
    with pytest.raises(HebbaxError, match=message):
        event_table([event], swimmer, make_policy("mlp", swimmer))


def test_bodies_of_other_packages_are_out_of_reach():
    task = make_task("gymnasium/Pendulum-v1")
    with pytest.raises(HebbaxError, match="'push-body' on task 'gymnasium/Pendulum-v1': its environment has no bodies"):
        event_table([Event("push-body", 0, target=1, value=(1, 0, 0))], task, make_policy("han-b", task))


def test_a_damage_after_the_end_of_life_is_refused():
    event = Event("scale-actuator", onset=20, duration=5, target=0, value=0.0)

    check_onsets([[], [event]], 21)
    with pytest.raises(HebbaxError, match="after the end of a life of 20; nearest valid: tick 19"):
        check_onsets([[], [event]], 20)
