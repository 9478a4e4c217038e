"""Exponents that are known: linear maps by their spectral radius, Lorenz's system by its literature value."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.lyapunov import lyapunov_of_map, lyapunov_of_pairs, pair_distances
from hebbax.attractors.validation.known_motions import lorenz_flow
from hebbax.errors import HebbaxError

LORENZ = 0.9056
"""1 / time, at σ = 10, ρ = 28, β = 8/3 (Sprott: Chaos and Time-Series Analysis, 2003)."""

STEP = 0.02


def lorenz(state: np.ndarray) -> np.ndarray:
    k1 = lorenz_flow(state)
    k2 = lorenz_flow(state + STEP / 2 * k1)
    k3 = lorenz_flow(state + STEP / 2 * k2)
    k4 = lorenz_flow(state + STEP * k3)
    return state + STEP / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def linear_map(radius: float, angle: float, size: int = 6) -> np.ndarray:
    """Return a matrix with the eigenvalues radius · e^{±i angle} and others of at most half that size."""
    rng = np.random.default_rng(0)
    blocks = 0.5 * radius * np.diag(rng.uniform(-1, 1, size))
    blocks[:2, :2] = radius * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    basis = rng.normal(size=(size, size))
    return basis @ blocks @ np.linalg.inv(basis)


@pytest.mark.parametrize("radius", [0.9, 0.98, 1.01])
@pytest.mark.parametrize("angle", [0.0, 0.7])
def test_a_linear_map_has_the_logarithm_of_its_spectral_radius(radius, angle):
    matrix = linear_map(radius, angle)
    found = lyapunov_of_map(lambda state: matrix @ state, np.ones(6), np.random.default_rng(1), ticks=1000, discard=100)

    assert found.exponent == pytest.approx(np.log(radius), rel=0.1)
    assert found.chaotic == (radius > 1)
    assert found.per_second(0.05) == pytest.approx(found.exponent / 0.05)


def test_a_rotation_keeps_its_distances():
    matrix = linear_map(1.0, 0.7)
    found = lyapunov_of_map(lambda state: matrix @ state, np.ones(6), np.random.default_rng(1), ticks=1000)
    assert abs(found.exponent) < 1e-3


def test_lorenz_system_parts_as_the_literature_says():
    found = lyapunov_of_map(lorenz, np.array([1.0, 1, 20]), np.random.default_rng(0), ticks=20_000)

    assert found.per_second(STEP) == pytest.approx(LORENZ, rel=0.1)
    assert found.standard_error < 0.1 * found.exponent
    assert found.chaotic


def test_states_that_become_equal_have_no_finite_exponent():
    found = lyapunov_of_map(lambda state: 0 * state, np.ones(2), np.random.default_rng(0))
    assert found.exponent == -np.inf
    assert not found.chaotic


def test_a_state_that_overflows_is_an_error():
    with pytest.raises(HebbaxError, match="not finite"), np.errstate(over="ignore", invalid="ignore"):
        lyapunov_of_map(lambda state: state**3, np.full(2, 10.0), np.random.default_rng(0))


def test_distances_by_hand():
    first = np.zeros((1, 2, 2))
    assert pair_distances(first, np.array([[[3.0, 4], [0, 1]]])).tolist() == [[5, 1]]


def pairs(step, starts: np.ndarray, ticks: int, apart: float) -> tuple[np.ndarray, np.ndarray]:
    """Return paired runs [pairs, ticks, dimensions] from starts [pairs, dimensions]."""
    away = np.random.default_rng(5).normal(size=starts.shape)
    away *= apart / np.linalg.norm(away, axis=1, keepdims=True)
    runs = []
    for begin in (starts, starts + away):
        states = [begin.T]
        for _ in range(ticks - 1):
            states.append(step(states[-1]))
        runs.append(np.array(states).transpose(2, 0, 1))
    return runs[0], runs[1]


@pytest.mark.parametrize("radius", [0.9, 0.98, 1.02])
def test_pairs_of_a_linear_map(radius):
    matrix, rng = linear_map(radius, 0.7), np.random.default_rng(2)
    first, second = pairs(lambda state: matrix @ state, rng.normal(size=(8, 6)), 150, 1e-7)
    offset = 10 * rng.normal(size=6)
    found = lyapunov_of_pairs(first + offset, second + offset, skip=10)

    assert found.exponent == pytest.approx(np.log(radius), rel=0.1)


def test_pairs_of_lorenz_system():
    starts = np.array([1.0, 1, 20]) + np.random.default_rng(3).uniform(-5, 5, (100, 3))
    for _ in range(200):
        starts = lorenz(starts.T).T
    first, second = pairs(lorenz, starts, 1200, 1e-8)
    found = lyapunov_of_pairs(first, second, skip=50)

    assert found.per_second(STEP) == pytest.approx(LORENZ, rel=0.1)
    assert found.chaotic


def test_pairs_in_single_precision_stop_at_their_rounding():
    """Distances fall by a tenth a tick until they are lost in the rounding of weights near 1."""
    matrix = linear_map(0.9, 0.7)
    first, second = pairs(lambda state: matrix @ state, np.zeros((6, 6)), 300, 0.01)
    found = lyapunov_of_pairs((1 + first).astype(np.float32), (1 + second).astype(np.float32), skip=10)

    assert found.exponent == pytest.approx(np.log(0.9), rel=0.1)
    assert found.ticks < 6 * 150


def test_pairs_that_are_equal_or_too_far_are_an_error():
    rows = np.random.default_rng(0).normal(size=(2, 20, 3))
    with pytest.raises(HebbaxError, match="linear range"):
        lyapunov_of_pairs(rows, rows)
    with pytest.raises(HebbaxError, match="linear range"):
        lyapunov_of_pairs(rows, rows + 10)
    with pytest.raises(HebbaxError, match=r"expected floats \[pairs, ticks, weights\] twice"):
        lyapunov_of_pairs(rows, rows[:1])
