"""Exponents that are known: linear maps by their spectral radius, Lorenz's system by its literature value.

Of lives and their twins: where twins begin, what grows and shrinks as known, and what cannot be measured.
"""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.lyapunov import (
    NUDGE,
    Lyapunov,
    Pairs,
    exponent_of,
    lyapunov_of_map,
    lyapunov_of_pairs,
    onsets,
    pair_distances,
    pairs_of,
    pool_exponents,
)
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


TICKS, WEIGHTS = 800, 30


def life_and_twins(rate: float) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return a life on a cycle, and twins whose difference is multiplied by e^rate at every tick from its onset on."""
    rng = np.random.default_rng(0)
    phase = 2 * np.pi * np.arange(TICKS)[:, None] / 37
    life = (np.cos(phase) * rng.standard_normal(WEIGHTS) + np.sin(phase) * rng.standard_normal(WEIGHTS)).astype("f4")
    direction = rng.standard_normal(WEIGHTS)
    direction *= NUDGE * np.linalg.norm(life[0]) / np.linalg.norm(direction)
    twins = []
    for onset in onsets(TICKS):
        grown = np.exp(np.clip(rate * (np.arange(TICKS) - onset), -60, 60))[:, None] * direction
        twins.append(np.where(np.arange(TICKS)[:, None] < onset, life, life + grown).astype("f4"))
    return life, twins


def test_twins_begin_in_the_second_half():
    assert onsets(800) == [400, 500, 600]
    assert onsets(160) == [80, 100, 120]
    assert onsets(159) == []


@pytest.mark.parametrize("rate", [-0.02, 0.004, 0.02, 0.1])
def test_a_known_rate_is_found(rate):
    pairs = pairs_of(*life_and_twins(rate))
    assert pairs is not None
    found = exponent_of(pairs)

    assert found.exponent == pytest.approx(rate, rel=0.05)
    assert found.chaotic == (rate > 0)


def test_a_difference_that_is_soon_gone_is_measured_from_its_start():
    # From 2e-4 to thirty roundings, 3.6e-6, in eight ticks: nothing is left of it after twenty.
    pairs = pairs_of(*life_and_twins(-0.5))
    assert pairs is not None
    found = exponent_of(pairs)

    assert found.exponent == pytest.approx(-0.5, rel=0.05)
    assert found.ticks <= 3 * 9


def test_what_leaves_its_range_at_once_cannot_be_measured():
    for rate in (-3.0, 3.0):
        pairs = pairs_of(*life_and_twins(rate))
        assert pairs is not None
        with pytest.raises(HebbaxError, match="linear range"):
            exponent_of(pairs)


def test_what_saturates_before_it_has_turned_is_not_given_a_number():
    # A factor of e^0.43 a tick fills the range from 2e-4 on in 14 ticks: fewer than the 20 in which it turns.
    pairs = pairs_of(*life_and_twins(0.43))
    assert pairs is not None
    with pytest.raises(HebbaxError, match="before they have turned"):
        exponent_of(pairs)


def test_pairs_are_the_quarters_from_the_onsets():
    life = np.arange(TICKS, dtype="f4")[:, None] * np.ones(WEIGHTS, "f4")

    pairs = pairs_of(life, [life + 1, life + 2, life + 3])

    assert pairs is not None
    assert pairs.first.shape == (3, 200, WEIGHTS)
    assert [int(rows[0, 0]) for rows in pairs.first] == [400, 500, 600]
    assert [int(rows[-1, 0]) for rows in pairs.second] == [600, 701, 802]


def test_twins_that_ended_too_soon_are_left_out():
    life = np.zeros((TICKS, WEIGHTS), "f4")

    pairs = pairs_of(life, [life, life[:650], life[:800]])

    assert pairs is not None
    assert len(pairs.first) == 2
    assert pairs_of(life, [life[:401]] * 3) is None
    assert pairs_of(life[:100], []) is None


def test_pooled_is_the_mean_over_ticks():
    # (0.1 * 30 + 0.2 * 10) / 40 = 0.125; its error from 0.75² * 0.025² + 0.25² * 0.075², times 2/1
    found = pool_exponents([Lyapunov(0.1, 0.01, 30), Lyapunov(0.2, 0.01, 10)])

    assert found is not None
    assert found.exponent == pytest.approx(0.125)
    assert found.standard_error == pytest.approx(np.sqrt(2 * (0.75**2 * 0.025**2 + 0.25**2 * 0.075**2)))
    assert found.ticks == 40
    assert pool_exponents([Lyapunov(0.1, 0.5, 30)]) == Lyapunov(pytest.approx(0.1), 0.5, 30)
    assert pool_exponents([]) is None
    # Two that agree by chance are no surer than each is: sqrt(0.5² * 0.1² + 0.5² * 0.1²)
    alike = pool_exponents([Lyapunov(0.1, 0.1, 10), Lyapunov(0.1, 0.1, 10)])
    assert alike is not None
    assert alike.standard_error == pytest.approx(0.1 / np.sqrt(2))


def test_pairs_hold_what_lyapunov_of_pairs_takes():
    pairs = pairs_of(*life_and_twins(0.01))
    assert isinstance(pairs, Pairs)
    assert pairs.first.dtype == pairs.second.dtype == np.float32
