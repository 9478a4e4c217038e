"""Runs compared: grouped by what differs between them beside the seed, one table per task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from hebbax.analysis.statistics import bootstrap_interval, interquartile_mean, mean, probability_of_improvement
from hebbax.comparison.curves import Curve
from hebbax.config.learner import EVOLUTION
from hebbax.config.policy import PRESETS
from hebbax.config.strategy_table import STRATEGIES
from hebbax.config.train import WITHOUT_EFFECT, flat_dict
from hebbax.errors import HebbaxError
from hebbax.keys import root_key, stream

LEAST_SEEDS = 5
"""With fewer finished seeds a group has single results: no mean, interval or interquartile mean."""

_PART_NO_GROUP = WITHOUT_EFFECT | {"seed"}
_OF_A_TABLE = ("task.", "termination")
_OF_EVERY_STRATEGY = ("name", "population")
_OF_A_LEARNER = ("learner", "strategy", "training", "generations", "lifetimes")


@dataclass(frozen=True)
class Group:
    """Runs of one configuration that differ in their seed alone."""

    name: str  # the policy, and the settings that its name does not say
    policy: str
    settings: dict[str, Any]  # those settings, by key
    curves: tuple[Curve, ...]  # by seed

    @property
    def valid_curves(self) -> tuple[Curve, ...]:
        """The runs that count: finished, and with a life at the end that did not diverge."""
        return tuple(curve for curve in self.curves if curve.finished and np.isfinite(curve.final))

    @property
    def sizes(self) -> Mapping[str, int | None]:
        """Sizes of the policy, as the first run has them that tells them."""
        return next((curve.sizes for curve in self.curves if None not in curve.sizes.values()), self.curves[0].sizes)

    @property
    def finals(self) -> np.ndarray:
        """The last values of the runs that count, float64 [runs]."""
        return np.array([curve.final for curve in self.valid_curves], np.float64)

    @property
    def enough(self) -> bool:
        """Whether there are enough seeds for statistics."""
        return len(self.valid_curves) >= LEAST_SEEDS


@dataclass(frozen=True)
class Table:
    """The groups of one task and termination; returns of different tables are not comparable."""

    settings: dict[str, Any]  # task.name, task.ticks, termination, … by key
    groups: tuple[Group, ...]

    @property
    def name(self) -> str:
        """The task, and the settings that are not the task's own."""
        others = [f"{key}={value}" for key, value in self.settings.items() if key != "task.name" and value is not None]
        return ", ".join([str(self.settings["task.name"]), *others])


@dataclass(frozen=True)
class Summary:
    """What a group's finished seeds say: statistics from LEAST_SEEDS on, else None."""

    mean: float | None
    mean_ci95: tuple[float, float] | None
    interquartile_mean: float | None
    interquartile_mean_ci95: tuple[float, float] | None


@dataclass(frozen=True)
class Improvement:
    """How probable it is that a run of one group has a higher return than one of another."""

    group: str
    over: str
    probability: float
    ci95: tuple[float, float]


def compare(curves: Sequence[Curve]) -> list[Table]:
    """Return the tables of some runs, tasks and groups in the order in which they come first.

    Raises HebbaxError if two of them are one configuration with one seed, which would count a result twice.
    """
    flat = [flat_dict(curve.config) for curve in curves]
    tables: dict[str, list[int]] = {}
    for number, settings in enumerate(flat):
        tables.setdefault(repr(_of_table(settings)), []).append(number)
    return [_table([(curves[i], flat[i]) for i in numbers]) for numbers in tables.values()]


def summarise(group: Group, seed: int = 0) -> Summary:
    """Return a group's statistics; their intervals are the same for the same returns and seed."""
    if not group.enough:
        return Summary(None, None, None, None)
    finals, key = group.finals, stream(root_key(seed), "summary")
    return Summary(
        mean=float(mean(finals)),
        mean_ci95=bootstrap_interval(mean, finals, key=key),
        interquartile_mean=float(interquartile_mean(finals)),
        interquartile_mean_ci95=bootstrap_interval(interquartile_mean, finals, key=key),
    )


def improvement(group: Group, over: Group, seed: int = 0) -> Improvement | None:
    """Return how probable an improvement over another group is; None where either has too few seeds."""
    if not (group.enough and over.enough):
        return None
    pair, key = (group.finals, over.finals), stream(root_key(seed), "improvement")
    return Improvement(
        group.name,
        over.name,
        float(probability_of_improvement(*pair)),
        bootstrap_interval(probability_of_improvement, *pair, key=key),
    )


def _table(runs: Sequence[tuple[Curve, dict[str, Any]]]) -> Table:
    by_group: dict[str, list[tuple[Curve, dict[str, Any]]]] = {}
    for curve, settings in runs:
        by_group.setdefault(repr(_of_group(settings)), []).append((curve, settings))
    groups = [_of_group(members[0][1]) for members in by_group.values()]
    differences = [_differences(settings, groups) for settings in groups]
    return Table(settings=_of_table(runs[0][1]), groups=tuple(map(_group, by_group.values(), differences)))


def _group(members: Sequence[tuple[Curve, dict[str, Any]]], differences: dict[str, Any]) -> Group:
    curves = sorted((curve for curve, _ in members), key=lambda curve: curve.config.seed)
    for one, other in pairwise(curves):
        if one.config.seed == other.config.seed:
            raise HebbaxError(
                f"{one.source} and {other.source} are one configuration with seed {one.config.seed}: give one of them"
            )
    policy = str(members[0][1]["policy.name"])
    return Group(" ".join([policy, *(f"{k}={v}" for k, v in differences.items())]), policy, differences, tuple(curves))


def _differences(settings: Mapping[str, Any], groups: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the name of a group's policy does not say.

    That is: settings that differ among the groups that can share them, and options that the preset has otherwise.
    """
    return {
        key: value
        for key, value in settings.items()
        if _is_changed(key, settings)
        or len({repr(other.get(key)) for other in groups if _can_share(key, settings, other)}) > 1
    }


def _is_changed(key: str, settings: Mapping[str, Any]) -> bool:
    """Whether an option of the policy is another than in the preset of its name."""
    section, _, option = key.partition(".")
    name = settings["policy.name"]
    return section == "policy" and name in PRESETS and settings[key] != getattr(PRESETS.get(name), option)


def _can_share(key: str, settings: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a key says the same of two groups: a policy's name stands for its keys, a strategy's for its options.

    So does a learner's, and what is a generation of one learner is none of another.
    """
    section, _, option = key.partition(".")
    learners = [one.get("learner.algorithm", EVOLUTION) for one in (settings, other)]
    if learners[0] != learners[1] and section in _OF_A_LEARNER:
        return False
    if section == "learner" and option != "name":
        return settings["learner.name"] == other["learner.name"]
    if section == "policy":
        return settings["policy.name"] == other["policy.name"]
    if section == "strategy" and option not in _OF_EVERY_STRATEGY:
        return all(option in STRATEGIES.get(one["strategy.name"]).defaults for one in (settings, other))
    return True


def _of_table(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key.startswith(_OF_A_TABLE)}


def _of_group(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in settings.items() if key not in _PART_NO_GROUP and not key.startswith(_OF_A_TABLE)
    }
