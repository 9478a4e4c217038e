"""A population that is made from its key: pairs about a mean, the same on any number of threads."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from hebbax.engines.members import SomeMembers, some_of
from hebbax.evolution.population import MirroredPopulation
from hebbax.keys import root_key

SIZE, MEMBERS, SIGMA = 9_001, 10, 0.3
MEAN = np.linspace(-1, 1, SIZE).astype(np.float32)


def population(threads: int = 2) -> MirroredPopulation:
    return MirroredPopulation(root_key(1), MEAN, SIGMA, MEMBERS, threads)


def test_members_are_pairs_about_the_mean() -> None:
    noise = np.asarray(jax.random.normal(root_key(1), (MEMBERS // 2, SIZE)))
    expected = MEAN + np.float32(SIGMA) * np.concatenate([noise, -noise])
    made = population()
    assert (len(made), made.shape) == (MEMBERS, expected.shape)
    np.testing.assert_allclose(np.asarray(made), expected, rtol=5e-7, atol=2e-7)
    np.testing.assert_array_equal(made[np.array([3, 7, 3])], np.asarray(made)[[3, 7, 3]])
    assert not made[0].flags.writeable


def test_sums_are_those_over_the_genomes_on_any_number_of_threads() -> None:
    weights = np.random.default_rng(2).normal(size=MEMBERS).astype(np.float32)
    genomes = np.asarray(population(), np.float64)
    expected = weights.astype(np.float64) @ ((genomes - MEAN) / SIGMA)
    one, other, many = (population(threads).weighted_noise(weights) for threads in (1, 2, 7))
    np.testing.assert_allclose(one, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(one, many)


def test_mean_squares_are_those_of_the_genomes_whoever_has_lived() -> None:
    squares = np.mean(np.asarray(population(), np.float64) ** 2, axis=1)
    for lived in ((), (0, 9), range(MEMBERS)):
        made = population()
        for member in lived:
            made.genome(member)
        np.testing.assert_allclose(made.mean_squares, squares, rtol=1e-12)
        np.testing.assert_array_equal(made.mean_squares, population(1).mean_squares)


def test_some_members_keep_their_genomes() -> None:
    some = some_of(population(), np.array([4, 0, 9]))
    assert isinstance(some, SomeMembers)
    assert some.shape == (3, SIZE)
    np.testing.assert_array_equal(np.asarray(some), np.asarray(population())[[4, 0, 9]])
    np.testing.assert_array_equal(some_of(np.eye(3), np.array([2])), [[0.0, 0.0, 1.0]])


@pytest.mark.parametrize("member", [0, 4, 5, 9])
def test_a_genome_is_the_same_however_often_it_is_made(member: int) -> None:
    made = population()
    np.testing.assert_array_equal(made.genome(member), made[member])
    np.testing.assert_array_equal(made.genome(member), population()[np.array([member])][0])
