"""An evolution strategy as a user writes it, with all that can be wrong about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from hebbax.config.strategy_table import DECAY_SHAPES, OPTIMISERS, STRATEGIES, elites_of
from hebbax.errors import HebbaxError, unknown_name

_LEAST_ELITES = 2


@dataclass(frozen=True)
class StrategyConfig:
    """Name and settings of an evolution strategy; `STRATEGIES` says which options each has.

    An option that is left None takes the strategy's own default, and stays None where the strategy has no such option.
    Raises HebbaxError for an unknown name, an option that the strategy does not have, or a number out of range.
    """

    name: str = "openai-es"
    population: int = 64  # genomes a generation
    learning_rate: float | None = None  # of the mean
    sigma: float | None = None  # standard deviation of the samples about the mean; the first one where it adapts
    optimiser: str | None = None  # what turns the gradient into a step: one of OPTIMISERS
    sigma_learning_rate: float | None = None  # how fast σ adapts
    elite: float | None = None  # share of the population that the next generation descends from
    learning_rate_decay: float | None = None  # what is left of it after `decay_generations`; 1 for all
    sigma_decay: float | None = None  # what is left of σ after `decay_generations`; 1 for all
    decay_generations: int | None = None
    decay_shape: str | None = None  # one of DECAY_SHAPES

    def __post_init__(self) -> None:
        if self.name not in STRATEGIES:
            raise unknown_name("strategy", self.name, STRATEGIES)
        for option, default in STRATEGIES[self.name].options.items():
            if getattr(self, option) is None:
                object.__setattr__(self, option, default)
        _check_options(self)
        _check_values(self)
        _check_population(self)

    def options(self) -> dict[str, Any]:
        """Return the options that the strategy has, by name; None follows from the size of the genome."""
        return {option: getattr(self, option) for option in STRATEGIES[self.name].options}


def _check_options(config: StrategyConfig) -> None:
    own = STRATEGIES[config.name].options
    for option, value in vars(config).items():
        if option not in ("name", "population", *own) and value is not None:
            others = ", ".join(name for name, kind in STRATEGIES.items() if option in kind.options)
            raise HebbaxError(
                f"strategy.{option}={value}: {config.name} has no such option, only {others}; "
                f"options of {config.name}: {', '.join(('population', *own))}"
            )


def _check_values(config: StrategyConfig) -> None:
    for option, value in config.options().items():
        if value is None:
            continue
        wrong, default = f"strategy.{option}={value}", STRATEGIES[config.name].options[option]
        if option == "optimiser":
            if value not in OPTIMISERS:
                raise unknown_name("optimiser", value, OPTIMISERS)
        elif option == "decay_shape":
            if value not in DECAY_SHAPES:
                raise unknown_name("decay shape", value, DECAY_SHAPES)
        elif option == "decay_generations":
            if value < 1:
                raise HebbaxError(f"{wrong}: expected a whole number of at least 1; nearest valid: 1")
        elif option.endswith("_decay"):
            if not 0 < value <= 1:
                raise HebbaxError(
                    f"{wrong}: expected a number above 0 and at most 1, where 1 keeps the value constant"
                    f"{'; nearest valid: 1' if value > 1 else ', such as 0.99'}"
                )
        elif option == "elite":
            if not 0 < value < 1:
                raise HebbaxError(
                    f"{wrong}: expected a share of the population between 0 and 1, such as {default}, the default"
                )
        elif not 0 < value < float("inf"):
            usual = ", or null" if default is None else f" such as {default}, the default"
            raise HebbaxError(f"{wrong}: expected a positive number{usual}")


def _check_population(config: StrategyConfig) -> None:
    kind, population, wrong = STRATEGIES[config.name], config.population, f"strategy.population={config.population}"
    if kind.mirrored and (population < 2 or population % 2):
        raise HebbaxError(
            f"{wrong}: expected an even number of at least 2, because samples come in mirrored pairs; nearest valid: "
            f"{max(2, population + population % 2)}"
        )
    if population < kind.least_population:
        raise HebbaxError(
            f"{wrong}: {config.name} expects at least {kind.least_population}; nearest valid: {kind.least_population}"
        )
    if config.elite is not None and elites_of(population, config.elite) < _LEAST_ELITES:
        nearest = math.ceil(_LEAST_ELITES / config.elite - 1e-9)
        raise HebbaxError(
            f"{wrong}: {config.name} with strategy.elite={config.elite:g} expects at least {nearest}, of which "
            f"{_LEAST_ELITES} are the elite; nearest valid: {nearest}"
        )
