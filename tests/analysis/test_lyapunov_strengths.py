"""Exponents at several strengths of chaos and precision, and how often their intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.lyapunov import lyapunov_of_growth, lyapunov_of_map, lyapunov_of_pairs
from hebbax.errors import HebbaxError

HENON = 0.4192
"""At a = 1.4, b = 0.3 (Sprott: Chaos and Time-Series Analysis, 2003)."""


def logistic(r: float):
    return lambda x: r * x * (1 - x)


def henon(state: np.ndarray) -> np.ndarray:
    return np.array([1 - 1.4 * state[0] ** 2 + state[1], 0.3 * state[0]])


def logistic_exponent(r: float) -> float:
    """Return the mean logarithm of the slope along a long orbit: the definition, without neighbours."""
    x, total = 0.3, 0.0
    for number in range(101_000):
        if number >= 1000:
            total += np.log(abs(r * (1 - 2 * x)))
        x = r * x * (1 - x)
    return total / 100_000


def weights_of(step, starts: np.ndarray, apart: float, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of orbits [pairs, 60, 40] of starts [dimensions, pairs], mixed into 40 weights of some size."""
    mixing = np.random.default_rng(1).normal(size=(len(starts), 40))
    runs = []
    for begin in (starts, starts + apart):
        states = [begin]
        for _ in range(59):
            states.append(step(states[-1]))
        runs.append((np.array(states).transpose(2, 0, 1) @ mixing).astype(dtype))
    return runs[0], runs[1]


@pytest.mark.parametrize(("dtype", "apart"), [("f8", 1e-9), ("f8", 1e-6), ("f4", 2e-5)])
@pytest.mark.parametrize("r", [3.7, 3.9, 4.0])
def test_pairs_of_the_logistic_map(r, dtype, apart):
    starts = np.random.default_rng(2).uniform(0.2, 0.8, (1, 200))
    for _ in range(100):
        starts = logistic(r)(starts)
    found = lyapunov_of_pairs(*weights_of(logistic(r), starts, apart, dtype))

    assert found.exponent == pytest.approx(logistic_exponent(r), rel=0.1)
    assert found.chaotic


@pytest.mark.parametrize(("dtype", "apart"), [("f8", 1e-9), ("f4", 2e-5)])
def test_pairs_of_henons_map(dtype, apart):
    starts = np.random.default_rng(2).uniform(-0.1, 0.1, (2, 200))
    for _ in range(100):
        starts = henon(starts)

    found = lyapunov_of_pairs(*weights_of(henon, starts, apart, dtype), skip=3)

    assert found.exponent == pytest.approx(HENON, rel=0.1)


@pytest.mark.parametrize("distance", [1e-9, 1e-7, 1e-5])
def test_the_exponent_does_not_depend_on_the_nudge(distance):
    found = lyapunov_of_map(henon, np.zeros(2), np.random.default_rng(0), distance=distance, renormalise_every=1)

    assert found.exponent == pytest.approx(HENON, rel=0.05)


def test_intervals_hold_the_truth_in_about_19_of_20_cases():
    # Growth that remembers: an autoregression of 0.8 a tick about 0.1.
    rng, truth, held = np.random.default_rng(0), 0.1, 0
    for _ in range(400):
        noise, growth = rng.normal(size=600), np.zeros(600)
        for tick in range(1, 600):
            growth[tick] = 0.8 * growth[tick - 1] + noise[tick]
        found = lyapunov_of_growth(truth + growth[100:])
        held += abs(found.exponent - truth) <= 2 * found.standard_error

    assert 0.90 <= held / 400 <= 0.98


def test_steady_growth_is_its_mean():
    found = lyapunov_of_growth(np.full(100, -0.02))

    assert (found.exponent, found.ticks) == (pytest.approx(-0.02), 100)
    assert found.standard_error == pytest.approx(0, abs=1e-9)


def test_lost_ticks_and_those_in_which_a_new_difference_turns_are_left_out():
    growth = np.full(100, 0.3)
    growth[20], growth[21:31] = np.nan, -5.0

    found = lyapunov_of_growth(growth)

    assert (found.exponent, found.ticks) == (pytest.approx(0.3), 89)


def test_what_is_not_measured_is_no_number_but_a_reason():
    with pytest.raises(HebbaxError, match="equal to the last bit at tick 3"):
        lyapunov_of_growth(np.r_[np.zeros(3), -np.inf, np.zeros(60)])
    with pytest.raises(HebbaxError, match="39 ticks are too few: expected at least 40"):
        lyapunov_of_growth(np.zeros(39))
    with pytest.raises(HebbaxError, match="leave the linear range within a tick, 10 times in 100"):
        lyapunov_of_growth(np.where(np.arange(100) % 10 == 0, np.nan, 5.0))
