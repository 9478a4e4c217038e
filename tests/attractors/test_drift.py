"""Structure, transients and drifts of motions made for it."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.drift import measure_drift
from hebbax.attractors.principal_components import find_structure
from hebbax.attractors.transient import nearest_distances, spacing, squared_distances, transient_end


def spread(latent: np.ndarray, weights: int = 100, noise: float = 0.0) -> np.ndarray:
    """Return a latent motion [ticks, dimensions] in so many weights, by orthonormal axes."""
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(weights, latent.shape[1])))[0].T
    return latent @ axes + noise * rng.normal(size=(len(latent), weights))


def circle(ticks: int, period: float = 23.0) -> np.ndarray:
    angle = 2 * np.pi * np.arange(ticks) / period
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def test_structure_is_what_stands_above_the_noise():
    """A circle of radius 1 has variance 1; noise of 0.1 in 100 weights as well."""
    found = find_structure(spread(circle(690), noise=0.1))

    assert found.scores.shape == (690, 2)
    assert found.noise == pytest.approx(0.01, rel=0.1)
    assert found.shared_variance == pytest.approx(1, rel=0.05)
    assert found.own_variance == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("shape", [(1000, 100), (300, 400), (60, 2000)])
def test_noise_alone_has_no_structure(shape):
    found = find_structure(np.random.default_rng(1).normal(size=shape))

    assert found.scores.shape[1] == 0
    assert found.shared_variance == 0
    assert found.own_variance == pytest.approx(shape[1], rel=0.05)


def test_few_weights_are_all_kept():
    found = find_structure(circle(100))
    assert (found.scores.shape[1], found.noise) == (2, 0)


def test_distances_by_hand():
    first, second = np.array([[0.0, 0], [10, 0]]), np.array([[3.0, 4], [10, 1]])

    np.testing.assert_allclose(squared_distances(first, second), [[25, 101], [65, 1]], atol=1e-9)
    np.testing.assert_allclose(nearest_distances(first, second), [5, 1])


def test_spacing_is_how_far_neighbours_are():
    """A line walked twice: the second half falls on the first."""
    line = np.tile(np.arange(50.0)[:, None], (2, 1))
    assert spacing(line) == 0
    assert spacing(line + np.repeat([0, 0.25], 50)[:, None]) == pytest.approx(0.25)


@pytest.mark.parametrize("away", [40, 100, 333])
def test_a_transient_ends_where_the_cycle_begins(away):
    """A straight way from 10 to the cycle, at any phase."""
    path = circle(1000)
    path[:away] += np.linspace(10, 0, away, endpoint=False)[:, None]
    end = transient_end(path, 0.01)

    assert away * 0.9 - 2 <= end <= away + 25


def test_a_motion_on_its_attractor_has_no_transient():
    assert transient_end(circle(500), 0.01) == 0


def test_a_transient_is_no_more_than_half():
    path = circle(1000)
    path[:700] += np.linspace(10, 0, 700, endpoint=False)[:, None]
    assert transient_end(path, 0.01) == 500


def test_straight_on_is_straight_and_a_random_walk_is_not():
    rng = np.random.default_rng(0)
    line, walk = spread(np.linspace(0, 1, 480)[:, None]), np.cumsum(rng.normal(size=(480, 200)), axis=0)

    straight = measure_drift(line, np.zeros((480, 0)), 0.0)
    assert straight.straightness == pytest.approx(1)
    assert straight.pace == pytest.approx(1)
    assert straight.distance == pytest.approx(9 / 12, rel=0.01)  # from the third block's middle to the twelfth's
    # In its two leading components it is a smooth arc.
    assert measure_drift(walk, find_structure(walk).scores, 0.0).straightness < 0.5


def test_noise_does_not_bend_a_straight_way():
    line = spread(np.linspace(0, 1, 1200)[:, None], noise=0.05)

    assert measure_drift(line, find_structure(line).scores, 0.05**2).straightness == pytest.approx(1, abs=0.15)
    assert measure_drift(line, find_structure(line).scores, 0.0).straightness < 0.8


def test_swings_grow_by_their_factor():
    """Ten blocks of 40 ticks after two that are left out; e^(0.01 t) grows by e^1.2 over three blocks."""
    swinging = np.exp(0.01 * np.arange(480))[:, None] * circle(480, 10)
    drift = measure_drift(swinging, swinging, 0.0)

    assert drift.trend == 1
    assert drift.growth == pytest.approx(np.exp(1.2), rel=0.02)


def test_a_way_that_ends_slows_down():
    settling = (1 - np.exp(-np.arange(480) / 100))[:, None]
    drift = measure_drift(settling, settling, 0.0)

    assert drift.straightness == pytest.approx(1)
    assert drift.pace == pytest.approx(np.exp(-2.4), rel=0.02)
