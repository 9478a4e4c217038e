"""What lives draw of damages that leave something to chance: even, their own, and nobody else's business."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import hebbax
from hebbax.damage.between import Between
from hebbax.damage.draws import drawn
from hebbax.damage.events import Event, events_from_dicts, events_to_dicts
from hebbax.damage.named import NAMED
from hebbax.damage.text import parse_damages, text_of
from hebbax.engines.bodies import check_damages
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.keys import words_of
from hebbax.tasks.registry import TASKS

KEYS = np.asarray(words_of(jax.random.split(jax.random.key(7), 2000)))
PERIOD = 0.05


def parsed(text: str) -> tuple[Event, ...]:
    (events,) = parse_damages(text, PERIOD)
    return events


@pytest.fixture(scope="module")
def draws(swimmer, han_e):
    """What 2,000 lives have of one text of two damages."""
    events = parsed("scale-mass(any, 0.5..1.5, from=1s..2s) + pin-actuator(any, -1..3)")
    return [drawn(events, key, swimmer, han_e) for key in KEYS]


def test_values_are_even_within_their_range(draws):
    for place, (low, high) in enumerate([(0.5, 1.5), (-1, 3)]):
        values = np.array([events[place].value for events in draws])
        assert low <= values.min() < low + 0.01 * (high - low)
        assert high - 0.01 * (high - low) < values.max() <= high
        shares = np.sort((values - low) / (high - low))
        # Kolmogorov-Smirnov: beyond 1.95 / sqrt(n) one sample in a thousand
        assert np.abs(shares - (np.arange(2000) + 0.5) / 2000).max() < 1.95 / np.sqrt(2000)


def test_onsets_are_every_tick_of_their_range_alike(draws):
    ticks, counts = np.unique([events[0].onset for events in draws], return_counts=True)
    assert ticks.tolist() == list(range(20, 41))
    assert counts.min() > 2000 / 21 - 4.5 * np.sqrt(2000 / 21)
    assert all(events[0].spread == 0 and not events[0].random for events in draws)


def test_any_part_is_as_likely_and_never_the_world(draws):
    bodies, counts = np.unique([events[0].target for events in draws], return_counts=True)
    assert bodies.tolist() == [1, 2, 3]
    assert np.abs(counts - 2000 / 3).max() < 4.5 * np.sqrt(2000 * 2 / 9)
    assert {events[1].target for events in draws} == {0, 1}


def test_what_is_drawn_of_two_damages_has_nothing_to_do_with_each_other(draws):
    first, second = (np.array([events[place].value for events in draws]) for place in (0, 1))
    onsets = np.array([events[0].onset for events in draws])
    for one, other in ((first, second), (first, onsets), (second, onsets)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4.5 / np.sqrt(2000)


def test_a_draw_depends_on_the_key_and_the_place_alone(swimmer, han_e):
    random, other = parsed("scale-mass(any, 0.5..1.5)")[0], Event("freeze-plasticity", 3)
    alone = drawn([random], KEYS[0], swimmer, han_e)
    assert drawn([random, other], KEYS[0], swimmer, han_e)[0] == alone[0]
    assert drawn([random], KEYS[1], swimmer, han_e) != alone
    assert drawn([other, random], KEYS[0], swimmer, han_e)[1] != alone[0]
    assert drawn([other], KEYS[0], swimmer, han_e) == (other,)


@pytest.mark.parametrize("make", [hebbax.NativeEngine, pytest.param(hebbax.LockstepEngine, marks=pytest.mark.slow)])
def test_a_life_lives_what_it_draws_whoever_lives_beside_it(make, swimmer, han_e, genomes):
    engine = make(swimmer, han_e, threads=2)
    events = parsed("scale-actuator(any, 0..1) + scale-mass(back, 1..5, from=5..9)")
    keys = jax.random.split(jax.random.key(3), 3)
    together = engine.evaluate(genomes[:3], keys, Scenario(20, damages=events)).returns
    for life, key in enumerate(keys):
        own = drawn(events, np.asarray(words_of(key)), swimmer, han_e)
        for damages in (events, own):
            alone = engine.evaluate(genomes[life : life + 1], key[None], Scenario(20, damages=damages)).returns
            assert alone[0] == together[life]
        record = engine.record(genomes[life], key, Scenario(20, damages=events))[0]
        np.testing.assert_allclose(record.returns, together[life : life + 1], rtol=1e-5)
    assert len(set(together)) == 3


def test_a_range_is_read_and_written():
    (event,) = parsed("scale-mass(back, 0.8..1.2, from=1s..1.5s, for=2s)")
    assert (event.value, event.onset, event.spread, event.duration) == (Between(0.8, 1.2), 20, 10, 40)
    assert text_of(event) == "scale-mass(back, 0.8..1.2)"
    assert events_from_dicts(events_to_dicts([event])) == (event,)
    (push,) = parsed("push-body(torso, (0, -50, 0)..(0, 50, 0), for=3)")
    assert push.value == Between((0, -50, 0), (0, 50, 0))
    assert events_from_dicts(events_to_dicts([push])) == (push,)
    (severe,) = parsed("scale-mass(back, severity=0..0.5)")
    assert severe.value == Between(1.0, 2.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scale-mass(back, 1.2..0.8)", "expected the lower end first"),
        ("scale-mass(back, -1..1)", "value=-1.0: expected a number >= 0"),
        ("scale-mass(back, 1..nan)", "expected a number, not 'nan'"),
        ("scale-mass(back, 2, from=2s..1s)", "expected the earlier end of 2s..1s first"),
        ("scale-mass(back, 2, from=..5)", "expected a number, not ''"),
        ("push-body(torso, 1..2)", r"expected a force \(x, y, z\) in N"),
    ],
)
def test_a_range_that_is_none_is_said(text, said):
    with pytest.raises(HebbaxError, match=said):
        parse_damages(text, PERIOD)


def test_any_part_of_what_a_task_does_not_have_is_said(han_e):
    task = hebbax.make_task("gymnasium/Pendulum-v1")
    with pytest.raises(HebbaxError, match="on any body of task 'gymnasium/Pendulum-v1', which has none"):
        drawn(parsed("scale-mass(any, 2)"), KEYS[0], task, hebbax.make_policy("mlp", task))


def test_a_target_can_be_any_of_some(swimmer, han_e):
    """Each in a third of the lives, within 4.5 standard deviations; nothing else, and the same for a key."""
    (event,) = parsed("scale-actuator(any of motor1_rot or 1, 0.5)")
    assert event.random
    assert event.alternatives == ("motor1_rot", "1")
    targets = [drawn([event], key, swimmer, han_e)[0].target for key in KEYS]
    assert set(targets) == {"motor1_rot", 1}
    count = targets.count(1)
    assert abs(count - len(KEYS) / 2) < 4.5 * np.sqrt(len(KEYS) / 4)
    assert targets == [drawn([event], key, swimmer, han_e)[0].target for key in KEYS]
    assert text_of(event) == "scale-actuator(any of motor1_rot or 1, 0.5)"
    assert events_from_dicts(events_to_dicts([event])) == (event,)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("any of motor1_rot or motor3_rot", "unknown actuator 'motor3_rot': did you mean 'motor"),
        ("any of 0 or 7", "on actuator 7: expected 0 to 1"),
        ("any of motor1_rot or", "unknown actuator"),
    ],
)
def test_a_target_among_some_that_is_none_is_said(target, said, swimmer, han_e):
    """Whichever of them a life would draw."""
    for key in KEYS[:10]:
        with pytest.raises(HebbaxError, match=said):
            drawn(parsed(f"scale-actuator({target}, 0.5)"), key, swimmer, han_e)


@pytest.mark.parametrize("limbs", ["front-left lower leg or torso", "torso or front-left lower leg"])
def test_each_of_some_targets_is_tried_before_lives_begin(limbs):
    """The torso is the root, which is no limb: no life is to find that out when it draws it."""
    task = hebbax.make_task("ant_run")
    events = parsed(f"remove-limb(any of {limbs})")
    with pytest.raises(HebbaxError, match="'torso' is the robot's root: expected a limb"):
        check_damages(events, task, hebbax.make_policy("mlp", task))


# Damages that have names


def test_a_named_damage_is_what_it_stands_for_at_another_time():
    assert parsed("ant/rear-left") == parsed("shorten-limb(rear-left lower leg, 0.25)")
    assert parsed("ant/rear-left(from=1s, for=10)") == parsed(
        "shorten-limb(rear-left lower leg, 0.25, from=1s, for=10)"
    )
    assert parsed("ant/rear-left + scale-gravity(2)")[1].kind == "scale-gravity"
    assert len(parse_damages("none | ant/front-left | ant/rear-left", PERIOD)) == 3


def test_a_leg_by_its_published_name_is_where_it_is():
    """+x is forward and +y is left: FL, FR, RL, RR are the legs at (+x,+y), (-x,+y), (-x,-y), (+x,-y)."""
    model = hebbax.make_task("ant_run").world.model
    for name, (x, y) in {"FL": (1, 1), "FR": (-1, 1), "RL": (-1, -1), "RR": (1, -1)}.items():
        (event,) = parsed(f"han-ant/{name}")
        assert event.kind == "shorten-limb"
        assert event.value == 0.25
        place = model.body(event.target).pos
        assert np.sign(place[:2]).tolist() == [x, y]


# Of robots whose legs all have the same damages, those of one leg; `tests/tasks/test_leung.py` has the bodies of all.
# `test_own_model.py` has those of cars.
LIVED = [
    name
    for name in NAMED
    if not name.startswith(("car/", "gecko/", "dung_beetle/"))
    or "beetle/front-left-" in name
    or "gecko/front-left-" in name
]
LIVED_QUICKLY = ("han-ant/FR",)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in LIVED_QUICKLY else pytest.mark.slow) for name in LIVED]
)
def test_every_named_damage_can_be_had(name):
    robots = {"cheetah": "half_cheetah", "go1": "go1_walk", "najarro-ant": "quadruped"}
    group = name.partition("/")[0]
    task = hebbax.make_task(robots.get(group, group if group in TASKS else "ant_run"))
    policy = hebbax.make_policy("mlp", task)
    engine = hebbax.NativeEngine(task, policy, threads=1)
    genome = np.zeros((1, policy.genome_size), np.float32)
    assert engine.evaluate(genome, jax.random.key(0), Scenario(3, damages=parsed(name))).lengths.tolist() == [3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ant/front-lefd", "unknown named damage 'ant/front-lefd': did you mean 'ant/front-left'"),
        ("ant/front-left(0.5)", "expected from= and for= alone, because ant/front-left says what it is"),
        ("ant/front-left(severity=1)", "expected from= and for= alone"),
    ],
)
def test_a_named_damage_says_itself_what_it_is(text, said):
    with pytest.raises(HebbaxError, match=said):
        parse_damages(text, PERIOD)


def test_a_damage_can_be_named(forget_parts_of):
    forget_parts_of(NAMED)
    hebbax.name_damage("dog/lame", "scale-actuator(0, 0.3) + add-mass(torso, 2)")
    assert [event.kind for event in parsed("dog/lame(from=3)")] == ["scale-actuator", "add-mass"]
    hebbax.name_damage("dog/lame", "scale-actuator(0, 0.1)")  # a cell of a notebook runs again
    assert parsed("dog/lame")[0].value == 0.1
    for name, text, said in (
        ("lame", "freeze-plasticity", "expected a name of GROUP/NAME"),
        ("ant/front-left", "freeze-plasticity", "is registered already"),
        ("dog/either", "none | freeze-plasticity", "has variants"),
    ):
        with pytest.raises(HebbaxError, match=said):
            hebbax.name_damage(name, text)


@pytest.mark.parametrize(
    ("name", "damage", "parts"),
    [
        ("half_cheetah", "remove-limb(any)", range(2, 8)),
        ("half_cheetah", "lock-joint(any)", range(3, 9)),
        ("half_cheetah", "hold-coordinate(any, 0)", range(3, 9)),
        ("obstacle_cheetah", "scale-mass(any, 0.5..2)", range(1, 8)),
        ("ant_run", "free-joint(any)", range(1, 9)),
        ("inverted_pendulum", "lock-joint(any)", [0, 1]),
    ],
)
def test_any_part_is_one_that_can_have_the_damage(name, damage, parts):
    task = hebbax.make_task(name)
    policy = hebbax.make_policy("han-e", task)
    assert {drawn(parsed(damage), key, task, policy)[0].target for key in KEYS[:200]} == set(parts)
    check_damages(parsed(damage), task, policy)


def test_every_part_that_any_may_be_is_checked(monkeypatch, swimmer, han_e):
    checked: list[int | str | None] = []
    monkeypatch.setattr("hebbax.engines.bodies.bodies_of", lambda task, events: checked.append(events[0].target))
    check_damages(parsed("scale-mass(any, 2)"), swimmer, han_e)
    assert sorted(set(checked)) == [1, 2, 3]
