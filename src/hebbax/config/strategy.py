"""An evolution strategy as a user writes it, with all that can be wrong about it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hebbax.config.options import check_options
from hebbax.config.strategy_table import STORED_OPTIONS, STRATEGIES, elites_of, option_types
from hebbax.errors import HebbaxError, check_whole, is_number, unknown_name
from hebbax.types import MOST_LIVES

_LEAST_ELITES = 2


@dataclass(frozen=True, init=False)
class StrategyConfig:
    """Name, population and options of an evolution strategy, as in `StrategyConfig("snes", 128, sigma=0.1)`.

    `options` is the strategy's own dataclass (see `STRATEGIES`), and each option is an attribute here too. A population
    or an option that is left out, or None, takes the strategy's own default.

    Raises HebbaxError for an unknown name, an option that the strategy does not have, or a number out of range.

    >>> StrategyConfig("snes", 128, sigma=0.1).sigma
    0.1
    """

    name: str
    population: int  # genomes per generation
    options: Any

    def __init__(
        self, name: str = "openai-es", population: int | None = None, options: Any = None, **values: Any
    ) -> None:
        kind = STRATEGIES.get(name)
        _check_names(name, values)
        overrides = {option: value for option, value in values.items() if option in kind.defaults}
        overrides |= {option: kind.defaults[option] for option, value in overrides.items() if value is None}
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "population", kind.population if population is None else population)
        object.__setattr__(
            self, "options", dataclasses.replace(kind.options() if options is None else options, **overrides)
        )
        if type(self.options) is not kind.options:
            raise HebbaxError(f"strategy {name!r}: its options are {kind.options.__name__}, not those of another one")
        check_options(self.options)
        _check_population(self, kind.mirrored, kind.least_population)

    def __getattr__(self, option: str) -> Any:
        if "options" not in vars(self):  # while it is being copied
            raise AttributeError(option)
        return getattr(self.options, option)

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> StrategyConfig:
        """Return the strategy of plain values, as `to_values` returns them, of this version or an earlier one.

        Raises HebbaxError for a key that no strategy has, and as the class does.
        """
        for key in values:
            if key in ("name", "population", *STORED_OPTIONS):
                continue
            if key not in (keys := ("name", "population", *option_types())):
                raise unknown_name("configuration key", f"strategy.{key}", [f"strategy.{name}" for name in keys])
        return cls(**values)

    def to_values(self) -> dict[str, Any]:
        """Return plain values by name, as runs store them: null where another strategy of ours has an option."""
        options = dataclasses.asdict(self.options)
        stored_options = {option: options.get(option) for option in STORED_OPTIONS}
        return {"name": self.name, "population": self.population, **stored_options, **options}


def _check_names(name: str, values: Mapping[str, Any]) -> None:
    defaults = STRATEGIES.get(name).defaults
    for option, value in values.items():
        if option in defaults or (value is None and option in STORED_OPTIONS):
            continue
        others = ", ".join(other for other, kind in STRATEGIES.items() if option in kind.defaults)
        if not others:
            raise unknown_name("option of a strategy", option, option_types())
        if value is not None:
            raise HebbaxError(
                f"{option}={value}: {name} has no such option, only {others}; "
                f"options of {name}: {', '.join(('population', *defaults))}",
                field=option,
            )


def _check_population(config: StrategyConfig, mirrored: bool, minimum: int) -> None:
    population, elite = config.population, getattr(config.options, "elite", None)
    wrong = f"population={population}"
    if not mirrored or not is_number(population) or population > MOST_LIVES:
        check_whole("population", population, 1, MOST_LIVES, field="population")
    if mirrored and (population < 2 or population % 2):
        raise HebbaxError(
            f"{wrong}: expected an even number of at least 2, because samples come in mirrored pairs; nearest valid: "
            f"{max(2, population + population % 2)}",
            field="population",
        )
    if population < minimum:
        raise HebbaxError(
            f"{wrong}: {config.name} expects at least {minimum}; nearest valid: {minimum}", field="population"
        )
    if elite is not None and elites_of(population, elite) < _LEAST_ELITES:
        nearest = math.ceil(_LEAST_ELITES / elite - 1e-9)
        raise HebbaxError(
            f"{wrong}: {config.name} with elite={elite:g} expects at least {nearest}, of which "
            f"{_LEAST_ELITES} are the elite; nearest valid: {nearest}",
            field="population",
        )
