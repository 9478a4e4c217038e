"""What holds of every kind of damage: nothing at severity 0, exact times, no order among strangers, no neighbours."""

from __future__ import annotations

import itertools

import jax
import numpy as np
import pytest

import hebbax
from hebbax.damage.events import FOREVER, Event
from hebbax.damage.kinds import KINDS
from hebbax.damage.text import parse_damages
from hebbax.engines.scenario import Scenario

KEY, TICKS, ONSET, LASTING = jax.random.key(11), 14, 4, 5
LEG = "front-left lower leg"

CASES = {
    "freeze-plasticity": {},
    "scale-plasticity": {"value": 0.5},
    "pin-actuator": {"value": 0.5, "target": 0},
    "pose-leg": {"value": (0.5, -0.5, 0.25), "target": 1},
    "stick-actuator": {"target": 1},
    "scale-actuator": {"value": 0.5, "target": 2},
    "limit-actuator": {"value": 0.05, "target": 3},
    "delay-actuator": {"value": 3.0, "target": 4},
    "noise-actuator": {"value": 0.5, "target": 5},
    "zero-weights": {"value": 0.5},
    "redraw-weights": {"value": 3.0},
    "nudge-weights": {"value": 0.5},
    "scale-observation": {"value": 0.0, "target": 5},
    "noise-observation": {"value": 0.5, "target": 6},
    "jitter-observation": {"value": 0.5, "target": 6},
    "bias-observation": {"value": 1.0, "target": 7},
    "drop-observation": {"value": 0.9, "target": "joint angles"},
    "freeze-observation": {"target": "joint velocities"},
    "delay-observation": {"value": 3.0, "target": "joint velocities"},
    "push-body": {"value": (5.0, 2.0, 0.0), "target": "torso"},
    "hold-coordinate": {"value": 0.1, "target": "rear-left hip", "relative": True},
    "lock-joint": {"target": "rear-right hip"},
    "shorten-limb": {"value": 0.25, "target": LEG},
    "remove-limb": {"target": LEG},
    "scale-mass": {"value": 3.0, "target": "torso"},
    "add-mass": {"value": 2.0, "target": "torso"},
    "shift-mass": {"value": (0.1, 0.0, 0.0), "target": "torso"},
    "free-joint": {"target": "front-right hip"},
    "damp-joint": {"value": 5.0},
    "rub-joint": {"value": 5.0},
    "scale-armature": {"value": 3.0},
    "offset-joint": {"value": 0.2, "target": "front-left hip"},
    "scale-friction": {"value": 0.1},
    "scale-gravity": {"value": 2.0},
    "tilt-ground": {"value": 20.0},
    "roughen-ground": {"value": 0.5, "target": 2},
    "blow-wind": {"value": (20.0, 0.0, 0.0)},
}


def event(kind: str, onset: int = ONSET, lasting: int = LASTING, **changes: object) -> Event:
    duration = lasting if KINDS[kind].lasts else 1
    return Event(kind, onset, duration, **{**CASES[kind], **changes})  # pyright: ignore[reportArgumentType]


@pytest.fixture(
    scope="module",
    params=[hebbax.NativeEngine, pytest.param(hebbax.LockstepEngine, marks=pytest.mark.slow)],
    ids=["native", "lockstep"],
)
def lived(request):
    """Return a function of damages that returns the record of a life, each life lived once."""
    task = hebbax.make_task("ant_run")
    policy = hebbax.make_policy("han-b", task)
    engine, kept = request.param(task, policy, threads=1), {}
    genome = np.random.default_rng(2).uniform(-1, 1, policy.genome_size).astype(np.float32)

    def record(*events: Event):
        if events not in kept:
            kept[events] = engine.record(genome, KEY, Scenario(TICKS, damages=events))[1]
        return kept[events]

    record.engine, record.genome = engine, genome  # pyright: ignore[reportFunctionMemberAccess]
    return record


FIELDS = ("qpos", "qvel", "observations", "actions", "weights", "rewards")


def first_difference(one, other) -> int:
    """Return the first tick at which two records differ in anything, TICKS for none."""
    ticks = min(len(one.rewards), len(other.rewards))  # an ant may fall
    differ = np.zeros(ticks, bool)
    for name in FIELDS:
        both = (getattr(record, name)[:ticks].reshape(ticks, -1) for record in (one, other))
        differ |= np.any(np.not_equal(*both), axis=1)
    if differ.any():
        return int(np.argmax(differ))
    return TICKS if len(one.rewards) == len(other.rewards) else ticks


