"""Verdicts on systems whose answer is known, on lives that the thresholds were not set on."""

from __future__ import annotations

import time
from dataclasses import asdict

import numpy as np
import pytest

from hebbax.attractors.lyapunov import Lyapunov
from hebbax.attractors.thresholds import Thresholds
from hebbax.attractors.validation.error_rates import REFERENCE, measure_cell
from hebbax.attractors.validation.known_systems import KNOWN_SYSTEMS, sample_trajectories, system_named
from hebbax.attractors.verdict import LABELS, verdict
from hebbax.errors import HebbaxError

PERIOD = 0.05
NAMES = [system.name for system in KNOWN_SYSTEMS]


def lives(name: str, count: int = 1, ticks: int = 600, snr_db: float = 20.0, seed: int = 5) -> list[np.ndarray]:
    return sample_trajectories(system_named(name), np.random.default_rng(seed), count, ticks, snr_db)


def cycle(ticks: int = 600, period: float = 12.5, weights: int = 60) -> np.ndarray:
    """Return a cycle about weights that are as large as it, without noise."""
    rng = np.random.default_rng(0)
    angle = 2 * np.pi * np.arange(ticks) / period
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) @ rng.normal(size=(2, weights)) + rng.normal(size=weights)


@pytest.mark.parametrize("name", [*NAMES[::2], *(pytest.param(name, marks=pytest.mark.slow) for name in NAMES[1::2])])
def test_each_known_system_is_recognised(name):
    found = [verdict(rows, PERIOD).label for rows in lives(name, 4, ticks=1000)]
    assert found.count(system_named(name).label) >= 3, found


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_at_least_97_of_100_are_right(name):
    """At 20 dB and 1,000 ticks over 200 lives, with the seed of the tables in docs/attractors.md."""
    cell = measure_cell(name, *REFERENCE, lives=200)
    assert cell.right >= 0.97, cell.labels
    assert cell.periods_right >= 0.99 * cell.cycles


def test_every_label_is_deserved_by_a_system():
    assert {system.label for system in KNOWN_SYSTEMS} == set(LABELS)


def test_a_cycle_has_its_period_in_ticks_and_seconds_and_against_the_gait():
    """Weights of 12.5 ticks, a gait of 6.25: they come back every second stride."""
    actions = np.sin(2 * np.pi * np.arange(600)[:, None] / 6.25 + np.arange(3))
    found = verdict(cycle(), PERIOD, actions=actions)

    assert (found.label, found.confidence, found.transient) == ("limit-cycle", 1.0, 0)
    assert found.period_ticks == pytest.approx(12.5, rel=1e-4)
    assert found.period_seconds == pytest.approx(0.625, rel=1e-4)
    assert found.gait_ratio == pytest.approx(2, rel=1e-3)


def test_without_a_gait_there_is_no_ratio():
    assert verdict(cycle(), PERIOD).gait_ratio is None
    assert verdict(cycle(), PERIOD, actions=np.ones((600, 2))).gait_ratio is None


def test_weights_that_are_updated_every_fourth_tick_are_judged_by_their_updates():
    updates = cycle(300, period=9.3)
    stairs = np.concatenate([updates[:1], np.repeat(updates[1:], 4, axis=0)])
    found = verdict(stairs, PERIOD)

    assert found.label == "limit-cycle"
    assert found.evidence["update_interval"] == 4
    assert found.period_ticks == pytest.approx(4 * 9.3, rel=1e-3)


def test_a_motion_smaller_than_the_threshold_is_rest():
    """Both parts of the weights have about the same size, so 0.05 of one is 0.05 of the weights."""
    weights = cycle()
    middle = weights.mean(axis=0)
    ripple = middle + 0.05 * (weights - middle)

    assert verdict(ripple, PERIOD).label == "fixed-point"
    assert verdict(ripple, PERIOD, thresholds=Thresholds(still=0.01)).label == "limit-cycle"


