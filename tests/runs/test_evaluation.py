"""The interval of the mean over few lives, against tabulated quantiles of Student's t."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.runs.evaluation import mean_interval


@pytest.mark.parametrize(("lives", "quantile"), [(2, 12.7062), (3, 4.3027), (10, 2.2622), (100, 1.9842)])
def test_the_interval_is_as_wide_as_few_lives_make_it(lives, quantile):
    values = np.random.default_rng(lives).normal(5, 2, lives)

    interval = mean_interval(values)

    half = quantile * values.std(ddof=1) / np.sqrt(lives)
    assert interval == pytest.approx((values.mean() - half, values.mean() + half), rel=1e-4)


@pytest.mark.parametrize("lives", [0, 1])
def test_fewer_than_two_lives_have_none(lives):
    assert mean_interval(np.ones(lives)) is None
