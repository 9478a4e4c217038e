"""The functions of the kinds that ship, by hand and by count."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.compiling.noise import normal, uniform
from hebbax.damage.events import KINDS
from hebbax.damage.kind import DamageNoise

NONE = np.zeros(0)


def weights(size=60):
    return np.arange(1.0, size + 1)


def apply(name, values, value, key0, key1):
    """Return values after a damage with the random numbers of a key."""
    places = range(len(values))
    uniforms = np.array([uniform(key0, key1, i, np.float32(-1), np.float32(1)) for i in places], np.float64)
    noise = DamageNoise(uniforms, np.array([normal(key0, key1, i) for i in places], np.float64), NONE)
    before = values.copy()
    changed, _ = KINDS[name].change(values, value, NONE, noise)
    np.testing.assert_array_equal(values, before, err_msg="it writes to nothing")
    return changed


@pytest.mark.parametrize(("share", "count"), [(1.0, 60), (1 / 3, 20), (0.01, 1), (0.001, 0), (0.99, 59)])
def test_a_share_of_the_weights_is_zeroed_to_the_nearest_number(share, count):
    for key in range(20):
        changed = apply("zero-weights", weights(), share, 7, key)
        assert (changed == 0).sum() == count
        np.testing.assert_array_equal(changed[changed != 0], weights()[changed != 0])


def test_every_weight_is_as_likely_to_be_zeroed():
    counts = np.zeros(12)
    for key in range(4000):
        changed = apply("zero-weights", weights(12), 0.25, 1, key)
        counts += changed == 0
    # 1,000 times each, with a standard deviation of sqrt(4000 * 0.25 * 0.75) = 27
    assert counts.sum() == 12_000
    assert np.abs(counts - 1000).max() < 4.5 * 27


def test_a_nudge_is_as_long_as_asked_and_of_a_random_direction():
    steps = []
    for key in range(2):
        steps.append(apply("nudge-weights", weights(), 0.01, 3, key) - weights())
    lengths = np.linalg.norm(steps, axis=1) / np.linalg.norm(weights())
    np.testing.assert_allclose(lengths, 0.01, rtol=1e-4)
    direction = np.asarray(jax.random.normal(jax.random.wrap_key_data(jnp.array([3, 1], jnp.uint32)), (60,)))
    np.testing.assert_allclose(steps[1] / np.linalg.norm(steps[1]), direction / np.linalg.norm(direction), atol=1e-4)
    assert abs(steps[0] @ steps[1]) < 0.5 * np.linalg.norm(steps[0]) * np.linalg.norm(steps[1])


def test_a_nudge_of_zero_weights_is_none():
    np.testing.assert_array_equal(apply("nudge-weights", np.zeros(4), 0.01, 3, 1), 0)


def test_every_kind_says_what_it_does():
    for kind in KINDS.values():
        assert len(kind.summary) > 10, kind.name
        assert kind.whole is not None or kind.worst is None, kind.name
        assert kind.unit or kind.value not in ("vector", "force"), kind.name


def test_a_leg_is_posed_action_by_action():
    pose = np.array([0.5, -1.0, 2.0])
    np.testing.assert_array_equal(apply("pose-leg", np.zeros(3), pose, 0, 0), pose)
    np.testing.assert_array_equal(apply("pose-leg", np.ones(7), pose, 0, 0), [0.5, -1, 2, 0.5, -1, 2, 0.5])
    np.testing.assert_array_equal(apply("pose-leg", np.ones(1), pose, 0, 0), [0.5])


def test_jitter_is_even_and_as_large_as_asked():
    """Uniform in ±0.4: mean 0, variance 0.4² / 3."""
    noise = np.concatenate([apply("jitter-observation", np.full(60, 2.0), 0.4, 5, key) for key in range(200)]) - 2.0
    assert np.abs(noise).max() <= 0.4
    assert np.abs(noise).max() > 0.399
    assert abs(noise.mean()) < 4.5 * 0.4 / np.sqrt(3 * noise.size)
    assert noise.var() == pytest.approx(0.4**2 / 3, rel=0.05)
    assert np.mean(noise > 0.2) == pytest.approx(0.25, abs=0.02)
