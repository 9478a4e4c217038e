"""When lives of training grow, on sequences of fitness whose course is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hebbax.evolution.life_length import WINDOW, LifeLength, Outcome, first_length, next_length, rises

FULL = 1000
FIRST = first_length(FULL)
MANY = np.linspace(-1.0, 1.0, 64)  # a population whose genomes are told apart


def lengths_of(means, *, spread=0.1, begin=FIRST, full=FULL, **outcome):
    """Return the length of lives before each generation and after the last, by means of fitness per tick."""
    length, lengths = begin, [begin.ticks]
    for mean in means:
        told = Outcome((mean + spread * MANY) * length.ticks, **({"lasted": 1.0, "terminated": False} | outcome))
        length = next_length(length, told, full)
        lengths.append(length.ticks)
    return lengths


def test_a_fifth_of_a_full_life_comes_first():
    assert first_length(1000).ticks == 200
    assert first_length(3).ticks == 1


@pytest.mark.parametrize("slope", [1.0, 1e-3, 1e-9])
@pytest.mark.parametrize("level", [-50.0, 0.0, 7.0])
def test_lives_stay_short_while_fitness_rises_however_slowly_and_of_whatever_sign(slope, level):
    means = level + slope * np.arange(100)
    assert set(lengths_of(means)) == {200}


def test_lives_grow_by_half_to_the_full_length_where_nothing_rises():
    # WINDOW generations at each length: only then is there a trend to judge by.
    lengths = lengths_of(np.zeros(5 * WINDOW))
    expected = np.repeat([200, 300, 450, 675, 1000], WINDOW)
    np.testing.assert_array_equal(lengths[:-1], expected)
    assert lengths[-1] == 1000


def test_a_fall_of_fitness_counts_as_no_rise():
    assert lengths_of(-np.arange(WINDOW))[-1] == 300


@pytest.mark.parametrize("seed", range(20))
def test_noise_neither_hides_a_plain_rise_nor_feigns_one_for_long(seed):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=60)
    assert set(lengths_of(noise + np.arange(60))) == {200}  # a rise of one standard deviation per generation
    assert lengths_of(noise)[-1] > 200


def test_a_learning_curve_that_saturates_grows_after_its_rise():
    rng = np.random.default_rng(0)
    curve = 5 * (1 - np.exp(-np.arange(300) / 15)) + 0.05 * rng.normal(size=300)
    lengths = lengths_of(curve)
    assert set(lengths[:30]) == {200}
    assert lengths[-1] == 1000


def test_lives_grow_at_once_where_most_of_a_falling_body_last():
    rising = np.arange(8.0)
    assert lengths_of(rising, lasted=0.7, terminated=True)[:5] == [200, 300, 450, 675, 1000]
    assert set(lengths_of(rising, lasted=0.65, terminated=True)) == {200}
    # A body that never falls reaches its last tick by nature.
    assert set(lengths_of(rising, lasted=1.0, terminated=False)) == {200}


def test_a_dive_at_the_end_of_lives_does_not_keep_them_short():
    """As a hopper's that evolved on 300 ticks: nearly all fall, just before the end, ever faster."""
    length = LifeLength(300)
    for speed in (1.0, 2.0):
        length = next_length(length, Outcome(285 * (speed + 0.1 * MANY), 285 / length.ticks, True), FULL)
    assert length.ticks == 450  # twice two thirds of it are more than 285


def test_a_body_that_has_fallen_once_is_known_to_fall():
    fallen = next_length(LifeLength(200), Outcome(200 * MANY, 0.1, True, None), FULL)
    assert fallen.ticks == 200
    assert next_length(fallen, Outcome(201 * MANY, 1.0, False, None), FULL).ticks == 300


def test_lives_grow_where_most_genomes_earn_the_same():
    few = np.where(np.arange(64) < 8, np.arange(64), 0.0)
    assert next_length(LifeLength(200), Outcome(few, 1.0, False, None), FULL).ticks == 300


@pytest.mark.parametrize("level", [-10.0, 10.0])
def test_lives_grow_where_what_is_learnt_does_not_last(level):
    fitness = 200 * (level + MANY)
    for full_per_tick, ticks in ((level - 1.0, 300), (level - 0.01, 200), (level + 1.0, 200)):
        full = FULL * (full_per_tick + 0.1 * np.linspace(-1, 1, 16))
        assert next_length(LifeLength(200), Outcome(fitness, 1.0, False, full), FULL).ticks == ticks


def test_bodies_that_fall_early_are_not_helped_by_longer_lives():
    """Each earns what it does in 25 ticks, however long it could live."""
    told = Outcome(25 + MANY, 0.0, True, np.full(16, 25.0))
    assert next_length(LifeLength(200), told, FULL).ticks == 200


def test_growth_begins_without_a_past():
    length = LifeLength(200, tuple(float(-i) for i in range(WINDOW - 1)), True)
    grown = next_length(length, Outcome(-1e6 + MANY, 0.0, False, None), FULL)
    assert grown == LifeLength(300, (), True)


def test_a_full_life_stays_one():
    assert set(lengths_of(np.zeros(30), begin=LifeLength(1000))) == {1000}
    assert next_length(LifeLength(900), Outcome(np.zeros(4), 1.0, False, None), FULL).ticks == 1000


def test_the_scale_and_the_level_of_fitness_do_not_matter():
    rng = np.random.default_rng(3)
    means = np.cumsum(rng.normal(0.02, 0.1, size=100))
    expected = lengths_of(means, spread=0.5)
    assert len(set(expected)) > 1
    assert lengths_of(1e6 * means, spread=0.5e6) == expected
    assert lengths_of(means - 1024.0, spread=0.5) == expected


def test_rises_by_hand():
    # Pairs (earlier, later) of 2, 1, 4: fall, rise, rise.
    assert rises((2.0, 1.0, 4.0))
    # Of 2, 1, 2: fall, equal, rise.
    assert not rises((2.0, 1.0, 2.0))
    assert not rises((1.0, 1.0))


def test_memory_is_bounded():
    length = replace(first_length(FULL))
    for mean in range(50):
        length = next_length(length, Outcome(200 * (mean + MANY), 1.0, False, None), FULL)
    assert length.fitness == tuple(float(i) for i in range(50 - WINDOW, 50))
