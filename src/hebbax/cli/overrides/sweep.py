"""From overrides with several values a key to one configuration a combination."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from hebbax.cli.overrides.check import parse_override
from hebbax.cli.overrides.compose import compose_train
from hebbax.config.train import TrainConfig
from hebbax.errors import HebbaxError


@dataclass(frozen=True)
class Combination:
    """One run of a sweep."""

    overrides: tuple[str, ...]  # one value a key, as `hebbax train` takes them
    swept: tuple[str, ...]  # the keys that have several values in the sweep
    config: TrainConfig


def compose_sweep(overrides: Sequence[str]) -> list[Combination]:
    """Return every combination of values such as "policy=han-a,han-b" and "seed=range(5)", the last key fastest.

    Raises HebbaxError, in one line, for what `compose_train` refuses in any of them, and for a continuous interval.
    """
    parsed = {
        (override := parse_override(text, "seed=0,1,2")).get_key_element(): (override, text) for text in overrides
    }  # the last counts
    swept = tuple(key for key, (override, _) in parsed.items() if override.is_sweep_override())
    choices = [_choices(override, text) for override, text in parsed.values()]
    combinations = []
    for texts, config in compose_each(list(itertools.product(*choices))):
        if isinstance(config, HebbaxError):
            raise config
        combinations.append(Combination(texts, swept, config))
    return combinations


def compose_each(
    combinations: Sequence[tuple[str, ...]],
) -> Iterator[tuple[tuple[str, ...], TrainConfig | HebbaxError]]:
    """Yield the configuration of each combination of overrides, or what `compose_train` has against it.

    Those that differ in their seed alone share one composition, which takes 0.1 s.
    """
    composed: dict[tuple[str, ...], TrainConfig | HebbaxError] = {}
    for texts in combinations:
        seeds = tuple(text for text in texts if text.startswith("seed="))
        others = tuple(text for text in texts if text not in seeds)
        for part in (others, seeds):
            if part not in composed:
                composed[part] = _composed(part)
        config, seeded = composed[others], composed[seeds]
        if isinstance(config, HebbaxError) or not seeds:
            yield texts, config
        elif isinstance(seeded, HebbaxError):
            yield texts, seeded
        else:
            yield texts, replace(config, seed=seeded.seed)


def split_launcher(overrides: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the overrides of the runs, and those of Hydra's launcher: hydra/launcher=… and hydra.launcher.KEY=…."""
    launcher = [text for text in overrides if text.lstrip("+").startswith(("hydra/launcher=", "hydra.launcher."))]
    return [text for text in overrides if text not in launcher], launcher


def _composed(overrides: Sequence[str]) -> TrainConfig | HebbaxError:
    try:
        return compose_train(overrides)
    except HebbaxError as error:
        return error


def _choices(override: Override, text: str) -> list[str]:
    """Return an override for each of the values of one."""
    if not override.is_sweep_override():
        return [text]
    try:
        values = list(override.sweep_string_iterator())
    except HydraException:
        raise HebbaxError(f"{text}: expected a list such as a,b or a range such as range(0,5)") from None
    return [f"{override.get_key_element()}={value}" for value in values]
