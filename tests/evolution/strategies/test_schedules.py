"""Falling learning rates and σ, by hand."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from hebbax.config.strategy_table import DECAY_SHAPES, OPTIMISERS
from hebbax.evolution.strategies.schedules import decaying, optimiser_of, sigma_schedule

# 2 falls to a half of it in 10 generations; after 5 and 20:
# exponential: 2·0.5^0.5 = 1.41421, 2·0.5^2 = 0.5; linear: half way, then there;
# cosine: 1 + (2 − 1)·(1 + cos(π/2))/2 = 1.5, then there.
SHAPES = {
    "exponential": {0: 2.0, 5: 1.41421, 10: 1.0, 20: 0.5},
    "linear": {0: 2.0, 5: 1.5, 10: 1.0, 20: 1.0},
    "cosine": {0: 2.0, 5: 1.5, 10: 1.0, 20: 1.0},
}


@pytest.mark.parametrize("shape", DECAY_SHAPES)
def test_each_shape_by_hand(shape):
    schedule = decaying(2.0, 0.5, shape, 10)
    assert [float(schedule(at)) for at in SHAPES[shape]] == pytest.approx(list(SHAPES[shape].values()), rel=1e-5)


def test_cosine_falls_slowly_at_both_ends():
    schedule = decaying(1.0, 0.5, "cosine", 100)
    # 0.5 + 0.5·(1 + cos(π/10))/2 = 0.98776
    assert float(schedule(10)) == pytest.approx(0.98776, abs=1e-5)
    assert float(schedule(90)) == pytest.approx(1.5 - 0.98776, abs=1e-5)


@pytest.mark.parametrize("decay", [1.0, 0.5])
def test_sigma_is_a_strong_float32_scalar(decay):
    for generation in (0, jnp.int32(3)):
        sigma = sigma_schedule(0.2, decay, "exponential", 3)(generation)
        assert (sigma.shape, sigma.dtype, sigma.weak_type) == ((), jnp.float32, False)
    assert float(sigma) == pytest.approx(0.2 * decay)


def steps_of(optimiser, gradients):
    state, steps = optimiser.init(jnp.zeros(2)), []
    for gradient in gradients:
        step, state = optimiser.update(jnp.asarray(gradient), state, jnp.zeros(2))
        steps.append(np.asarray(step))
    return steps


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_goes_downhill_slower_and_slower(name):
    gradients = [[3.0, -4.0]] * 40
    falling = steps_of(optimiser_of(name, 0.1, 0.5, "linear", 20), gradients)
    constant = steps_of(optimiser_of(name, 0.1, 1.0, "linear", 20), gradients)
    assert (np.sign(constant) == [-1, 1]).all()
    np.testing.assert_allclose(falling[0], constant[0], rtol=1e-6)
    np.testing.assert_allclose(falling[-1], constant[-1] / 2, rtol=1e-5)


def test_clipup_by_hand():
    """The gradient (3, −4) has length 5: the first step is 0.1·(−0.6, 0.8). With a momentum of 0.9 the velocity would
    grow to lengths 1.9 and 2.71; the limit is 2."""
    first, second, third = steps_of(optimiser_of("clipup", 0.1, 1.0, "linear", 1), [[3.0, -4.0]] * 3)
    direction = np.array([-0.6, 0.8])
    np.testing.assert_allclose(first, 0.1 * direction, rtol=1e-5)
    np.testing.assert_allclose(second, 0.19 * direction, rtol=1e-5)
    np.testing.assert_allclose(third, 0.2 * direction, rtol=1e-5)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_decayed_mean_loses_the_learning_rate_times_the_decay_of_itself(name):
    """Of a mean of (10, −20), at a rate of 0.1 and a decay of 0.5, (0.5, −1), beside what the gradient asks for."""
    mean, gradient = jnp.array([10.0, -20.0]), jnp.array([3.0, -4.0])
    plain, decayed = (optimiser_of(name, 0.1, 1.0, "linear", 1, weight_decay) for weight_decay in (0.0, 0.5))
    without, _ = plain.update(gradient, plain.init(mean), mean)
    step, _ = decayed.update(gradient, decayed.init(mean), mean)
    np.testing.assert_allclose(np.asarray(step) - without, [-0.5, 1.0], rtol=1e-5)


def test_the_decay_of_adam_is_that_of_adamw_and_follows_the_learning_rate():
    ours, theirs = (
        optimiser_of("adam", 0.1, 0.5, "linear", 2, 0.5),
        optax.adamw(decaying(0.1, 0.5, "linear", 2), weight_decay=0.5),
    )
    mean = jnp.array([10.0, -20.0])
    states = [ours.init(mean), theirs.init(mean)]
    for gradient in ([3.0, -4.0], [1.0, 2.0], [0.0, 1.0]):
        steps = []
        for index, optimiser in enumerate((ours, theirs)):
            step, states[index] = optimiser.update(jnp.array(gradient), states[index], mean)
            steps.append(step)
        np.testing.assert_array_equal(*steps)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_without_a_decay_the_state_is_that_of_stored_runs(name):
    states = [optimiser_of(name, 0.1, 1.0, "linear", 1, decay).init(jnp.zeros(2)) for decay in (0.0, 0.5)]
    assert [len(tuple(state)) for state in states] == [2, 3]
