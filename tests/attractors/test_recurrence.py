"""Distances by hand, and the periods of motions whose period is known."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.recurrence import (
    autocorrelation,
    period_by_autocorrelation,
    period_by_return_map,
    self_distance,
    upsample,
)


def cycle(period: float, rows: int = 500, noise: float = 0.0) -> np.ndarray:
    """Return a cycle with two harmonics, [rows, 3]."""
    angle = 2 * np.pi * np.arange(rows) / period
    clean = np.stack([np.cos(angle), np.sin(angle) + 0.4 * np.sin(2 * angle), 0.3 * np.cos(2 * angle)], axis=1)
    return clean + noise * np.random.default_rng(0).normal(size=clean.shape)


def test_self_distances_by_hand():
    found = self_distance(np.array([[0.0, 0], [3, 4], [0, 8]]))

    np.testing.assert_allclose(found.distances, [[0, 5, 8], [5, 0, 5], [8, 5, 0]], atol=1e-6)
    assert found.ticks.tolist() == [0, 1, 2]


def test_self_distances_of_long_records_are_decimated():
    found = self_distance(np.arange(4001.0)[:, None])

    assert found.ticks.tolist() == list(range(0, 4001, 3))
    assert found.distances[0, 1] == pytest.approx(3)
    assert len(self_distance(np.zeros((2000, 1))).ticks) == 2000


def test_distances_far_from_zero_are_not_lost():
    rows = 1e6 + np.array([[0.0], [1e-3]])
    assert self_distance(rows).distances[0, 1] == pytest.approx(1e-3, rel=1e-3)


def test_autocorrelation_by_hand():
    """1, -1, 1, -1: at lag 1 three products of -1, at lag 2 two of 1."""
    np.testing.assert_allclose(autocorrelation(np.array([[1.0], [-1], [1], [-1]]), 2), [1, -1, 1], atol=1e-12)
    assert autocorrelation(np.ones((5, 1)), 2).tolist() == [0, 0, 0]


@pytest.mark.parametrize("period", [5.05, 8.0, 12.34, 31.7])
def test_both_ways_find_the_period(period):
    correlated, back = period_by_autocorrelation(cycle(period)), period_by_return_map(cycle(period))

    assert correlated is not None
    assert back is not None
    assert correlated.period == pytest.approx(period, rel=0.02)
    assert back.period == pytest.approx(period, rel=0.002)
    assert back.closeness < 0.03


def test_noise_makes_no_crossings():
    back = period_by_return_map(cycle(31.7, noise=0.1), noise=0.01)
    assert back is not None
    assert back.period == pytest.approx(31.7, rel=0.01)
    assert back.closeness < 0.1


def test_a_doubled_period_is_seen():
    """Every other turn is larger."""
    angle = 2 * np.pi * np.arange(600) / 15.3
    turns = (1 + 0.3 * np.cos(angle / 2))[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    back = period_by_return_map(turns)

    assert back is not None
    assert back.period == pytest.approx(2 * 15.3, rel=0.01)
    assert back.closeness < 0.05


def test_a_torus_near_a_resonance_does_not_close():
    """Each crossing is near the one before, but they go all round."""
    slow, fast = (2 * np.pi * np.arange(1000) / period for period in (20, 9.8))
    torus = np.stack([np.cos(slow), np.sin(slow), 0.6 * np.cos(fast), 0.6 * np.sin(fast)], axis=1)
    back = period_by_return_map(torus)

    assert back is not None
    assert back.closeness > 0.3


def test_a_motion_without_return_has_no_period():
    assert period_by_return_map(np.arange(100.0)[:, None]) is None
    assert period_by_autocorrelation(np.zeros((100, 1))) is None


def test_interpolation_keeps_what_it_is_between():
    rows = cycle(7.3)
    np.testing.assert_allclose(upsample(rows)[::8], rows[25:-25], atol=1e-9)
    angle = 2 * np.pi * (np.arange(25 * 8, 475 * 8) / 8) / 7.3
    np.testing.assert_allclose(upsample(rows)[:, 0], np.cos(angle), atol=0.03)
