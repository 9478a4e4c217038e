"""Who lives on in a race: by hand, and on an engine whose returns are a genome's first number and noise."""

from dataclasses import replace

import numpy as np
import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TrainConfig
from hebbax.config.training import TrainingConfig
from hebbax.damage.events import Event
from hebbax.engines.scenario import PLAIN
from hebbax.errors import HebbaxError
from hebbax.evolution.race import Race, better_part
from hebbax.evolution.schedule import Phase
from hebbax.evolution.trials import Trials
from hebbax.keys import root_key
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, Lives

KEY = root_key(3)
HURT = (Event("zero-weights", 0, value=0.5),)


class Toy:
    """An engine that asks no task: a life returns its genome's first number, plus noise of the second by its key.

    Damage takes a hundred off. A genome whose first number is NaN diverges.
    """

    def __init__(self):
        self.rounds = []  # genomes, lifetimes of each call

    def evaluate(self, genomes, key, scenario, *, lifetimes):
        self.rounds.append((genomes[:, 0].tolist(), lifetimes))
        genomes = np.repeat(np.asarray(genomes, np.float64), lifetimes, axis=0)
        noise = (np.asarray(key)[:, 0] / 2**31 - 1) * genomes[:, 1]
        hurt = [100.0 * len(events) for events in scenario.of_each(len(genomes))]
        returns, count = genomes[:, 0] + noise - hurt, len(genomes)
        ends = np.where(np.isnan(returns), END_DIVERGED, END_REACHED)
        none = np.zeros(count, int)
        empty = np.zeros((count, 1))
        return Lives(np.nan_to_num(returns), none + 1, ends, none, none, np.ones(count), empty, empty)


def trials_of(lifetimes=5, variants=(), name="snes", engine=None, **training):
    strategy = StrategyConfig(name, 4, elite=0.5) if name == "mu-lambda-es" else StrategyConfig(name, 4)
    config = TrainConfig(strategy=strategy, lifetimes=lifetimes, training=TrainingConfig(**training))
    phase = Phase(0, 10, None, variants)
    engine = Toy() if engine is None else engine
    return Trials(config, engine, [phase]), phase, engine


def run(genomes, **settings):
    trials, phase, engine = trials_of(**settings)
    return trials.run(np.array(genomes, np.float32), KEY, PLAIN, phase), engine


def genomes_of(values, noise):
    return [[value, noise] for value in values]


# The rule


def test_who_is_undecided_by_hand():
    """Rounds one above and one below their mean have a variance of 2 and, with two of them, a standard error of 1; at
    68.27 % an interval is one standard error to each side. Two of four are selected."""
    race = Race(0.6827, 2)

    def undecided(means):
        means = np.array(means)
        return race.undecided(means, means[:, None] + [-1.0, 1.0]).tolist()

    # 9 is above the two for which there is no room, and 0 below two; 5 ± 1 and 4 ± 1 overlap.
    assert undecided([9.0, 5.0, 4.0, 0.0]) == [False, True, True, False]
    # Those within the better part may change places.
    assert undecided([9.0, 8.5, 4.0, 3.5]) == [False] * 4
    assert undecided([1.0, 1.0, 1.0, 1.0]) == [True] * 4


def test_pairs_live_on_together():
    means = np.array([9.0, 5.0, 0.0, 4.0, -3.0, -9.0])
    rounds = means[:, None] + [-1.0, 1.0]
    assert Race(0.6827, 2).undecided(means, rounds).tolist() == [False, True, False, True, False, False]
    assert Race(0.6827, 2, paired=True).undecided(means, rounds).tolist() == [True, True, False, True, True, False]


def test_a_deviation_counts_as_at_least_the_common_one():
    # The first had the same return twice, by chance; with a standard error of 0 it would be in for certain.
    rounds = np.array([[5.0, 5.0], [4.0, 6.0], [2.0, 6.0], [3.0, 5.0]])
    assert Race(0.9, 2).undecided(rounds.mean(axis=1), rounds)[0]


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [("openai-es", {}, 20), ("cma-es", {}, 20), ("mu-lambda-es", {"elite": 0.2}, 8), ("adaptive-es", {}, 4)],
)
def test_the_better_part_is_the_elite_or_half(name, options, expected):
    assert better_part(StrategyConfig(name, 40, **options)) == expected


