"""What lives of training are put through, as a user writes it: their length, and phases in which that changes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hebbax.errors import HebbaxError, check_whole, is_number, unknown_name
from hebbax.types import MOST_TICKS

FULL, GROWING = "full", "growing"
LENGTHS = (FULL, GROWING)
"""What `training.ticks` can be besides a number: as long as evaluations, or as long as evolution has use for."""

EACH, COMMON, MIRRORED = "each", "common", "mirrored"
BIRTHS = (EACH, COMMON, MIRRORED)
"""Which lives of a generation are born alike: none, those of all genomes, or those of a mirrored pair."""

AVERAGE, WEIGHTED, NORMAL, UNIFORM = "average", "weighted", "normal", "uniform"
FIRST_MEANS = (AVERAGE, WEIGHTED, NORMAL, UNIFORM)
"""Where the search begins: at the average of random genomes, the same each or by their fitness, or at one of them.

Coefficients of that one are from N(0, 1) or U(-1, 1).
"""

_GIVEN = re.compile("given-[0-9a-f]{16}")

MEAN, MINIMUM = "mean", "minimum"
OVER_VARIANTS = (MEAN, MINIMUM)
"""What fitness is of the mean returns under each variant of damage; a number k stands for mean - k std."""

_REACHED = re.compile(r"\s*([A-Za-z_][\w./ -]*?)\s*(>=|<=)\s*(\S+)\s*")


@dataclass(frozen=True)
class PhaseConfig:
    """What lives of training are put through from some generation on; what it leaves out is as the run has it.

    >>> PhaseConfig(after="return_mean>=500", ticks=400, weights={"control": 2.0}).damage is None
    True
    """

    after: Any = 0  # generations finished, or a metric's value that is reached, such as "return_mean>=500"
    ticks: Any = None  # as training.ticks
    weights: dict[str, float] = field(default_factory=dict)  # as training.weights; empty for those
    damage: str | None = None  # what happens to the lives, empty for nothing


@dataclass(frozen=True)
class TrainingConfig:
    """How long lives of training are, and how that and their fitness change; evaluations are not touched.

    >>> TrainingConfig("growing").listed
    []
    """

    ticks: Any = None  # control ticks, or one of LENGTHS; none for the task's own choice
    phases: list[PhaseConfig] | None = None  # none for the task's own choice
    births: str = EACH  # one of BIRTHS
    race: float | None = None  # confidence at which a genome's place ends its lives; none to let it have them all
    first_mean: str = AVERAGE  # one of FIRST_MEANS, or what `begin_from.given` calls a controller from elsewhere
    first_scale: float = 1.0  # factor of the random coefficients that the first mean is made of
    first_of: int = 1  # random genomes that live before, and of which `normal` and `uniform` begin at the best
    over_variants: Any = MEAN  # one of OVER_VARIANTS, or k of mean - k std over the variants of damage
    weights: dict[str, float] | None = None  # factors of reward terms in the fitness; none for the task's own choice

    @property
    def listed(self) -> list[PhaseConfig]:
        """The phases as far as they are known: none while they are the task's choice."""
        return self.phases or []

    @property
    def full(self) -> bool:
        """Whether all lives of training are as long as those of evaluations, as far as this says."""
        return self.ticks in (None, FULL) and all(phase.ticks in (None, FULL) for phase in self.listed)

    @property
    def begins_elsewhere(self) -> bool:
        """Whether the first mean is a controller from elsewhere, which the run does not draw itself."""
        return _GIVEN.fullmatch(self.first_mean) is not None

    @property
    def even(self) -> bool:
        """Whether every generation has as many full lives."""
        return self.full and self.race is None


@dataclass(frozen=True)
class Reached:
    """A metric's value that is reached.

    >>> Reached("return_mean", ">=", 500.0).by({"return_mean": 510.0})
    True
    """

    metric: str  # a key of metrics.jsonl, or reward_terms.NAME
    sign: str  # >= or <=
    value: float

    def by(self, metrics: Mapping[str, Any]) -> bool:
        """Return whether a generation has reached it, which none has without a value."""
        group, _, term = self.metric.partition(".")
        found = metrics.get(group)
        found = found.get(term) if isinstance(found, Mapping) else found
        if found is None:
            return False
        return found >= self.value if self.sign == ">=" else found <= self.value


