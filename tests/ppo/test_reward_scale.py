from __future__ import annotations

import numpy as np

from hebbax.ppo.reward_scale import RewardScale


def test_rewards_are_divided_by_the_deviation_of_the_discounted_return():
    """Two places, γ = 0.5: returns 1, 3, then 0.5 + 1 and 1.5 + 3; their variance by hand, over all four."""
    scale = RewardScale(2, 0.5)
    scale.count = 0.0  # without the little that a fresh one begins with
    scale.scaled(np.array([1.0, 3.0]), np.zeros(2, bool))
    scaled = scale.scaled(np.array([1.0, 3.0]), np.array([False, True]))
    deviation = np.std([1.0, 3.0, 1.5, 4.5])
    np.testing.assert_allclose(scaled, np.array([1.0, 3.0]) / deviation, rtol=1e-6)
    assert scale.discounted.tolist() == [1.5, 0.0]  # the second life has ended


def test_a_scale_goes_on_from_where_it_was():
    one, other = RewardScale(3, 0.9), RewardScale(3, 0.9)
    rewards = np.random.default_rng(0).normal(size=(6, 3))
    for row in rewards[:3]:
        one.scaled(row, row > 1)
    other.unpack(one.pack())
    for row in rewards[3:]:
        assert np.array_equal(one.scaled(row, row > 1), other.scaled(row, row > 1))


def test_large_rewards_are_cut_off():
    assert RewardScale(1, 0.9).scaled(np.array([1e9]), np.zeros(1, bool)).max() <= 10.0
