import jax
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbax.compiling import noise

seeds = st.integers(0, 2**32 - 1)
F = np.float32


def key_of(seed):
    key = jax.random.key(seed)
    return key, np.asarray(jax.random.key_data(key))


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_bits_and_uniform_numbers_are_jaxs(seed):
    key, (key0, key1) = key_of(seed)
    ours = [noise.bits(key0, key1, index) for index in range(16)]
    np.testing.assert_array_equal(ours, jax.random.bits(key, (16,)))
    ours = [noise.uniform(key0, key1, index, F(-0.1), F(0.1)) for index in range(16)]
    # XLA may fuse the multiplication with the addition, which moves the last bit.
    np.testing.assert_allclose(ours, jax.random.uniform(key, (16,), minval=-0.1, maxval=0.1), atol=1e-8, rtol=0)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_normal_numbers_are_jaxs_to_rounding(seed):
    key, (key0, key1) = key_of(seed)
    ours = [noise.normal(key0, key1, index) for index in range(64)]
    np.testing.assert_allclose(ours, jax.random.normal(key, (64,)), atol=2e-6, rtol=2e-6)


@settings(max_examples=25, deadline=None)
@given(seeds, seeds)
def test_folding_is_jaxs(seed, number):
    key, (key0, key1) = key_of(seed)
    expected = jax.random.key_data(jax.random.fold_in(key, number))
    np.testing.assert_array_equal(noise.fold_in(key0, key1, number), expected)


def test_noise_of_a_tick_is_jaxs_stream_folded_with_the_tick():
    key, (key0, key1) = key_of(9)
    expected = jax.random.uniform(jax.random.fold_in(key, 7), (3,))
    ours = [noise.noise(key0, key1, 7, index) for index in range(3)]
    np.testing.assert_allclose(ours, expected, atol=1e-7)


def test_normal_numbers_have_a_normal_distribution():
    _, (key0, key1) = key_of(1)
    sample = np.array([noise.normal(key0, key1, index) for index in range(20000)], np.float64)
    # Standard errors: 0.007 of the mean, 0.005 of the deviation, 0.035 of the kurtosis.
    assert abs(sample.mean()) < 0.03
    assert abs(sample.std() - 1) < 0.02
    assert abs((sample**4).mean() - 3) < 0.15
