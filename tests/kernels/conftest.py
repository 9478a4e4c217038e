"""Running a policy's compiled step and its JAX reference on the same observations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.kernels.compile_step import compile_step

TICKS = 200


def _observations(size, ticks=TICKS):
    """Slow waves with noise, like the joints of a walking robot."""
    rng = np.random.default_rng(2)
    time = np.arange(ticks)[:, None]
    waves = np.sin(0.2 * time * rng.uniform(0.5, 1.5, size) + rng.uniform(0, 6, size))
    return (waves + 0.1 * rng.normal(size=(ticks, size))).astype(np.float32)


def _rewards(ticks):
    """A reward that settles, then falls."""
    return (1 + np.exp(-0.05 * np.arange(ticks)) - 0.8 * (np.arange(ticks) > 0.7 * ticks)).astype(np.float32)[:, None]


def _run_compiled(policy, genome, key, inputs):
    """Return the actions [ticks, actuators] and weights [ticks, weights] of the compiled step."""
    step = compile_step(policy)
    folded, carry = np.zeros(step.folded_size, np.float32), np.zeros(step.carry_size, np.float32)
    key0, key1 = np.asarray(jax.random.key_data(key))
    step.birth(step.layout, step.parameters, genome, key0, key1, key0, key1, folded, carry)
    actions, weights = [], []
    rewards = _rewards(len(inputs)) if policy.reads_signal else np.zeros((len(inputs), 0), np.float32)
    for tick, observation in enumerate(inputs):
        before = np.zeros(step.weight_count, np.float32)
        step.weights(step.layout, carry, before)
        action = np.zeros(policy.network.sizes[-1], np.float32)
        step.act(step.layout, genome, carry, tick, observation, action)
        if not step.adapt(step.layout, folded, carry, tick, rewards[tick]):
            break
        actions.append(action)
        weights.append(before)
    return np.array(actions), np.array(weights)


def _reference(policy):
    def run(genome, carry, inputs):
        def tick(carry, row):
            observation, signal = row
            before = jnp.concatenate([jnp.ravel(layer) for layer in (*carry.weights, jnp.zeros(0))])
            action, carry = policy.act(genome, carry, observation)
            return policy.adapt(genome, carry, signal), (action, before)

        _, outputs = jax.lax.scan(tick, carry, (inputs, _rewards(len(inputs))))
        return outputs

    return jax.jit(run)


def _assert_equal_runs(policy, scale=1.0, ticks=TICKS):
    """Assert that the compiled step and the reference agree to float32 rounding; return actions and weights.

    Rounding starts at 1e-7 and some weights amplify it from tick to tick. How much is seen from the reference itself,
    run again with a genome and observations that differ in their last bits, one way and the other. From the tick at
    which that hides the controller, as in a chaotic one, nothing can be said; half of the ticks must come before it.
    """
    # Small coefficients keep weights that are not normalised in a range where both sums round alike.
    genome = (scale * np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)))).astype(np.float32)
    inputs = _observations(policy.network.sizes[0], ticks)
    key = jax.random.key(4)
    actions, weights = _run_compiled(policy, genome, key, inputs)
    assert len(actions) == ticks
    reference = _reference(policy)
    expected = [np.asarray(array) for array in reference(genome, policy.birth(key), inputs)]
    nearby = [
        [np.asarray(array) for array in reference(genome * bits, policy.birth(key), inputs * bits)]
        for bits in np.float32([1 + 2e-7, 1 - 2e-7, 1 + 4e-7, 1 - 4e-7])
    ]
    size = max(1.0, np.abs(expected[1]).max(initial=0))
    for ours, theirs, *again, tolerance in zip((actions, weights), expected, *nearby, (1e-4, 1e-5 * size), strict=True):
        apart = np.max([np.abs(theirs - one).max(axis=1, initial=0) for one in again], axis=0)
        rounding = np.maximum.accumulate(apart)
        worst = np.abs(ours - theirs).max(axis=1, initial=0)
        told = 30 * rounding <= 0.1 * size
        assert told.sum() >= ticks // 2, f"chaotic from tick {told.sum()}"
        wrong = told & (worst > tolerance + 30 * rounding)
        assert not wrong.any(), f"from tick {np.argmax(wrong)}"
    np.testing.assert_allclose(actions[:5], expected[0][:5], atol=5e-6, rtol=0)
    return actions, weights


@pytest.fixture(scope="session")
def observations():
    return _observations


@pytest.fixture(scope="session")
def run_compiled():
    return _run_compiled


@pytest.fixture(scope="session")
def assert_equal_runs():
    return _assert_equal_runs
