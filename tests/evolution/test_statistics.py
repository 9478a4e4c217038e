import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbax.evolution.statistics import ObservationStatistics
from hebbax.types import END_DIVERGED, Lives


def lives_of(samples, diverged=()):
    """Return lives that saw these observations, each [ticks, observations]."""
    count = len(samples)
    ends = np.zeros(count, np.int64)
    ends[list(diverged)] = END_DIVERGED
    means = np.array([s.mean(axis=0) for s in samples])
    m2 = np.array([((s - s.mean(axis=0)) ** 2).sum(axis=0) for s in samples])
    lengths = np.array([len(s) for s in samples])
    none = np.zeros(count, int)
    return Lives(np.zeros(count), lengths, ends, none, none, lengths.astype(float), means, m2)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(0, 2**31), st.integers(1, 4))
def test_merging_equals_the_statistics_of_all_observations(lengths, seed, generations):
    rng = np.random.default_rng(seed)
    statistics, everything = ObservationStatistics.empty(3), []
    for _ in range(generations):
        samples = [rng.normal(100, 5, (n, 3)) for n in lengths]
        statistics = statistics.merge(lives_of(samples))
        everything += samples
    all_of = np.concatenate(everything)
    assert statistics.count == len(all_of)
    np.testing.assert_allclose(statistics.mean, all_of.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(statistics.m2, ((all_of - all_of.mean(axis=0)) ** 2).sum(axis=0), rtol=1e-9, atol=1e-9)


def test_a_diverged_life_is_left_out_whole():
    good, bad = np.array([[1.0], [3.0]]), np.array([[np.inf], [np.nan]])
    statistics = ObservationStatistics.empty(1).merge(lives_of([good, bad], diverged=[1]))
    assert (statistics.count, statistics.mean[0], statistics.m2[0]) == (2, 2.0, 2.0)


def test_nothing_seen_normalises_nothing():
    empty = ObservationStatistics.empty(2)
    assert empty.normaliser().scale.tolist() == [1, 1]
    all_bad = empty.merge(lives_of([np.full((2, 2), np.nan)], diverged=[0]))
    assert all_bad.count == 0


def test_the_normaliser_standardises():
    samples = np.random.default_rng(0).normal([10, -3], [4, 0.5], (5000, 2))
    normaliser = ObservationStatistics.empty(2).merge(lives_of([samples])).normaliser()
    normal = (samples - normaliser.mean) * normaliser.scale
    np.testing.assert_allclose(normal.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(normal.std(axis=0), 1, rtol=1e-9)


def test_a_constant_observation_is_only_centred():
    normaliser = ObservationStatistics.empty(1).merge(lives_of([np.full((9, 1), 7.0)])).normaliser()
    assert normaliser.mean[0] == 7
    assert normaliser.scale[0] == pytest.approx(1e3)
