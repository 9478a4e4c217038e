"""What experiments measure, on series whose answers are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.experiments.freeze import needed_updates
from hebbax.experiments.interrupt import survives
from hebbax.experiments.lifted import amplitude
from hebbax.experiments.measures import (
    count_labels,
    earning,
    most_common,
    recovery_ticks,
    reward_floor,
    reward_rate,
    summary,
)
from hebbax.experiments.measures import share as share_of
from hebbax.experiments.panels import band_of
from hebbax.experiments.random_rules import components_for
from hebbax.experiments.recovery import ticks_until_near


def test_a_rate_is_the_mean_of_a_window_by_its_first_tick():
    np.testing.assert_allclose(reward_rate(np.array([1.0, 3.0, 5.0, 4.0]), window=2), [2.0, 4.0, 4.5])
    assert reward_rate(np.ones(3), window=4).shape == (0,)


def test_the_floor_is_a_tenth_below_a_steady_rate():
    assert reward_floor(np.full(100, 5.0), window=10) == pytest.approx(4.5)
    # Below zero a tenth of the size is taken off too: -5 - 0.5.
    assert reward_floor(np.full(100, -5.0), window=10) == pytest.approx(-5.5)


def test_the_floor_is_two_deviations_below_a_rate_that_wavers():
    # Windows of one tick: rates 0 and 10 in turn have mean 5 and standard deviation 5.
    assert reward_floor(np.tile([0.0, 10.0], 50), window=1) == pytest.approx(5.0 - 2 * 5.0)
    assert np.isnan(reward_floor(np.ones(3), window=4))


def test_lives_that_earn_less_than_half_of_the_median_have_nothing_to_lose():
    assert earning(np.array([6.0, 5.0, 2.4, np.nan, 2.6, 5.2])).tolist() == [True, True, False, False, True, True]
    assert earning(np.array([-3.0, -1.0, np.nan])).tolist() == [True, True, False]
    assert earning(np.array([np.nan])).tolist() == [False]


def test_recovery_is_counted_to_the_first_tick_of_the_first_window_that_holds():
    # Nothing for 30 ticks, then 1 for ever. Windows of 10 with at least 0.9 begin at tick 29 (9 of 10 are 1).
    rewards = np.concatenate([np.zeros(30), np.ones(70)])
    assert recovery_ticks(rewards, floor=0.9, window=10) == 29
    assert recovery_ticks(np.ones(40), floor=0.9, window=10) == 0


def test_one_good_window_is_no_recovery():
    # Ticks 10 to 19 are good, so the window of 10 from tick 10 is; the one after it is not.
    rewards = np.concatenate([np.zeros(10), np.ones(10), np.zeros(30), np.ones(30)])
    assert recovery_ticks(rewards, floor=1.0, window=10) == 50
    assert recovery_ticks(rewards[:50], floor=1.0, window=10) is None


def test_a_life_shorter_than_two_windows_tells_nothing():
    assert recovery_ticks(np.ones(19), floor=0.5, window=10) is None
    assert recovery_ticks(np.ones(20), floor=0.5, window=10) == 0
    assert recovery_ticks(np.ones(50), floor=float("nan"), window=10) is None


def test_updates_needed_are_the_first_from_which_on_the_gain_stays():
    updates = np.array([0, 1, 2, 5, 250])
    # The gain is 100 - 20 = 80, half of it 60: passed with 1 update, lost with 2, there to stay from 5 on.
    returns = np.array([20.0, 70.0, 50.0, 90.0, 100.0])
    assert needed_updates(returns, updates, 0.5) == 5
    assert needed_updates(returns, updates, 0.9) == 250  # nine tenths are 92
    assert np.isnan(needed_updates(np.array([20.0, 70.0, 50.0, 90.0, 20.0]), updates, 0.5))


def test_updates_needed_work_on_many_samples_at_once():
    returns = np.array([[0.0, 0.0], [5.0, 1.0], [10.0, 10.0]])
    np.testing.assert_array_equal(needed_updates(returns, np.array([0, 3, 9]), 0.5), [3, 9])


def test_weights_are_near_from_the_first_tick_of_forty_that_mostly_are():
    # Far for 10 ticks, near once too early, far again, then near for good: 200 ticks of which the last 50 are near.
    far, near = 1.0, 0.1
    distances = np.array([far] * 10 + [near] * 5 + [far] * 15 + [near] * 170)
    assert ticks_until_near(distances, duration=0) == 30
    assert ticks_until_near(distances, duration=12) == 18
    assert ticks_until_near(distances, duration=60) == 0
    # A tenth of the forty may be far. Far are ticks 0, 5, …, 115: from tick 96 on four are left, 100 to 115.
    often = np.where((np.arange(200) % 5 == 0) & (np.arange(200) < 120), far, near)
    assert ticks_until_near(often, duration=0) == 96
    assert ticks_until_near(np.linspace(0.0, 1.0, 39), duration=0) is None  # no forty ticks


def test_a_gait_survives_that_loses_at_most_a_tenth():
    assert survives(4.5, 5.0)
    assert not survives(4.4, 5.0)
    assert survives(-5.5, -5.0)
    assert not survives(-5.6, -5.0)
    assert not survives(float("nan"), 5.0)


def test_the_amplitude_of_a_sine_is_its_height_over_the_root_of_two():
    time = np.arange(1000) / 1000
    actions = np.stack([0.3 + 0.8 * np.sin(2 * np.pi * 10 * time), np.full(1000, 0.9)], axis=1)
    # The second actuator stands still, so the mean square is half of the first's.
    assert amplitude(actions) == pytest.approx(0.8 / np.sqrt(2) / np.sqrt(2))


def test_components_that_hold_a_part_are_counted():
    assert components_for(np.array([0.6, 0.25, 0.1]), 0.9) == 3
    assert components_for(np.array([0.95, 0.05]), 0.9) == 1
    assert np.isnan(components_for(np.array([0.5, 0.3]), 0.9))
    assert np.isnan(components_for(np.zeros(3), 0.9))  # nothing moves


def test_a_summary_leaves_out_what_there_is_not_and_says_so():
    found = summary([1.0, None, 3.0, np.nan, 8.0], seed=1)
    assert (found["counted"], found["mean"], found["median"]) == (3, 4.0, 3.0)
    low, high = found["median_ci95"]
    assert 1.0 <= low <= 3.0 <= high <= 8.0
    assert found == {**summary([1.0, None, 3.0, np.nan, 8.0], seed=1), "values": found["values"]}


def test_a_summary_of_one_life_has_no_interval_and_of_none_no_mean():
    assert summary([2.0, None], seed=1)["mean_ci95"] is None
    found = summary([None, None], seed=1)
    assert (found["counted"], found["mean"], found["median_ci95"]) == (0, None, None)


def test_a_share_has_an_interval():
    found = share_of([True, True, True, False], seed=1)
    assert found["share"] == 0.75
    low, high = found["share_ci95"]
    assert 0.0 <= low < 0.75 < high <= 1.0


def test_verdicts_are_counted_in_their_order():
    counts = count_labels(["wandering", "fixed-point", "wandering", "too short"])
    assert list(counts.items()) == [("fixed-point", 1), ("wandering", 2), ("too short", 1)]
    assert most_common(counts) == "wandering"


def test_a_band_covers_each_tick_with_the_lives_that_reached_it():
    band = band_of([np.array([1.0, 1.0, 1.0]), np.array([3.0, 5.0])])
    np.testing.assert_allclose(band["median"], [2.0, 3.0, 1.0])
    np.testing.assert_allclose(band["three_quarters"], [2.5, 4.0, 1.0])
    assert band_of([])["median"].shape == (0,)
