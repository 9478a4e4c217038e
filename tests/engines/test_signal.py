"""Rules that hear what came of an action: the same in both engines, and as worked out in plain NumPy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.config.policy import PolicyConfig
from hebbax.damage.events import FOREVER, Event
from hebbax.engines.live_controller import LiveController
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.plasticity.rules import RULES, register_rule
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task

KEY, TICKS = jax.random.key(3), 24
PLAIN = Scenario(TICKS)
AVERAGED = {"interval": "3 ticks", "averaging": "moving-average", "window": 4}
CONFIG = PolicyConfig(name="listening", rule="test-rewarded", normalisation="none", hidden=[5], initial_scale=0.3)


def rewarded(pre, post, weight, a, reward):
    return reward * a * pre * post


def of_terms(pre, post, weight, a, b, control, forward):
    return control * a * pre + forward * b * post


@pytest.fixture(scope="module", autouse=True)
def rules():
    register_rule("test-rewarded", rewarded, ("A",), equation="Δw = r·A·pre·post", signal=("reward",))
    register_rule("test-terms", of_terms, ("A", "B"), equation="Δw = …", signal=("control", "forward"))
    yield
    for name in ("test-rewarded", "test-terms"):
        del RULES._parts[name]


def lives_of(rule, engine_of, scenario=PLAIN, **changes):
    """Return a life's row and record, and the policy, of small coefficients."""
    task = make_task("swimmer")
    policy = make_policy(PolicyConfig(**{**vars(CONFIG), "rule": rule, **changes}), task)
    genome = 0.1 * np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)), np.float32)
    return (*engine_of(task, policy, threads=1).record(genome, KEY, scenario), policy, genome)


def test_a_rewarded_update_is_as_worked_out_by_hand():
    _, record, policy, genome = lives_of("test-rewarded", NativeEngine)
    first, second = (layer["A"] for layer in policy.unpack(genome))
    weights = [matrix.astype(float) for matrix in np.split(record.weights[0], [8 * 5])]
    one, other = weights[0].reshape(8, 5), weights[1].reshape(5, 2)
    for tick in range(TICKS):
        np.testing.assert_allclose(record.weights[tick], [*one.ravel(), *other.ravel()], atol=2e-5)
        inputs = record.observations[tick]
        hidden = np.tanh(inputs @ one)
        action = np.tanh(hidden @ other)
        np.testing.assert_allclose(record.actions[tick], action, atol=2e-5)
        one = one + record.rewards[tick] * first * np.outer(inputs, hidden)
        other = other + record.rewards[tick] * second * np.outer(hidden, action)


@pytest.mark.slow
@pytest.mark.parametrize("rule", [pytest.param("test-rewarded", marks=pytest.mark.slow), "test-terms"])
@pytest.mark.parametrize("changes", [{}, pytest.param(AVERAGED, marks=pytest.mark.slow)], ids=["", "averaged"])
def test_both_engines_hear_the_same(rule, changes):
    damages = [Event("scale-plasticity", 6, 9, value=0.5), Event("freeze-plasticity", 18, FOREVER)]
    for scenario in (Scenario(TICKS), Scenario(TICKS, damages=damages)):
        (one, native, *_), (other, lockstep, *_) = (
            lives_of(rule, engine_of, scenario, **changes) for engine_of in (NativeEngine, LockstepEngine)
        )
        np.testing.assert_allclose(native.weights, lockstep.weights, atol=2e-4)
        np.testing.assert_allclose(native.actions, lockstep.actions, atol=2e-4)
        assert one.returns[0] == pytest.approx(other.returns[0], abs=1e-3)
        assert np.ptp(native.weights, axis=0).max() > 1e-3, "nothing was learnt"


@pytest.mark.parametrize("engine_of", [NativeEngine, pytest.param(LockstepEngine, marks=pytest.mark.slow)])
def test_a_life_in_parts_hears_what_the_whole_life_hears(engine_of):
    task = make_task("swimmer")
    policy = make_policy(CONFIG, task)
    genome = 0.1 * np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)), np.float32)
    engine = engine_of(task, policy, threads=1)
    _, record = engine.record(genome, KEY, PLAIN)
    parts = [part for part, _ in engine.stream(genome, KEY, Scenario(TICKS), chunk=7)]
    np.testing.assert_array_equal(np.concatenate([part.weights for part in parts]), record.weights)
    among = engine.evaluate(np.tile(genome, (3, 1)), jax.random.split(KEY, 3), Scenario(TICKS))
    alone = engine.evaluate(genome[None], jax.random.split(KEY, 3)[1:2], Scenario(TICKS))
    np.testing.assert_allclose(among.returns[1], alone.returns[0], rtol=1e-6)


def test_a_live_controller_hears_the_reward_of_the_action_before():
    _, record, policy, genome = lives_of("test-rewarded", NativeEngine)
    live = LiveController(policy, genome)
    live.start(key=KEY)
    rewards = [None, *record.rewards[:-1]]
    actions = [live.act(o, reward=r) for o, r in zip(record.observations, rewards, strict=True)]
    np.testing.assert_array_equal(actions, record.actions)
    with pytest.raises(HebbaxError, match=r"its rule hears 'reward', expected act\(…, reward=…\)"):
        live.act(record.observations[0])


@pytest.mark.slow
def test_a_live_controller_hears_terms_by_name():
    policy = lives_of("test-terms", NativeEngine)[2]
    live = LiveController(policy, np.zeros(policy.genome_size, np.float32))
    live.start()
    live.act(np.zeros(8))
    with pytest.raises(HebbaxError, match="its rule hears 'control', expected act"):
        live.act(np.zeros(8), reward=1.0, terms={"forward": 1.0})
    live.act(np.zeros(8), terms={"forward": 1.0, "control": 0.0})


def test_a_signal_that_the_task_does_not_have_is_one_line():
    with pytest.raises(HebbaxError, match="unknown signal 'control'"):
        make_policy(PolicyConfig(name="deaf", rule="test-terms"), make_task("inverted_pendulum"))


def test_an_update_without_its_signal_is_one_line():
    policy = make_policy(CONFIG, make_task("swimmer"))
    carry = policy.birth(KEY)
    genome = jnp.zeros(policy.genome_size)
    with pytest.raises(HebbaxError, match="its rule reads a signal, expected 3 numbers"):
        policy.adapt(genome, policy.act(genome, carry, jnp.zeros(8))[1])
