"""How the genomes of a generation are tried: from which births, and over how many lives each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hebbax.config.train import TrainConfig
from hebbax.config.training import COMMON, EACH, MEAN, MIRRORED
from hebbax.damage.events import Event
from hebbax.engines.engine import Engine
from hebbax.engines.members import Members, some_of
from hebbax.engines.scenario import Scenario, in_turn
from hebbax.errors import HebbaxError
from hebbax.evolution.birth_keys import birth_keys, check_births
from hebbax.evolution.fitness import finite_returns, fitness_of
from hebbax.evolution.race import LEAST_ROUNDS, Race, better_part
from hebbax.evolution.schedule import Phase, weighted
from hebbax.keys import stream
from hebbax.types import Lives


@dataclass(frozen=True, eq=False)
class Tried:
    """The lives of a generation, those of the first genome, then those of the next."""

    lives: Lives
    lifetimes: int | np.ndarray  # lives of every genome, or of each [population]
    numbers: np.ndarray  # [lives], which of the population * lifetimes that there could be these are, ascending
    variants: int = 1  # of damage, which the lives of a genome meet in turn
    over_variants: str | float = MEAN
    best: int | None = None  # which genome was chosen, where one was to be

    def fitness(self, weights: np.ndarray | None) -> np.ndarray:
        """Return the fitness [population], where reward terms have these weights."""
        return fitness_of(weighted(self.lives, weights), self.lifetimes, self.variants, self.over_variants)


_CHOOSING = (1, 4, 16)
"""How often the genomes of each round live, in lives of a generation."""

_PART, _FEWEST = 20, 10
"""Of which one lives on to the next round, and how many do at least."""


class Trials:
    """What a configuration says of how genomes are tried. Raises HebbaxError for what its parts cannot have."""

    def __init__(self, config: TrainConfig, engine: Engine, phases: Sequence[Phase]) -> None:
        training, strategy = config.training, config.strategy
        self._engine, self._births, self._lifetimes = engine, training.births, config.lifetimes
        check_births(training.births, strategy)
        self._race, self._over_variants = None, training.over_variants
        if training.race is not None:
            self._race = Race(training.race, better_part(strategy), training.births == MIRRORED)
            _check_race(config)
        for phase in phases:
            self._check_lifetimes(phase.variants)
        if training.over_variants != MEAN and all(len(phase.variants) < 2 for phase in phases):
            raise HebbaxError(
                f"training.over_variants={training.over_variants}: there are no several variants of damage; expected "
                f"damage='A | B', or {MEAN}"
            )

    def _check_lifetimes(self, variants: Sequence[Sequence[Event]]) -> None:
        lifetimes, count = self._lifetimes, len(variants)
        if count > 1 and lifetimes % count:
            nearest = max(round(lifetimes / count), 1) * count
            raise HebbaxError(
                f"lifetimes={lifetimes}: expected a multiple of the {count} variants of damage, so that every genome "
                f"meets each as often; nearest valid: {nearest}"
            )
        least = LEAST_ROUNDS * max(count, 1)
        if self._race is not None and lifetimes < least:
            each = f" of each of the {count} variants of damage" if count > 1 else ""
            raise HebbaxError(
                f"lifetimes={lifetimes}: a race needs at least {LEAST_ROUNDS} lives{each} to stop any; nearest valid: "
                f"{least}"
            )

    def run(self, genomes: Any, key: Any, scenario: Scenario, phase: Phase) -> Tried:
        """Return the lives of genomes [population, genome_size], which may have been stopped.

        Args:
            genomes: those of a generation, as an array or as members.
            key: of the generation.
            scenario: what all lives are put through; damages are the phase's.
            phase: the present one.
        """
        keys = birth_keys(key, self._births, len(genomes), self._lifetimes)
        if self._race is not None:
            genomes = genomes if isinstance(genomes, Members) else np.asarray(genomes)
            return self._run_race(self._race, genomes, keys, scenario, phase)
        scenario = scenario.with_damages(in_turn(phase.variants, len(keys)))
        lives = self._engine.evaluate(genomes, keys, scenario, lifetimes=self._lifetimes)
        return Tried(lives, self._lifetimes, np.arange(len(keys)), max(len(phase.variants), 1), self._over_variants)

    def choose(self, genomes: Any, key: Any, scenario: Scenario, phase: Phase) -> Tried:
        """Return lives of genomes [several, genome_size], which may have been stopped, and which is the best.

        All live as often as in a generation; then the better ones four and sixteen times as often, since of many the
        luckiest would win. From the second round on all meet the same births. Slots are those of a population.
        """
        lifetimes, going, first, tried = self._lifetimes, np.arange(len(genomes)), 0, None
        most = lifetimes * sum(_CHOOSING)
        for turn, times in enumerate(_CHOOSING):
            size = lifetimes * times
            numbers = (going[:, None] * most + first + np.arange(size)).ravel()
            keys = birth_keys(stream(key, "choose", turn), COMMON if turn else EACH, len(going), size)
            damages = in_turn(phase.variants, len(numbers))
            of_turn = replace(scenario, slots=None).with_damages(damages)
            lives = self._engine.evaluate(some_of(genomes, going), keys, of_turn, lifetimes=size)
            variants = max(len(phase.variants), 1)
            fitness = fitness_of(weighted(lives, phase.weights), size, variants, self._over_variants)
            tried = _joined(tried, lives, numbers, len(genomes), most)
            if lives.stopped:
                break
            going = going[np.argsort(-fitness, kind="stable")[: max(_FEWEST, len(genomes) // _PART ** (turn + 1))]]
            first += size
        assert tried is not None
        return replace(tried, best=int(going[0]))

    def _run_race(
        self, race: Race, genomes: np.ndarray | Members, keys: np.ndarray, scenario: Scenario, phase: Phase
    ) -> Tried:
        """Return the lives that were needed: round by round, each with one life per variant of damage."""
        size, lifetimes = max(len(phase.variants), 1), self._lifetimes
        going, tried = np.arange(len(genomes)), None
        for first in range(0, lifetimes, size):
            numbers = (going[:, None] * lifetimes + first + np.arange(size)).ravel()
            of_round = scenario.of_lives(numbers, in_turn(phase.variants, len(numbers)))
            lives = self._engine.evaluate(some_of(genomes, going), keys[numbers], of_round, lifetimes=size)
            tried = _joined(tried, lives, numbers, len(genomes), lifetimes)
            if lives.stopped:
                break
            if first > 0:
                rounds = np.full(len(keys), np.nan)
                rounds[tried.numbers] = finite_returns(weighted(tried.lives, phase.weights))
                rounds = rounds.reshape(len(genomes), -1, size).mean(axis=2)
                going = going[race.undecided(tried.fitness(phase.weights), rounds)[going]]
            if not len(going):
                break
        assert tried is not None
        return tried


def _joined(tried: Tried | None, lives: Lives, numbers: np.ndarray, population: int, lifetimes: int) -> Tried:
    """Return lives with further ones, by their numbers."""
    if tried is not None:
        numbers = np.concatenate([tried.numbers, numbers])
        lives = Lives.joined([tried.lives, lives])
    order = np.argsort(numbers)
    lives = replace(lives, **{name: getattr(lives, name)[order] for name in Lives.__dataclass_fields__})
    return Tried(lives, np.bincount(numbers // lifetimes, minlength=population), numbers[order])


def _check_race(config: TrainConfig) -> None:
    """Raise HebbaxError where lives that were stopped would leave no fair comparison."""
    if config.training.over_variants != MEAN:
        raise HebbaxError(
            f"training.over_variants={config.training.over_variants} with a race: genomes have other numbers of lives "
            f"under each variant then; nearest valid: {MEAN}"
        )
    if config.training.births == COMMON:
        raise HebbaxError(
            f"training.race={config.training.race:g}: genomes with training.births={COMMON} only compare over the same "
            "lives, and a race stops some; nearest valid: null"
        )
