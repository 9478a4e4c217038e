"""Periods of cycles, what sampling cannot tell, and records that are still settling."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.attractors.lyapunov import Lyapunov
from hebbax.attractors.validation.known_systems import sample_lives, system_named
from hebbax.attractors.verdict import Verdict, verdict

TICKS = 600


def cycle(period: float, harmonics: int, *, noise: float = 0.0, ticks: int = TICKS, seed: int = 0) -> np.ndarray:
    """Return weights [ticks, 60] of a cycle, every harmonic half as large as the one before, about an offset."""
    rng = np.random.default_rng(seed)
    angles = 2 * np.pi * np.arange(ticks)[:, None] / period * np.arange(1, harmonics + 1)
    sizes = 0.5 ** np.arange(harmonics)
    latent = np.concatenate([sizes * np.cos(angles), sizes * np.sin(angles)], axis=1)
    weights = latent @ rng.standard_normal((2 * harmonics, 60)) + rng.standard_normal(60)
    return weights + noise * rng.standard_normal(weights.shape)


def judged(rows: np.ndarray, **more: bool) -> Verdict:
    return verdict(rows, 0.05, **more)


@pytest.mark.parametrize("noise", [pytest.param(0.0, marks=pytest.mark.slow), 0.1])
def test_every_whole_period_is_a_cycle_of_that_period(noise):
    """With as many harmonics as fit: the last of an even period alternates from row to row."""
    found = {
        period: judged(cycle(period, min(max(period // 2, 1), 6), noise=noise, seed=period)) for period in range(2, 61)
    }
    wrong = {
        period: (one.label, one.period_ticks)
        for period, one in found.items()
        if one.label != "limit-cycle" or one.period_ticks != pytest.approx(period, rel=0.01)
    }
    assert wrong == {}


def test_fractional_periods_are_not_divided():
    for period in (2.3, 3.7, 5.5, 7.25, 9.9, 16.4, 33.3):
        found = judged(cycle(period, int(period / 2)))
        assert (found.label, found.period_ticks) == ("limit-cycle", pytest.approx(period, rel=0.001))


def test_the_shortest_true_repeat_is_the_period():
    """4.5 rows with three harmonics: the third is folded, and the rows repeat after 9."""
    found = judged(cycle(4.5, 3))
    assert (found.label, found.period_ticks) == ("limit-cycle", pytest.approx(9, rel=1e-4))


def test_what_sampling_folds_is_not_called_a_torus():
    found = judged(cycle(4.7123, 3, ticks=1000))
    assert found.label == "aliased"
    assert found.period_ticks is None
    assert found.note is not None
    assert found.note.startswith("aliased: cannot tell")


def test_a_period_that_only_a_weak_harmonic_tells_is_not_halved():
    """Every other stride is a little different: a tenth in amplitude."""
    times = np.arange(TICKS)[:, None]
    strides = np.concatenate([f(2 * np.pi * times / 12.5) for f in (np.cos, np.sin)], axis=1)
    other = np.concatenate([0.1 * f(np.pi * times / 12.5) for f in (np.cos, np.sin)], axis=1)
    rows = np.concatenate([strides, other], axis=1) @ np.random.default_rng(0).standard_normal((4, 60))
    assert judged(rows).period_ticks == pytest.approx(25, rel=0.001)


def test_a_record_that_is_still_settling_says_how_long_to_look():
    """A decay over half of the record. Eight times as long it is at rest."""
    rng = np.random.default_rng(0)
    away, place = rng.standard_normal((2, 60))

    def weights(ticks: int) -> np.ndarray:
        return place + 2 * away * np.exp(-np.arange(ticks) / 200)[:, None] + 0.01 * rng.standard_normal((ticks, 60))

    found = judged(weights(400))
    assert found.label == "settling"
    assert found.look_ticks is not None
    assert found.note == f"settling; look longer: {found.look_ticks:,} ticks or more"
    assert judged(weights(found.look_ticks)).label == "fixed-point"


def test_ticks_to_look_at_are_ticks_and_not_updates():
    rows = np.exp(-np.arange(150) / 75)[:, None] * np.ones(20) + 1.0
    once, stairs = judged(rows), judged(np.concatenate([rows[:1], np.repeat(rows[1:], 4, axis=0)]))
    assert once.look_ticks is not None
    assert stairs.look_ticks == 4 * once.look_ticks


def test_bounded_weights_do_not_leave_for_good():
    """A steady push under max normalisation: seen from the record, or told. Without a bound it is divergence."""
    rng = np.random.default_rng(1)
    begin, push = rng.standard_normal((2, 60))
    free = begin + np.linspace(0, 1.5, TICKS)[:, None] * push
    bounded = free / np.abs(free).max(axis=1, keepdims=True)

    assert judged(free).label == "diverging"
    assert judged(free, bounded=True).label == "settling"
    assert judged(bounded).label == "settling"


@pytest.mark.parametrize("system", ["random walk", "settling point", "settling spiral"])
def test_what_changes_in_its_last_third_is_never_judged_for_sure(system):
    for life in sample_lives(system_named(system), np.random.default_rng(2), 5, TICKS, 20):
        assert judged(life.weights).confidence < 1 or judged(life.weights).label == "settling"


def test_an_exponent_does_not_make_a_record_sure_that_is_still_changing():
    (life,) = sample_lives(system_named("random walk"), np.random.default_rng(3), 1, TICKS, 20)
    assert verdict(life.weights, 0.05, lyapunov=Lyapunov(0.3, 0.01, 1000)).confidence < 1
