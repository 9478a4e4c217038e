"""Lives whose actions come from outside are those that an engine lives with the same actions, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.damage.text import parse_damages
from hebbax.engines.native import NativeEngine
from hebbax.engines.puppets import Puppets
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.keys import life_words
from hebbax.policies.open_loop import Replay
from hebbax.tasks.registry import make_task
from hebbax.types import END_TERMINATED

TICKS = 120


@pytest.fixture(scope="module")
def hopper():
    """A robot that falls soon under random actions."""
    return make_task("hopper")


@pytest.fixture(scope="module")
def engine(hopper):
    return NativeEngine(hopper, Replay(hopper.action_size, TICKS), threads=1)


@pytest.fixture(scope="module")
def actions(hopper):
    return np.random.default_rng(0).uniform(-1, 1, (TICKS, hopper.action_size)).astype(np.float32)


def lived(puppets, actions, place=0, key=None, wait=0):
    """Return what one place sees of its life, its rewards and its end; another place begins `wait` ticks before."""
    every = np.arange(puppets.count)
    others = every != place
    if wait:
        puppets.begin(others, np.stack([life_words(7, 0)] * int(others.sum())))
    for tick in range(wait):
        puppets.step(np.tile(actions[tick], (puppets.count, 1)), others)
    seen = [puppets.begin(every == place, life_words(3, 0)[None] if key is None else key[None])[place]]
    rewards, stepped = [], None
    for action in actions:
        stepped = puppets.step(np.tile(action, (puppets.count, 1)))
        seen.append(stepped.observations[place])
        rewards.append(stepped.rewards[place])
        if stepped.terminated[place] or stepped.truncated[place]:
            break
    return np.array(seen), np.array(rewards), stepped


@pytest.mark.parametrize("termination", ["end", "restart"])
@pytest.mark.parametrize(
    "damage",
    [
        "",
        "noise-observation(0.1) + scale-actuator(0, 0.3, from=9)",
        "push-body(torso, (0, 0, 40), from=5, for=8)",
        "scale-actuator(any, 0.2..0.8, from=3)",
    ],
)
@pytest.mark.slow
def test_a_life_is_that_of_the_native_engine(hopper, engine, actions, damage, termination):
    (events,) = parse_damages(damage, hopper.control_period) or ((),)
    scenario = Scenario(TICKS, termination=termination, damages=events)
    lives, record = engine.record(actions.ravel(), life_words(3, 0), scenario)
    seen, rewards, last = lived(Puppets(hopper, 1, scenario, threads=1), actions)
    assert np.array_equal(seen[: len(record.observations)], record.observations)
    assert np.array_equal(rewards, record.rewards)
    assert len(rewards) == lives.lengths[0]
    assert bool(last.terminated[0]) == bool(lives.ends[0] == END_TERMINATED)
    assert bool(last.truncated[0]) == (lives.lengths[0] == TICKS and not last.terminated[0])


def test_a_body_that_changes_is_that_of_the_native_engine(hopper, engine, actions):
    (events,) = parse_damages("scale-gravity(0.5, from=4, for=6)", hopper.control_period)
    scenario = Scenario(TICKS, damages=events)
    _, record = engine.record(actions.ravel(), life_words(3, 0), scenario)
    seen, rewards, _ = lived(Puppets(hopper, 1, scenario, threads=1), actions)
    assert np.array_equal(seen[: len(record.observations)], record.observations)
    assert np.array_equal(rewards, record.rewards)


def test_other_places_and_their_ticks_change_nothing(hopper, actions):
    alone = lived(Puppets(hopper, 1, threads=1), actions)
    among = lived(Puppets(hopper, 3, threads=2), actions, place=1, wait=4)
    for mine, theirs in zip(alone[:2], among[:2], strict=True):
        assert np.array_equal(mine, theirs)


@pytest.mark.parametrize("wrong", [np.nan, 1e9])
def test_a_life_that_diverges_ends_with_its_last_good_observation(hopper, actions, wrong):
    puppets = Puppets(hopper, 2, threads=1)
    first = puppets.begin(np.ones(2, bool), np.stack([life_words(0, 0)] * 2))
    both = np.stack([actions[0], np.full_like(actions[0], wrong)])
    stepped = puppets.step(both)
    assert stepped.diverged.tolist() == stepped.terminated.tolist() == [False, True]
    assert np.array_equal(stepped.observations[1], first[1])
    assert stepped.rewards[1] == 0.0
    assert puppets.over.tolist() == [False, True]


def test_a_damage_of_plasticity_is_refused(hopper):
    (events,) = parse_damages("zero-weights(0.5)", hopper.control_period)
    with pytest.raises(HebbaxError, match="on policy 'actions from outside': its weights do not change"):
        Puppets(hopper, 1, Scenario(damages=events))
