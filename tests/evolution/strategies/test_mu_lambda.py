"""The (μ,λ) strategy on two numbers, by hand."""

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.evolution.strategies.mu_lambda import MuLambda, MuLambdaState
from hebbax.evolution.strategies.schedules import sigma_schedule

GENOMES = jnp.array([[1.0, 0.0], [0.0, 3.0], [-1.0, -1.0], [9.0, 9.0]])
CONSTANT = sigma_schedule(0.5, 1.0, "exponential", 1)
START = MuLambdaState(jnp.array([5.0, 5.0]), jnp.int32(0))


def told(cost, parents=3, state=START):
    state, metrics = MuLambda(4, parents, CONSTANT).tell(jax.random.key(0), GENOMES, jnp.array(cost), state, None)
    assert metrics == {}
    return state


def test_parents_weigh_what_they_are_above_the_worst_of_them():
    # Costs -5, -3, -1 of the best three, so 4, 2 and 0 above the worst: weights 2/3, 1/3 and 0, whatever the old mean.
    state = told([-5.0, -3.0, -1.0, 0.0])
    np.testing.assert_allclose(state.mean, [2 / 3, 1.0], rtol=1e-6)
    assert state.generation_counter == 1


def test_the_order_of_the_genomes_is_the_fitness_alone():
    # The best is the fourth, then the third and the second: weights 2/3, 1/3, 0.
    np.testing.assert_allclose(told([7.0, 1.0, -1.0, -3.0]).mean, [6 - 1 / 3, 6 - 1 / 3], rtol=1e-6)


def test_equal_parents_weigh_the_same():
    np.testing.assert_allclose(told([2.0, 2.0, 2.0, 3.0]).mean, [0.0, 2 / 3], atol=1e-6)
    # The fourth is as good as the three that there is room for.
    np.testing.assert_allclose(told([2.0, 2.0, 2.0, 2.0]).mean, [9 / 4, 11 / 4], rtol=1e-6)


def test_sigma_follows_its_schedule():
    strategy = MuLambda(4, 2, sigma_schedule(0.5, 0.1, "linear", 2))
    first, _ = strategy.ask(jax.random.key(3), START, None)
    last, _ = strategy.ask(jax.random.key(3), START._replace(generation_counter=jnp.int32(2)), None)
    np.testing.assert_allclose((first - 5.0) / 10, last - 5.0, atol=1e-6)