def read_after(after: Any) -> int | Reached:
    """Return when a phase begins. Raises HebbaxError for what is neither a number of generations nor a condition."""
    if isinstance(after, int) and not isinstance(after, bool) and after >= 0:
        return after
    match = _REACHED.fullmatch(after) if isinstance(after, str) else None
    try:
        value = float(match[3]) if match else math.nan
    except ValueError:
        value = math.nan
    if match is None or not math.isfinite(value):
        raise HebbaxError(
            f"training.phases: after={after}: expected a number of generations, or a metric that reaches a value such "
            "as return_mean>=500"
        )
    return Reached(match[1], match[2], value)


def check_training(config: TrainingConfig) -> None:
    """Raise HebbaxError for a length, a phase or a weight that is none."""
    if config.ticks is not None:
        _check_ticks("training.ticks", config.ticks)
    if config.births not in BIRTHS:
        raise unknown_name("training.births", config.births, BIRTHS)
    if config.first_mean not in FIRST_MEANS and not config.begins_elsewhere:
        raise unknown_name("training.first_mean", config.first_mean, FIRST_MEANS)
    _check_first_scale(config)
    _check_first_of(config)
    _check_over_variants(config.over_variants)
    if config.race is not None and not 0 < config.race < 1:
        raise HebbaxError(
            f"training.race={config.race}: expected a confidence between 0 and 1 such as 0.9, or null for no race"
        )
    _check_weights("training.weights", config.weights or {})
    last = -1
    for phase in config.listed:
        begin = read_after(phase.after)
        if isinstance(begin, int):
            if begin <= last:
                raise HebbaxError(f"training.phases: after={begin}: expected more than the {last} of the phase before")
            last = begin
        if phase.ticks is not None:
            _check_ticks("training.phases: ticks", phase.ticks)
        _check_weights("training.phases: weights", phase.weights)
        if phase.damage is not None and not isinstance(phase.damage, str):
            raise HebbaxError(f"training.phases: damage={phase.damage}: expected a text, as in damage=")


def training_in_words(config: TrainingConfig) -> str:
    """Return what the length of lives is, and how many phases there are.

    >>> training_in_words(TrainingConfig(200, [PhaseConfig(20, "growing")], weights={"survive": 0}))
    '200 ticks, survive × 0, 1 phase'
    """
    length = config.ticks if config.ticks in LENGTHS else f"{config.ticks} ticks"
    count = len(config.listed)
    weights = [f"{term} × {weight:g}" for term, weight in (config.weights or {}).items()]
    return ", ".join([str(length), *weights, *([f"{count} phase{'' if count == 1 else 's'}"] if count else [])])


def _check_first_scale(config: TrainingConfig) -> None:
    scale = config.first_scale
    if not is_number(scale) or not 0 < scale < math.inf:
        raise HebbaxError(f"training.first_scale={scale}: expected a positive number such as 0.01")
    if config.begins_elsewhere and scale != 1:
        raise HebbaxError(
            f"training.first_scale={scale}: the first mean is a controller from elsewhere, which it does not change; "
            "leave it out"
        )


def _check_first_of(config: TrainingConfig) -> None:
    check_whole("training.first_of", config.first_of, 1, MOST_TICKS)
    if config.first_of > 1 and config.first_mean not in (NORMAL, UNIFORM):
        raise HebbaxError(
            f"training.first_of={config.first_of}: the best of several is for training.first_mean={NORMAL} or "
            f"{UNIFORM}, here it is {config.first_mean}; nearest valid: 1"
        )


def _check_over_variants(value: Any) -> None:
    if value not in OVER_VARIANTS and not (is_number(value) and 0 <= value < math.inf):
        words = ", ".join(OVER_VARIANTS)
        raise HebbaxError(
            f"training.over_variants={value}: expected {words}, or a number k of at least 0 for mean - k std"
        )


def _check_weights(name: str, weights: Any) -> None:
    if not isinstance(weights, Mapping):
        raise HebbaxError(f"{name}={weights}: expected factors of reward terms such as {{survive:0}}")
    for term, weight in weights.items():
        if not is_number(weight) or not math.isfinite(weight):
            raise HebbaxError(f"{name}: {term}={weight}: expected a finite number")


def _check_ticks(name: str, ticks: Any) -> None:
    number = isinstance(ticks, int) and not isinstance(ticks, bool)
    if not (number and ticks >= 1) and ticks not in LENGTHS:
        nearest = "; nearest valid: 1" if number else ""
        words = " or ".join(LENGTHS)
        raise HebbaxError(f"{name}={ticks}: expected a whole number of at least 1, {words}, or null{nearest}")
