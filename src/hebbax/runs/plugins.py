"""Which plug-ins a run relies on: a new version of one may change its results, as one of NumPy may."""

from __future__ import annotations

from typing import Any

from hebbax.config.engines import ENGINES
from hebbax.config.learner import EVOLUTION
from hebbax.config.strategy_table import STRATEGIES
from hebbax.config.train import TrainConfig
from hebbax.damage.kinds import KINDS
from hebbax.damage.text import split_outside_brackets
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.registry import NETWORKS
from hebbax.plasticity.averaging import AVERAGINGS
from hebbax.plasticity.normalisation import NORMALISATIONS
from hebbax.plasticity.rules import RULES
from hebbax.registry import Registry
from hebbax.tasks.registry import TASKS
from hebbax.versions import LEARNT_WITH, environment, version_of


def environment_of(config: TrainConfig) -> dict[str, str]:
    """Return `versions.environment`, with what PPO learns with where it does, and the plug-ins that a run names.

    Of these the versions stand under "plugin PACKAGE".
    """
    # A name that is looked up has plug-ins imported, of which no one else may have asked for any yet.
    known = [(registry, name) for registry, name in _parts(config) if _may_be_registered(name) and name in registry]
    packages = {package for registry, name in known if (package := registry.origin(name)) is not None}
    learnt_with = () if config.learner.algorithm == EVOLUTION else LEARNT_WITH
    return {
        **environment(),
        **{package: version_of(package) for package in learnt_with},
        **{f"plugin {package}": version_of(package) for package in sorted(packages)},
    }


def _may_be_registered(name: object) -> bool:
    """Whether a name may be a plug-in's: no damage is none, and a slash is in names of what is not registered here."""
    return isinstance(name, str) and name not in ("", "none") and "/" not in name


def _parts(config: TrainConfig) -> list[tuple[Registry[Any], str]]:
    """Return the names that results depend on, each with its registry."""
    policy = config.policy
    kinds = [
        event.partition("(")[0].strip()
        for variant in split_outside_brackets(config.damage, "|")
        for event in split_outside_brackets(variant, "+")
    ]
    return [
        (TASKS, config.task.name),
        (STRATEGIES, config.strategy.name),
        (ENGINES, config.engine),
        (NETWORKS, policy.network),
        (ACTIVATIONS, policy.activation),
        (ACTIVATIONS, policy.output_activation),
        (RULES, policy.rule),
        (NORMALISATIONS, policy.normalisation),
        (AVERAGINGS, policy.averaging),
        *((KINDS, kind) for kind in kinds),
    ]
