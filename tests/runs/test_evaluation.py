"""The interval of the mean over few lives, against tabulated quantiles of Student's t."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from hebbax.evolution.statistics import ObservationStatistics
from hebbax.evolution.summary import summary_of
from hebbax.runs.evaluation import Evaluation, evaluate_controller, mean_interval
from hebbax.types import END_DIVERGED, END_REACHED, Lives


@pytest.mark.parametrize(("lives", "quantile"), [(2, 12.7062), (3, 4.3027), (10, 2.2622), (100, 1.9842)])
def test_the_interval_is_as_wide_as_few_lives_make_it(lives, quantile):
    values = np.random.default_rng(lives).normal(5, 2, lives)

    interval = mean_interval(values)

    half = quantile * values.std(ddof=1) / np.sqrt(lives)
    assert interval == pytest.approx((values.mean() - half, values.mean() + half), rel=1e-4)


@pytest.mark.parametrize("lives", [0, 1])
def test_fewer_than_two_lives_have_none(lives):
    assert mean_interval(np.ones(lives)) is None


def lives_of(terms: np.ndarray | None) -> Lives:
    """Return three lives that earned 3, 5 and 1, of which the last diverged."""
    ends = np.array([END_REACHED, END_REACHED, END_DIVERGED])
    returns, ones, none = np.array([3.0, 5.0, 1.0]), np.ones(3), np.zeros((3, 2))
    return Lives(returns, ones, ends, ones, ones, ones, none, none, terms)


def test_the_mean_of_each_term_leaves_out_what_diverged():
    lives, names = lives_of(np.array([[4.0, -1.0], [8.0, -3.0], [np.nan, 1.0]])), ("forward", "control")
    expected = {"forward": 6.0, "control": -2.0}
    assert Evaluation("task", "policy", "best", 1, "end", lives, names).to_json()["reward_terms"] == expected
    assert summary_of(lives, names)["reward_terms"] == expected


def test_of_a_single_term_the_sums_are_the_returns():
    assert summary_of(lives_of(None))["reward_terms"] == {"reward": 4.0}


def test_sizes_are_those_of_the_policy_and_null_of_a_policy_of_ones_own(swimmer, han_e):
    def sizes_with(policy):
        engine = SimpleNamespace(task=swimmer, policy=policy, evaluate=lambda *_, **__: lives_of(np.ones((3, 2))))
        controller = SimpleNamespace(genome=np.zeros(800), statistics=ObservationStatistics.empty(8))
        values = evaluate_controller(engine, controller, genome="best", lifetimes=3).to_json()
        return values["evolved_numbers"], values["weights"], values["plastic_state"]

    assert sizes_with(han_e) == (800, 160, 160)
    assert sizes_with(SimpleNamespace(name="mine")) == (None, None, None)