def test_there_is_a_case_for_every_kind():
    assert set(CASES) == {name for name, kind in KINDS.items() if not kind.own_alone}  # test_own_model.py has these


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if name in CASES and kind.whole is not None])
def test_at_severity_zero_nothing_changes_to_the_bit(lived, kind):
    assert first_difference(lived(event(kind, value=KINDS[kind].whole)), lived()) == TICKS


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if name in CASES and kind.worst is not None])
def test_what_stands_behind_severity_zero_draws_what_it_drew_behind_another_amount(lived, kind):
    noise = event("noise-observation")
    behind = [lived(*parse_damages(f"{front} + noise-observation(0.1)", 0.05)[0]) for front in _fronts(kind)]
    assert first_difference(*behind) == TICKS
    assert first_difference(behind[0], lived(noise)) < TICKS, "its place is the second"


def _fronts(kind: str) -> tuple[str, str]:
    """Return the kind at severity 0, and one that a life never reaches at another amount."""
    target = "1, " if KINDS[kind].target and not KINDS[kind].all else ""
    return f"{kind}({target}severity=0)", "scale-observation(0, from=99999)"


@pytest.mark.parametrize("kind", CASES)
def test_it_sets_in_and_ends_at_its_tick_exactly(lived, kind):
    """Nothing before the onset differs; up to its last tick it is as one that goes on, and later no more."""
    harmed, free = lived(event(kind)), lived()
    # A body changes between two observations: what differs first is the state after the onset's tick.
    begins = first_difference(harmed, free)
    assert ONSET <= begins <= ONSET + 2 + LASTING, "it makes a difference, and none before its onset"
    if KINDS[kind].stage in ("sense", "action", "weights") and not kind.startswith(("stick", "freeze", "delay")):
        assert begins == ONSET
    if not KINDS[kind].lasts:
        return
    longer = lived(event(kind, lasting=FOREVER))
    end = ONSET + LASTING
    parts = first_difference(harmed, longer)
    assert end <= parts <= TICKS


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.stage == "action"])
def test_actions_are_the_policys_again_from_the_tick_after(lived, kind):
    record = lived(event(kind))
    end, target = ONSET + LASTING, CASES[kind]["target"]
    others = [place for place in range(record.actions.shape[1]) if place != target]
    np.testing.assert_array_equal(record.actions[: ONSET + 1, others], lived().actions[: ONSET + 1, others])
    if kind == "pin-actuator":
        assert np.all(record.actions[ONSET:end, target] == 0.5)
        assert np.all(record.actions[end:, target] != 0.5)
    if kind == "stick-actuator":
        assert np.all(record.actions[ONSET:end, target] == lived().actions[ONSET, target])
        assert np.all(record.actions[end:, target] != lived().actions[ONSET, target])
    if kind == "limit-actuator":
        assert np.abs(record.actions[ONSET:end, target]).max() <= 0.05
        assert np.abs(record.actions[end:, target]).max() > 0.05


DRAWN = {name for name, kind in KINDS.items() if kind.draws}
STRANGERS = [
    pair
    for pair in itertools.combinations(sorted(CASES), 2)
    if not DRAWN.intersection(pair)  # whose random numbers are of their place
    and pair[0].partition("-")[2] != pair[1].partition("-")[2]
    and (CASES[pair[0]].get("target") is None or CASES[pair[0]].get("target") != CASES[pair[1]].get("target"))
]


@pytest.mark.parametrize("part", range(4))
def test_damages_that_touch_different_things_commute(lived, part):
    """Over a quarter of the pairs each: in whatever order they are given, the life is the same to the bit."""
    pairs = STRANGERS[part :: 4 * 6]
    assert len(pairs) > 8
    for one, other in pairs:
        both = lived(event(one), event(other)), lived(event(other), event(one))
        assert first_difference(*both) == TICKS, (one, other)


def test_a_life_does_not_depend_on_its_slot_or_on_what_others_have(lived):
    kinds = sorted(CASES)[::3]
    variants = [(), *((event(kind),) for kind in kinds)]
    lives = [variants[place % len(variants)] for place in (*range(len(variants)), 3, 0, 5)]
    keys = jax.random.split(KEY, len(lives))
    genomes = np.tile(lived.genome, (len(lives), 1))
    together = lived.engine.evaluate(genomes, keys, Scenario(TICKS, damages=lives)).returns
    for place in (0, 3, len(lives) - 1, len(lives) - 3):
        alone = lived.engine.evaluate(genomes[:1], keys[place : place + 1], Scenario(TICKS, damages=lives[place]))
        assert alone.returns[0] == together[place], lives[place]
    order = np.random.default_rng(0).permutation(len(lives))
    mixed = lived.engine.evaluate(genomes, keys[order], Scenario(TICKS, damages=[lives[place] for place in order]))
    np.testing.assert_array_equal(mixed.returns, together[order])
