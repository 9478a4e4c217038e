"""What lives are worth: by hand, and where genomes had different numbers of them."""

import numpy as np
import pytest

from hebbax.evolution.fitness import fitness_of
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


@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf, 1e308, -1e308])
def test_what_is_no_return_of_a_life_ranks_below_all_others(lost):
    """An engine of somebody's own may say that such a life has reached its end."""
    fitness = fitness_of(lives_of([5.0, lost, -3.0, 2.0], [False] * 4), 1)
    assert np.isfinite(fitness).all()
    assert fitness.argmin() == 1
    np.testing.assert_array_equal(fitness[[0, 2, 3]], [5.0, -3.0, 2.0])


@pytest.mark.parametrize("worst", [-1e7, 1e7, -1e19])
def test_a_life_that_is_lost_ranks_below_all_others_in_float32_too(worst):
    fitness = fitness_of(lives_of([worst, 2 * abs(worst), worst, 1.0], [False, False, False, True]), 2)
    assert np.float32(fitness[1]) < np.float32(fitness[0])


def test_genomes_can_have_different_numbers_of_lives():
    fitness = fitness_of(lives_of([1.0, 3.0, -5.0, 7.0, 8.0, 9.0], [False] * 6), np.array([2, 1, 3]))
    np.testing.assert_array_equal(fitness, [2.0, -5.0, 8.0])


def test_a_fitness_is_the_same_to_the_bit_whether_others_had_as_many_lives_or_not():
    returns = np.random.default_rng(0).normal(size=(4, 19))
    whole = fitness_of(lives_of(returns.ravel(), [False] * 76), 19)
    fewer = np.concatenate([returns[0], returns[1, :3], returns[2], returns[3]])
    np.testing.assert_array_equal(
        fitness_of(lives_of(fewer, [False] * 60), np.array([19, 3, 19, 19]))[[0, 2, 3]], whole[[0, 2, 3]]
    )


def test_what_diverged_in_few_lives_is_below_all_the_same():
    fitness = fitness_of(lives_of([1.0, 9.0, -5.0, 7.0], [False, True, False, False]), np.array([1, 2, 1]))
    np.testing.assert_array_equal(fitness, [1.0, -5.5, 7.0])  # -5 is the worst mean, and half of the lives diverged


def test_fitness_over_variants_of_damage():
    """Two genomes with six lives under three variants in turn: mean returns under each are 2, 4, 9 and 5, 5, 5."""
    returns = np.array([1.0, 3.0, 8.0, 3.0, 5.0, 10.0, 5.0, 4.0, 6.0, 5.0, 6.0, 4.0])
    lives = lives_of(returns, [False] * 12)
    np.testing.assert_allclose(fitness_of(lives, 6, 3), [5.0, 5.0])
    np.testing.assert_allclose(fitness_of(lives, 6, 3, "minimum"), [2.0, 5.0])
    np.testing.assert_allclose(fitness_of(lives, 6, 3, 1.0), [5.0 - np.std([2.0, 4.0, 9.0]), 5.0])
    np.testing.assert_array_equal(fitness_of(lives, 6, 3, 0.0), fitness_of(lives, 6))