def test_weights_that_never_change_are_a_fixed_point():
    found = verdict(np.ones((100, 3)), PERIOD)
    assert (found.label, found.confidence) == ("fixed-point", 1.0)
    assert verdict(np.zeros((100, 3), np.float32), PERIOD).label == "fixed-point"


def test_a_transient_is_found_and_left_out():
    weights = cycle(1000)
    weights[:150] += np.linspace(30, 0, 150, endpoint=False)[:, None]
    found = verdict(weights, PERIOD)

    assert found.label == "limit-cycle"
    assert 100 <= found.transient <= 180


def test_slow_growth_and_slow_decay_are_told_apart():
    """Spirals that grow or shrink by a factor of 20 over the record."""
    swings = cycle() - cycle().mean(axis=0)
    middle = np.ones(60)
    factor = np.exp(np.linspace(0, 3, 600))[:, None]

    assert verdict(middle + 0.1 * swings * factor, PERIOD).label == "diverging"
    assert verdict(middle + 2 * swings / factor, PERIOD).label == "fixed-point"


def test_few_weights_with_noise_are_at_rest():
    """With three weights no direction is free of signal: only the lack of memory tells noise from motion."""
    rng = np.random.default_rng(0)
    rows = np.array([1.0, -2, 1.5]) + 0.15 * rng.normal(size=(500, 3))
    assert verdict(rows, PERIOD).label == "fixed-point"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_life_that_is_not_finite_diverges(value):
    weights = cycle()
    weights[300, 4] = value
    found = verdict(weights, PERIOD)

    assert (found.label, found.confidence, found.evidence) == ("diverging", 1.0, {"finite_ticks": 300.0})
    assert verdict(cycle()[:5], PERIOD, diverged=True).label == "diverging"


def test_an_exponent_above_zero_speaks_against_regular_motion():
    chaotic, meeting = Lyapunov(0.02, 0.001, 1000), Lyapunov(-0.02, 0.001, 1000)

    assert verdict(cycle(), PERIOD, lyapunov=meeting).confidence == 1
    doubted = verdict(cycle(), PERIOD, lyapunov=chaotic)
    assert (doubted.label, doubted.confidence) == ("limit-cycle", 0.5)
    assert doubted.evidence["lyapunov"] == 0.02

    (wandering,) = lives("Lorenz")
    assert verdict(wandering, PERIOD, lyapunov=chaotic).confidence == 1


def test_an_exponent_says_nothing_against_a_fixed_point():
    (still,) = lives("stable map")
    told = verdict(still, PERIOD, lyapunov=Lyapunov(0.2, 0.001, 1000))

    assert told.evidence["lyapunov"] == 0.2
    assert (told.label, told.confidence) == ("fixed-point", verdict(still, PERIOD).confidence)


def test_verdicts_do_not_depend_on_unit_or_order_of_the_weights():
    (rows,) = lives("Van der Pol")
    first = verdict(rows, PERIOD)
    other = verdict(rows[:, ::-1] * np.float32(64), PERIOD)

    assert other.label == first.label
    assert other.period_ticks == pytest.approx(first.period_ticks, rel=1e-4)
    assert other.confidence == pytest.approx(first.confidence, abs=0.02)


def test_a_verdict_holds_plain_numbers():
    found = asdict(verdict(cycle(), PERIOD))
    assert {type(value) for value in found["evidence"].values()} == {float}
    assert type(found["confidence"]) is float


def test_wrong_input_is_named():
    with pytest.raises(HebbaxError, match="59 weight updates are too few for a verdict: expected at least 60"):
        verdict(np.zeros((59, 2)), PERIOD)
    with pytest.raises(HebbaxError, match="control_period=0"):
        verdict(cycle(), 0.0)


def test_a_life_of_a_thousand_ticks_takes_less_than_three_seconds():
    """20 lives have 60 s. It is processor time, so that other work on the machine does not count."""
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.normal(size=(1000, 1840)), axis=0, dtype=np.float32)
    begin = time.process_time()
    verdict(walk, PERIOD)
    assert time.process_time() - begin < 3
