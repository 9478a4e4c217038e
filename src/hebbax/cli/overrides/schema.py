"""The groups that an override can choose from, and the schema behind every key, as Hydra knows them."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Sequence, Set
from functools import cache
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from hebbax.config.learner import LEARNERS
from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STRATEGIES, option_types
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import TrainingConfig
from hebbax.tasks.registry import TASKS

PRIMARY = "hebbax_train"
"""The name under which Hydra composes a training configuration."""

_SCHEMA = "hebbax_train_schema"


def groups() -> dict[str, dict[str, Any]]:
    """Return what each group can be set to: presets by name, by group."""
    return {
        "task": {name: TaskConfig(name=name) for name in TASKS},
        "policy": dict(PRESETS.items()),
        "strategy": {name: _strategy(StrategyConfig(name)) for name in STRATEGIES},
        "learner": dict(LEARNERS.items()),
    }


def schema() -> Any:
    """Return the default of every key, as an instance of nested dataclasses that have the types of all.

    They are those of `TrainConfig`, but that of the strategy, which has a field for every option of every strategy:
    which of them the chosen one has is told where the configuration is built. So are the phases of training.
    """
    default, hints = TrainConfig(), typing.get_type_hints(TrainConfig)
    values = {field.name: getattr(default, field.name) for field in dataclasses.fields(default)}
    values["strategy"] = _strategy(default.strategy)
    values["training"] = _Training()
    hints["strategy"], hints["training"] = type(values["strategy"]), _Training
    return dataclasses.make_dataclass("Training", [(name, hints[name]) for name in values])(**values)


@dataclasses.dataclass
class _Training:
    ticks: Any = TrainingConfig.ticks
    weights: Any = TrainingConfig.weights
    phases: Any = TrainingConfig.phases
    births: str = TrainingConfig.births
    race: float | None = TrainingConfig.race
    first_mean: str = TrainingConfig.first_mean
    first_scale: float = TrainingConfig.first_scale
    first_of: int = TrainingConfig.first_of
    over_variants: Any = TrainingConfig.over_variants


def _strategy(config: StrategyConfig) -> Any:
    return _strategy_type(tuple(option_types().items()))(**config.to_values())


@cache  # OmegaConf merges instances of one class
def _strategy_type(options: tuple[tuple[str, Any], ...]) -> type:
    optional = [(name, kind | None, None) for name, kind in options]
    return dataclasses.make_dataclass("Strategy", [("name", str), ("population", int), *optional])


def store_schema(external_tasks: Sequence[str] = (), chosen: Set[tuple[str, str]] | None = None) -> None:
    """Tell Hydra the groups and the schema; to be called before every composition, as names can be registered.

    `external_tasks` names the environments of other packages that the composition chooses, and `chosen` the presets,
    with their groups. Without these, all that can be chosen is told, which takes 0.1 s.
    """
    store = ConfigStore.instance()
    for name in external_tasks:
        # Hydra takes the slashes in a value for folders within the group.
        folder, _, leaf = f"task/{name}".rpartition("/")
        store.store(group=folder, name=leaf, node=_editable(TaskConfig(name)), package="task")
    default = TrainConfig()
    choices = [{group: getattr(default, group).name} for group in groups()]
    for group, presets in groups().items():
        for name, preset in presets.items():
            if chosen is None or (group, name) in chosen or name == getattr(default, group).name:
                store.store(group=group, name=name, node=_editable(preset))
    store.store(name=_SCHEMA, node=_editable(schema()))
    store.store(name=PRIMARY, node={"defaults": [_SCHEMA, *choices, "_self_"]})


def _editable(config: Any) -> DictConfig:
    """Return a dataclass as a typed configuration; OmegaConf would not let a frozen one be overridden."""
    node = OmegaConf.structured(config)
    _unfreeze(node)
    return node


def _unfreeze(node: DictConfig) -> None:
    OmegaConf.set_readonly(node, None)
    if OmegaConf.get_type(node) is dict:  # whose keys are the user's
        OmegaConf.set_struct(node, False)
    for key in node:
        if OmegaConf.is_dict(node._get_node(key)):
            _unfreeze(node[key])