# The lives


def test_the_certain_ones_live_twice_and_the_others_to_the_end():
    tried, engine = run(genomes_of([90.0, 5.0, 5.1, -90.0], 1.0), race=0.9)
    assert engine.rounds[:2] == [([90.0, 5.0, np.float32(5.1), -90.0], 1)] * 2
    assert tried.lifetimes.tolist() == [2, 5, 5, 2]
    assert tried.numbers.tolist() == [0, 1, *range(5, 15), 15, 16]
    assert len(tried.lives.returns) == 14


def test_lives_are_the_same_as_without_a_race_but_for_those_that_were_spared():
    genomes = genomes_of([9.0, 5.0, 4.0, 0.0], 3.0)
    raced, whole = run(genomes, race=0.5)[0], run(genomes)[0]
    assert 8 <= len(raced.numbers) < 20
    np.testing.assert_array_equal(raced.lives.returns, whole.lives.returns[raced.numbers])
    means = [returns.mean() for returns in np.split(raced.lives.returns, np.cumsum(raced.lifetimes)[:-1])]
    np.testing.assert_array_equal(raced.fitness(None), means)


def test_where_nothing_is_certain_a_race_changes_no_bit():
    genomes = genomes_of([5.0, 5.0, 5.0, 5.0], 3.0)
    raced, whole = run(genomes, race=0.999)[0], run(genomes)[0]
    for name in Lives.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(raced.lives, name), getattr(whole.lives, name))
    np.testing.assert_array_equal(raced.fitness(None), whole.fitness(None))


def test_every_round_meets_each_variant_of_damage_once():
    tried, engine = run(genomes_of([90.0, 5.0, 5.1, -90.0], 1.0), lifetimes=8, variants=((), HURT), race=0.9)
    assert [lifetimes for _, lifetimes in engine.rounds] == [2] * 4
    assert tried.lifetimes.tolist() == [4, 8, 8, 4]
    assert (tried.lives.returns[:4] < 0).tolist() == [False, True, False, True]


def test_pairs_with_common_births_end_together():
    tried, _ = run(genomes_of([90.0, 5.0, 5.1, -90.0], 1.0), name="openai-es", births="mirrored", race=0.9)
    assert tried.lifetimes.tolist() == [5, 5, 5, 5]  # 0 lives on for 2, and 3 for 1
    tried, _ = run(genomes_of([90.0, 5.0, -90.0, 5.1], 1.0), name="openai-es", births="mirrored", race=0.9)
    assert tried.lifetimes.tolist() == [2, 5, 2, 5]


def test_a_genome_that_diverges_is_out():
    tried, _ = run(genomes_of([np.nan, 5.0, 5.1, 5.2], 1.0), race=0.9)
    assert tried.lifetimes.tolist() == [2, 5, 5, 5]
    assert tried.fitness(None).argmin() == 0


def test_a_stop_ends_the_race():
    class Stopped(Toy):
        def evaluate(self, genomes, key, scenario, *, lifetimes):
            lives = super().evaluate(genomes, key, scenario, lifetimes=lifetimes)
            return replace(lives, ends=np.full(len(lives.ends), END_STOPPED))

    tried, engine = run(genomes_of([1.0, 2.0, 3.0, 4.0], 1.0), race=0.9, engine=Stopped())
    assert tried.lives.stopped
    assert len(engine.rounds) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lifetimes": 2}, "lifetimes=2: a race needs at least 3 lives to stop any; nearest valid: 3"),
        (
            {"lifetimes": 4, "variants": ((), HURT)},
            "lifetimes=4: a race needs at least 3 lives of each of the 2 variants of damage to stop any; nearest "
            "valid: 6",
        ),
        (
            {"births": "common"},
            "training.race=0.9: genomes with training.births=common only compare over the same lives, and a race "
            "stops some; nearest valid: null",
        ),
    ],
)
def test_what_cannot_be_raced_is_said(settings, message):
    with pytest.raises(HebbaxError, match=f"^{message}$"):
        trials_of(**settings, race=0.9)
