import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.engines.live_controller import LiveController
from hebbax.errors import HebbaxError
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.normalisation import NORMALISATIONS, check_bound
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.policy import Policy

WEIGHTS = jnp.array([[1.0, -4.0], [3.0, 0.0]])

# max          the largest size is |-4|
# standardise  mean 0, variance (1 + 16 + 9 + 0)/4 = 6.5, so 1/√6.50001
# clip         to [-2, 2]
# unit-norm    the columns (1, 3) and (-4, 0) have the norms √10 and 4
TABLE = {
    "none": WEIGHTS,
    "max": [[0.25, -1.0], [0.75, 0.0]],
    "standardise": WEIGHTS / np.sqrt(6.50001),
    "clip": [[1.0, -2.0], [2.0, 0.0]],
    "tanh": np.tanh(WEIGHTS),
    "unit-norm": [[1 / np.sqrt(10), -1.0], [3 / np.sqrt(10), 0.0]],
    "mass": WEIGHTS,  # without masses
}


@pytest.mark.parametrize("name", TABLE)
def test_a_normalisation_equals_its_hand_table(name):
    np.testing.assert_allclose(NORMALISATIONS.get(name)(WEIGHTS, 2.0), TABLE[name], rtol=1e-6)


def test_every_normalisation_has_a_hand_table():
    assert set(TABLE) == set(NORMALISATIONS)


def test_a_neuron_keeps_the_mass_that_it_is_given():
    # The columns have |1| + |3| = 4 and |−4| = 4; to 2 and 1.
    found = NORMALISATIONS.get("mass")(WEIGHTS, 1.0, jnp.array([2.0, 1.0]))
    np.testing.assert_allclose(found, [[0.5, -1.0], [1.5, 0.0]], rtol=1e-6)


def test_a_life_preserves_the_mass_of_its_first_weights():
    policy = Policy("p", Mlp((4, 2, 9)), Plasticity("eta-abcd", "mass"))
    controller = LiveController(policy, np.linspace(-1, 1, policy.genome_size))
    controller.start(seed=2)
    first = [np.abs(matrix).sum(axis=0) for matrix in controller.weights]
    before = controller.weights
    for tick in range(20):
        controller.act(np.sin(tick + np.arange(4.0)))
    for masses, matrix, was in zip(first, controller.weights, before, strict=True):
        np.testing.assert_allclose(np.abs(matrix).sum(axis=0), masses, rtol=1e-5)
        assert np.abs(matrix - was).max() > 0.01


def test_standardise_takes_the_mean_of_the_whole_layer():
    # mean 2, deviations -1, -1, 2, 0, variance 1.5
    weights = jnp.array([[1.0, 1.0], [4.0, 2.0]])
    expected = np.array([[-1.0, -1.0], [2.0, 0.0]]) / np.sqrt(1.50001)
    np.testing.assert_allclose(NORMALISATIONS.get("standardise")(weights, 1.0), expected, rtol=1e-6)


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_an_all_zero_layer_stays_as_it_is(name):
    np.testing.assert_array_equal(NORMALISATIONS.get(name)(jnp.zeros((2, 3)), 1.0), 0)


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_nan_is_not_hidden(name):
    assert bool(jnp.isnan(NORMALISATIONS.get(name)(jnp.array([[jnp.nan, 1.0]]), 1.0)).any())


def test_an_unknown_name_is_refused():
    with pytest.raises(HebbaxError, match="unknown normalisation 'maximum': did you mean 'max'"):
        NORMALISATIONS.get("maximum")


def test_a_bound_is_for_clip_alone():
    assert check_bound("max", None) == 1.0
    assert check_bound("clip", 5.0) == 5.0
    with pytest.raises(HebbaxError, match=r"bound=5.0: the normalisation 'max' has none"):
        check_bound("max", 5.0)
    with pytest.raises(HebbaxError, match=r"bound=0.0: expected a positive number"):
        check_bound("clip", 0.0)
