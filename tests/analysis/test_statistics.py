"""Statistics over seeds, worked out by hand and against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hebbax.analysis.statistics import (
    bootstrap_interval,
    interquartile_mean,
    mean,
    median_interval,
    probability_of_improvement,
    resting_on,
)
from hebbax.errors import HebbaxError
from hebbax.keys import root_key

KEY = root_key(0)
FINITE = st.floats(-1e6, 1e6)
GROUP = st.lists(FINITE, min_size=1, max_size=12).map(np.array)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # Eight runs: two at either end are left out; (3 + 4 + 5 + 6) / 4.
        ([8, 1, 7, 2, 6, 3, 5, 4], 4.5),
        # Five runs: a quarter is 1.25, so one at either end; (10 + 20 + 30) / 3. The outlier has no part.
        ([1000, 10, 20, 30, -1000], 20),
        # Three runs: a quarter is less than one, so none.
        ([1, 2, 6], 3),
        ([7], 7),
    ],
)
def test_the_middle_half(values, expected):
    assert interquartile_mean(np.array(values, float)) == pytest.approx(expected)


@given(GROUP)
def test_the_interquartile_mean_is_the_mean_trimmed_by_a_quarter(values):
    assert interquartile_mean(values) == pytest.approx(stats.trim_mean(values, 0.25), abs=1e-6)


def test_rows_are_taken_one_by_one():
    values = np.array([[1.0, 2.0, 3.0, 100.0], [5.0, 5.0, 6.0, 6.0]])

    np.testing.assert_allclose(interquartile_mean(values), [2.5, 5.5])
    np.testing.assert_allclose(mean(values), [26.5, 5.5])
    np.testing.assert_allclose(probability_of_improvement(values, np.array([[2.0], [0.0]])), [(0 + 0.5 + 1 + 1) / 4, 1])


def test_a_pair_counts_one_a_tie_a_half():
    # 3 beats 2 and 1; 1 loses to 2 and ties with 1: 2.5 of 4 pairs.
    assert probability_of_improvement(np.array([3.0, 1.0]), np.array([2.0, 1.0])) == 0.625


@given(GROUP, GROUP)
def test_the_probability_of_improvement_is_mann_whitneys_u(better, worse):
    expected = stats.mannwhitneyu(better, worse, method="asymptotic").statistic / (len(better) * len(worse))

    assert probability_of_improvement(better, worse) == pytest.approx(expected)
    assert probability_of_improvement(worse, better) == pytest.approx(1 - expected)


def test_the_interval_of_a_rare_success_is_the_binomials():
    """One success in five: a resampled mean is Binomial(5, 0.2) / 5.

    P(0) = 0.328, so the 2.5 % quantile is 0. P(at most 2) = 0.942 and P(at most 3) = 0.993, so the 97.5 % one is 3/5.
    """
    assert bootstrap_interval(mean, np.array([0.0, 0, 1, 0, 0]), key=KEY) == pytest.approx((0.0, 0.6))


def test_of_many_runs_the_interval_is_the_normal_one():
    values = np.random.default_rng(0).normal(3, 2, 400)
    low, high = bootstrap_interval(mean, values, key=KEY)

    half = 1.96 * values.std() / 20
    # A quantile of 10,000 resamplings has itself an error of about 2 % of this width.
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.1 * half)


def test_each_group_is_resampled_for_itself():
    """Two constant groups always differ by the same; resampled together they would not."""

    def difference(first, second):
        return first.mean(axis=-1) - second.mean(axis=-1)

    assert bootstrap_interval(difference, np.full(5, 7.0), np.full(3, 4.0), key=KEY) == (3.0, 3.0)


def test_groups_alike_are_not_resampled_alike():
    """With the same indices for both, the difference would always be 0."""
    values = np.arange(8.0)
    low, high = bootstrap_interval(lambda a, b: a.mean(axis=-1) - b.mean(axis=-1), values, values, key=KEY)

    assert low < -1 < 1 < high


def test_the_key_decides():
    values = np.random.default_rng(1).normal(size=7)

    assert bootstrap_interval(mean, values, key=KEY) == bootstrap_interval(mean, values, key=KEY)
    assert bootstrap_interval(mean, values, key=KEY) != bootstrap_interval(mean, values, key=root_key(1))


def test_a_group_without_a_run():
    with pytest.raises(HebbaxError, match="cannot resample a group without a run: give at least one"):
        bootstrap_interval(mean, np.array([]), key=KEY)


@pytest.mark.parametrize(
    ("count", "interval", "coverage"),
    [
        # The k-th lowest and k-th highest of n values miss the true median when fewer than k of them lie on one side of
        # it, as fewer than k of n coins show heads: 2 * P(heads < k).
        (1, [1, 1], 0.0),
        (2, [1, 2], 1 - 2 * 1 / 4),
        (5, [1, 5], 1 - 2 * 1 / 32),  # 0.94: lowest and highest are the most there is
        (6, [1, 6], 1 - 2 * 1 / 64),  # 0.97
        (9, [2, 8], 1 - 2 * (1 + 9) / 512),  # 0.961; [3, 7] would cover 0.820
        (15, [4, 12], 1 - 2 * (1 + 15 + 105 + 455) / 32768),  # 0.965
    ],
)
def test_interval_of_the_median(count, interval, coverage):
    values = [*range(2, count + 1), 1][:count] if count > 1 else [1]

    low, high, covered = median_interval(values)

    assert [low, high] == interval
    assert covered == pytest.approx(coverage)


def test_no_values_have_no_median():
    with pytest.raises(HebbaxError, match="no values"):
        median_interval([])


@pytest.mark.parametrize(
    ("lives", "told"),
    [
        ((20,), "95 % intervals rest on 20 lives."),
        ((20, 1000), "95 % intervals rest on 20 to 1,000 lives."),
        ((19, 19), "95 % intervals rest on 19 lives; from fewer than 20 they are rough."),
        ((8, 20), "95 % intervals rest on 8 to 20 lives; from fewer than 20 they are rough."),
        ((1,), "95 % intervals rest on 1 life; from fewer than 20 they are rough."),
    ],
)
def test_few_lives_are_said_to_be_few(lives, told):
    assert resting_on(*lives) == told
