"""Exponents of lives and twins: where twins begin, what grows and shrinks as known, and what cannot be measured."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.lyapunov import Lyapunov
from hebbax.attractors.pairs import NUDGE, Pairs, exponent_of, onsets, pairs_of, pooled
from hebbax.errors import HebbaxError

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
    found = pooled([Lyapunov(0.1, 0.01, 30), Lyapunov(0.2, 0.01, 10)])

    assert found is not None
    assert found.exponent == pytest.approx(0.125)
    assert found.standard_error == pytest.approx(np.sqrt(2 * (0.75**2 * 0.025**2 + 0.25**2 * 0.075**2)))
    assert found.ticks == 40
    assert pooled([Lyapunov(0.1, 0.5, 30)]) == Lyapunov(pytest.approx(0.1), 0.5, 30)
    assert pooled([]) is None
    # Two that agree by chance are no surer than each is: sqrt(0.5² * 0.1² + 0.5² * 0.1²)
    alike = pooled([Lyapunov(0.1, 0.1, 10), Lyapunov(0.1, 0.1, 10)])
    assert alike is not None
    assert alike.standard_error == pytest.approx(0.1 / np.sqrt(2))


def test_pairs_hold_what_lyapunov_of_pairs_takes():
    pairs = pairs_of(*life_and_twins(0.01))
    assert isinstance(pairs, Pairs)
    assert pairs.first.dtype == pairs.second.dtype == np.float32
