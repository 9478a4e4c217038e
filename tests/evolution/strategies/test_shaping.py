"""What a gradient makes of fitness: by hand, against NumPy in float64, and where float32 has few digits left."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from evosax.core import fitness_shaping as evosax_shaping

from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import SHAPINGS
from hebbax.evolution.strategies.build import build
from hebbax.evolution.strategies.shaping import SHAPING

# Costs 1, 3, 3, 5: mean 3, standard deviation √2; ranks 0, 1.5, 1.5, 3.
BY_HAND = {
    "ranks": [-0.5, 0.0, 0.0, 0.5],
    "standardised": [-np.sqrt(2), 0.0, 0.0, np.sqrt(2)],
    "normalised": [-1.0, 0.0, 0.0, 1.0],
    "raw": [1.0, 3.0, 3.0, 5.0],
}


def shaped(name, cost):
    return np.asarray(SHAPING[name](None, jnp.asarray(cost, jnp.float32), None, None))


def test_every_shaping_that_can_be_chosen_is_there():
    assert tuple(SHAPING) == SHAPINGS


@pytest.mark.parametrize("name", SHAPINGS)
def test_each_by_hand(name):
    np.testing.assert_allclose(shaped(name, [1.0, 3.0, 3.0, 5.0]), BY_HAND[name], atol=1e-6)


@pytest.mark.parametrize("name", ["standardised", "normalised"])
def test_they_are_those_of_evosax_where_numbers_are_small(name):
    cost = jax.random.normal(jax.random.key(0), (20,))
    evosax = {"standardised": "standardize", "normalised": "normalize"}[name]
    expected = getattr(evosax_shaping, f"{evosax}_fitness_shaping_fn")(None, cost, None, None)
    np.testing.assert_allclose(shaped(name, cost), expected, atol=1e-5)


@pytest.mark.parametrize("name", ["standardised", "normalised"])
def test_close_returns_are_told_apart_and_enormous_ones_are_finite(name):
    # float32 has steps of 0.0005 at 5,000, exact for multiples of 1/64; evosax's deviation of these is 0 or none.
    close = -5000 + np.arange(-8, 8) / 64
    np.testing.assert_allclose(shaped(name, close), shaped(name, np.arange(-8.0, 8.0)), atol=1e-5)
    enormous = shaped(name, [-1e30, 1e30, 0.0, 1e30])
    assert np.isfinite(enormous).all()
    assert enormous[0] < enormous[2] < enormous[1] == enormous[3]


@pytest.mark.parametrize("name", ["ranks", "standardised", "normalised"])
@pytest.mark.parametrize("value", [0.0, 0.1, -5000.3, 1e30])
def test_of_equals_nothing_is_learnt(name, value):
    np.testing.assert_allclose(shaped(name, [value] * 48), np.zeros(48), atol=1e-7)


@pytest.mark.parametrize("strategy", ["openai-es", "pgpe"])
def test_a_step_is_along_what_the_fitness_counts_as(strategy):
    """With the optimiser sgd a step is the learning rate times the gradient, which is linear in the shaped cost."""
    steps = {}
    for name in SHAPINGS:
        algorithm, params = build(StrategyConfig(strategy, 4, optimiser="sgd", shaping=name), 3)
        state = algorithm.init(jax.random.key(0), jnp.zeros(3), params)
        genomes, state = algorithm.ask(jax.random.key(1), state, params)
        told, _ = algorithm.tell(jax.random.key(2), genomes, jnp.array([1.0, 3.0, 3.0, 5.0]), state, params)
        steps[name] = np.asarray(told.mean)
    assert np.abs(steps["ranks"]).min() > 0
    # By hand, above: these differ from centred ranks by a factor and, where raw, by what mirrored samples cancel.
    for name, factor in {"standardised": 2 * np.sqrt(2), "normalised": 2, "raw": 4}.items():
        np.testing.assert_allclose(steps[name], factor * steps["ranks"], rtol=1e-5)
