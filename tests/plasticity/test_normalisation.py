import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.plasticity.normalisation import get_normalisation


def test_max_divides_by_the_largest_size_of_the_layer():
    # largest size: |-4|
    weights = jnp.array([[1.0, -4.0], [2.0, 0.0]])
    np.testing.assert_allclose(get_normalisation("max")(weights), [[0.25, -1.0], [0.5, 0.0]])


def test_max_leaves_an_all_zero_layer():
    np.testing.assert_array_equal(get_normalisation("max")(jnp.zeros((2, 3))), 0)


def test_none_changes_nothing():
    weights = jnp.array([[1.0, -400.0]])
    np.testing.assert_array_equal(get_normalisation("none")(weights), weights)


def test_an_unknown_name_is_refused():
    with pytest.raises(HebbaxError, match="unknown normalisation 'maximum': did you mean 'max'"):
        get_normalisation("maximum")
