import numpy as np

from hebbax.evolution.search import fitness_of
from hebbax.types import END_DIVERGED, Lives


def lives_of(returns, diverged):
    ends = np.where(diverged, END_DIVERGED, 0)
    n = len(returns)
    none = np.zeros(n, int)
    return Lives(np.array(returns), np.ones(n, int), ends, none, none, np.ones(n), np.zeros((n, 1)), np.zeros((n, 1)))


def test_fitness_is_the_mean_over_lifetimes():
    fitness = fitness_of(lives_of([1.0, 3.0, -5.0, 7.0], [False] * 4), 2)
    np.testing.assert_array_equal(fitness, [2.0, 1.0])


def test_a_diverged_life_ranks_below_all_others_however_much_it_had_earned():
    fitness = fitness_of(lives_of([5.0, 1e9, -3.0, 2.0], [False, True, False, False]), 1)
    assert fitness.argmin() == 1
    np.testing.assert_array_equal(fitness[[0, 2, 3]], [5.0, -3.0, 2.0])


def test_more_diverged_lives_rank_lower():
    fitness = fitness_of(lives_of([1.0, 1.0, 1.0, 1.0, 1.0, 1.0], [False, False, True, False, True, True]), 2)
    assert fitness[0] > fitness[1] > fitness[2]


def test_all_diverged_is_still_finite():
    assert np.isfinite(fitness_of(lives_of([np.nan, 1.0], [True, True]), 1)).all()
