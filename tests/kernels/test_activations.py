import numpy as np
import pytest

from hebbax.kernels.activations import COMPILED_ACTIVATIONS
from hebbax.networks.activations import ACTIVATIONS

GRID = np.concatenate([np.linspace(-12, 12, 20001), np.linspace(-1e-3, 1e-3, 1001), [-1e30, 1e30]]).astype(np.float32)


@pytest.mark.parametrize("name", COMPILED_ACTIVATIONS)
def test_compiled_equals_jax(name):
    ours = np.array([COMPILED_ACTIVATIONS[name](x) for x in GRID])
    # Four units in the last place of one: float32 rounding through a nine-term rational function.
    np.testing.assert_allclose(ours, ACTIVATIONS[name](GRID), atol=5e-7, rtol=1e-6)


@pytest.mark.parametrize("name", COMPILED_ACTIVATIONS)
def test_nan_is_never_hidden(name):
    assert np.isnan(COMPILED_ACTIVATIONS[name](np.float32(np.nan)))


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_bounded_activations_stay_in_their_bounds(name):
    values = np.array([COMPILED_ACTIVATIONS[name](x) for x in GRID])
    assert values.max() <= 1
    assert values.min() >= (-1 if name == "tanh" else 0)


def test_every_reference_activation_is_compiled():
    assert set(COMPILED_ACTIVATIONS) == set(ACTIVATIONS)
