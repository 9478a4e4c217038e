"""Lives that come back to an attractor, and lives that only seem to."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.basin import measure_basin
from hebbax.errors import HebbaxError

AXES = np.linalg.qr(np.random.default_rng(0).normal(size=(80, 3)))[0].T


def as_weights(latent: np.ndarray, noise: float = 0.01, seed: int = 1) -> np.ndarray:
    return latent @ AXES + 0.3 + noise * np.random.default_rng(seed).normal(size=(len(latent), 80))


def cycle(ticks: int, phase: float = 0.0, radius: float = 1.0) -> np.ndarray:
    angle = 2 * np.pi * np.arange(ticks) / 21.7 + phase
    return radius * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)


def from_afar(latent: np.ndarray, decay: float = 0.95) -> np.ndarray:
    """Return the motion with a way to it that begins 5 away."""
    return latent + 5 * decay ** np.arange(len(latent))[:, None] * np.array([0.0, 0, 1])


def test_the_same_cycle_at_another_phase_is_the_same():
    """5 · 0.95^t falls below the limit of a tenth of the size at t = 77."""
    basin = measure_basin(as_weights(cycle(400)), [as_weights(from_afar(cycle(600, 2.0)), seed=2)])
    (found,) = basin.returns

    assert found.came_back
    assert basin.share == 1
    assert basin.ticks[0] == pytest.approx(77, abs=8)
    assert found.distances[0] == pytest.approx(5, rel=0.05)


@pytest.mark.parametrize("away", [0, 1, 3])
def test_a_short_absence_at_birth_counts(away):
    """A window has 8 ticks here: it would not see that fewer than 4 are off."""
    life = np.zeros((400, 3))
    life[:away] = 5
    (found,) = measure_basin(as_weights(np.zeros((200, 3))), [as_weights(life, seed=2)]).returns
    assert (found.came_back, found.ticks) == (True, away)


def test_what_the_caller_calls_alike_is_the_same():
    """Two resting places 0.3 apart are two, unless 0.5 counts as none."""
    here, there = as_weights(np.zeros((200, 3))), as_weights(np.tile([0.3, 0.0, 0.0], (200, 1)), seed=2)

    assert not measure_basin(here, [there]).returns[0].came_back
    found = measure_basin(here, [there], alike=0.5).returns[0]
    assert (found.came_back, found.ticks) == (True, 0)


@pytest.mark.parametrize(
    "other",
    [
        cycle(600, radius=1.4),
        cycle(600) + np.array([0.0, 0, 0.5]),
        0 * cycle(600) + np.array([1.0, 0, 0]),
        0 * cycle(600),
    ],
    ids=["larger", "beside", "a point on it", "its middle"],
)
def test_another_attractor_is_another(other):
    (found,) = measure_basin(as_weights(cycle(400)), [as_weights(from_afar(other))]).returns

    assert not found.came_back
    assert found.ticks is None


def test_a_point_on_a_cycle_is_not_the_cycle():
    point = as_weights(np.repeat(cycle(1), 600, axis=0))
    (found,) = measure_basin(as_weights(cycle(400)), [point]).returns

    assert found.off < 0.1
    assert found.missed > 0.5


def test_fixed_points_are_the_same_within_their_noise():
    """Weights of norm 0.3·√80 = 2.7: what is nearer than a twentieth of a tenth of that counts as there."""
    point = as_weights(np.zeros((300, 3)))
    basin = measure_basin(point, [as_weights(from_afar(np.zeros((400, 3)), 0.9), seed=seed) for seed in range(3, 6)])

    assert basin.share == 1
    assert basin.ticks == pytest.approx(np.full(3, 51), abs=15)
    elsewhere = as_weights(np.full((400, 3), 0.5))
    assert measure_basin(point, [elsewhere, point]).share == 0.5


def test_a_life_that_is_not_finite_does_not_come_back():
    life = as_weights(cycle(400))
    life[200:] = np.nan
    (found,) = measure_basin(as_weights(cycle(400)), [life]).returns
    assert (found.came_back, found.off) == (False, 1.0)


def test_wrong_input_is_named():
    attractor = as_weights(cycle(400))
    with pytest.raises(HebbaxError, match="no life"):
        measure_basin(attractor, [])
    with pytest.raises(HebbaxError, match="a life has 3 weights: expected 80"):
        measure_basin(attractor, [cycle(400)])
