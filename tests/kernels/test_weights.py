"""What is done to a vector of weights, by hand and by count."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.kernels.weights import go_part_of_the_way, nudge, zero_share


def weights(size=60):
    return np.arange(1, size + 1, dtype=np.float32)


@pytest.mark.parametrize(("share", "count"), [(1.0, 60), (1 / 3, 20), (0.01, 1), (0.001, 0), (0.99, 59)])
def test_a_share_of_the_weights_is_zeroed_to_the_nearest_number(share, count):
    for key in range(20):
        changed = weights()
        zero_share(changed, share, 7, key)
        assert (changed == 0).sum() == count
        np.testing.assert_array_equal(changed[changed != 0], weights()[changed != 0])


def test_every_weight_is_as_likely_to_be_zeroed():
    counts = np.zeros(12)
    for key in range(4000):
        changed = weights(12)
        zero_share(changed, 0.25, 1, key)
        counts += changed == 0
    # 1,000 times each, with a standard deviation of sqrt(4000 * 0.25 * 0.75) = 27
    assert counts.sum() == 12_000
    assert np.abs(counts - 1000).max() < 4.5 * 27


def test_a_nudge_is_as_long_as_asked_and_of_a_random_direction():
    steps = []
    for key in range(2):
        changed = weights()
        nudge(changed, 0.01, 3, key)
        steps.append(changed.astype(np.float64) - weights())
    lengths = np.linalg.norm(steps, axis=1) / np.linalg.norm(weights())
    np.testing.assert_allclose(lengths, 0.01, rtol=1e-4)
    direction = np.asarray(jax.random.normal(jax.random.wrap_key_data(jnp.array([3, 1], jnp.uint32)), (60,)))
    np.testing.assert_allclose(steps[1] / np.linalg.norm(steps[1]), direction / np.linalg.norm(direction), atol=1e-4)
    assert abs(steps[0] @ steps[1]) < 0.5 * np.linalg.norm(steps[0]) * np.linalg.norm(steps[1])


def test_a_nudge_of_zero_weights_is_none():
    changed = np.zeros(4, np.float32)
    nudge(changed, 0.01, 3, 1)
    np.testing.assert_array_equal(changed, 0)


def test_part_of_the_way():
    before, after = np.array([1.0, 2.0, -4.0], np.float32), np.array([2.0, 2.0, 4.0], np.float32)
    assert go_part_of_the_way(before, after, np.float32(0.25))
    np.testing.assert_array_equal(after, [1.25, 2.0, -2.0])


@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e8])
def test_part_of_the_way_out_of_bounds_says_so(bad):
    after = np.array([0.0, bad], np.float32)
    assert not go_part_of_the_way(np.zeros(2, np.float32), after, np.float32(0.5))
