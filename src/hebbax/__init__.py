"""hebbax: evolve, understand and break plastic neural controllers for robots.

Names are resolved when they are first used, so that `import hebbax` takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hebbax.moved import serve_former_names

if TYPE_CHECKING:
    from hebbax._version import __version__ as __version__
    from hebbax.compiling.compiler import compiled as compiled
    from hebbax.config.engines import register_engine as register_engine
    from hebbax.config.policy import PolicyConfig as PolicyConfig
    from hebbax.config.policy import register_preset as register_preset
    from hebbax.config.strategy import StrategyConfig as StrategyConfig
    from hebbax.config.strategy_table import register_strategy as register_strategy
    from hebbax.config.train import TaskConfig as TaskConfig
    from hebbax.config.train import TrainConfig as TrainConfig
    from hebbax.config.training import PhaseConfig as PhaseConfig
    from hebbax.config.training import TrainingConfig as TrainingConfig
    from hebbax.damage.between import Between as Between
    from hebbax.damage.events import Event as Event
    from hebbax.damage.kinds import register_damage as register_damage
    from hebbax.damage.named import name_damage as name_damage
    from hebbax.engines.live_controller import LiveController as LiveController
    from hebbax.engines.lockstep import LockstepEngine as LockstepEngine
    from hebbax.engines.make_engine import make_engine as make_engine
    from hebbax.engines.native import NativeEngine as NativeEngine
    from hebbax.engines.scenario import Scenario as Scenario
    from hebbax.engines.slots import Slots as Slots
    from hebbax.errors import HebbaxError as HebbaxError
    from hebbax.evolution.statistics import Controller as Controller
    from hebbax.evolution.statistics import ObservationStatistics as ObservationStatistics
    from hebbax.evolution.tracking import register_tracker as register_tracker
    from hebbax.experiments.registry import Experiment as Experiment
    from hebbax.experiments.registry import register_experiment as register_experiment
    from hebbax.networks.activations import register_activation as register_activation
    from hebbax.networks.network import Connection as Connection
    from hebbax.networks.network import Network as Network
    from hebbax.networks.registry import register_network as register_network
    from hebbax.plasticity.averaging import Averaging as Averaging
    from hebbax.plasticity.averaging import register_averaging as register_averaging
    from hebbax.plasticity.gene import Gene as Gene
    from hebbax.plasticity.normalisation import register_normalisation as register_normalisation
    from hebbax.plasticity.plasticity import Plasticity as Plasticity
    from hebbax.plasticity.rule import Rule as Rule
    from hebbax.plasticity.rules import register_rule as register_rule
    from hebbax.policies.make_policy import make_policy as make_policy
    from hebbax.policies.open_loop import Replay as Replay
    from hebbax.policies.policy import Policy as Policy
    from hebbax.policies.synapses import Synapses as Synapses
    from hebbax.runs.evaluation import evaluate_controller as evaluate_controller
    from hebbax.runs.stored_run import StoredRun as StoredRun
    from hebbax.runs.training import Training as Training
    from hebbax.tasks.groups import Group as Group
    from hebbax.tasks.registry import make_task as make_task
    from hebbax.tasks.registry import register_task as register_task
    from hebbax.tasks.task import Task as Task
    from hebbax.types import Lives as Lives
    from hebbax.types import Newborn as Newborn
    from hebbax.types import Noise as Noise
    from hebbax.types import Normaliser as Normaliser
    from hebbax.types import Record as Record
    from hebbax.types import Simulation as Simulation
    from hebbax.worlds.mujoco.make_world import mujoco as mujoco
    from hebbax.worlds.world import World as World

_HOME = {
    "Averaging": "plasticity.averaging",
    "Connection": "networks.network",
    "Controller": "evolution.statistics",
    "Event": "damage.events",
    "Experiment": "experiments.registry",
    "Gene": "plasticity.gene",
    "Group": "tasks.groups",
    "HebbaxError": "errors",
    "LiveController": "engines.live_controller",
    "Lives": "types",
    "LockstepEngine": "engines.lockstep",
    "NativeEngine": "engines.native",
    "Network": "networks.network",
    "Newborn": "types",
    "Noise": "types",
    "Normaliser": "types",
    "ObservationStatistics": "evolution.statistics",
    "PhaseConfig": "config.training",
    "Plasticity": "plasticity.plasticity",
    "Policy": "policies.policy",
    "PolicyConfig": "config.policy",
    "Record": "types",
    "Replay": "policies.open_loop",
    "Rule": "plasticity.rule",
    "Scenario": "engines.scenario",
    "Simulation": "types",
    "Slots": "engines.slots",
    "StoredRun": "runs.stored_run",
    "StrategyConfig": "config.strategy",
    "Synapses": "policies.synapses",
    "Task": "tasks.task",
    "TaskConfig": "config.train",
    "TrainConfig": "config.train",
    "Training": "runs.training",
    "TrainingConfig": "config.training",
    "World": "worlds.world",
    "__version__": "_version",
    "compiled": "compiling.compiler",
    "evaluate_controller": "runs.evaluation",
    "make_engine": "engines.make_engine",
    "make_policy": "policies.make_policy",
    "make_task": "tasks.registry",
    "mujoco": "worlds.mujoco.make_world",
    "register_activation": "networks.activations",
    "register_averaging": "plasticity.averaging",
    "register_damage": "damage.kinds",
    "name_damage": "damage.named",
    "Between": "damage.between",
    "register_engine": "config.engines",
    "register_experiment": "experiments.registry",
    "register_network": "networks.registry",
    "register_normalisation": "plasticity.normalisation",
    "register_preset": "config.policy",
    "register_rule": "plasticity.rules",
    "register_strategy": "config.strategy_table",
    "register_task": "tasks.registry",
    "register_tracker": "evolution.tracking",
}

__all__ = [
    "Averaging",
    "Between",
    "Connection",
    "Controller",
    "Event",
    "Experiment",
    "Gene",
    "Group",
    "HebbaxError",
    "LiveController",
    "Lives",
    "LockstepEngine",
    "NativeEngine",
    "Network",
    "Newborn",
    "Noise",
    "Normaliser",
    "ObservationStatistics",
    "PhaseConfig",
    "Plasticity",
    "Policy",
    "PolicyConfig",
    "Record",
    "Replay",
    "Rule",
    "Scenario",
    "Simulation",
    "Slots",
    "StoredRun",
    "StrategyConfig",
    "Synapses",
    "Task",
    "TaskConfig",
    "TrainConfig",
    "Training",
    "TrainingConfig",
    "World",
    "__version__",
    "compiled",
    "evaluate_controller",
    "make_engine",
    "make_policy",
    "make_task",
    "mujoco",
    "name_damage",
    "register_activation",
    "register_averaging",
    "register_damage",
    "register_engine",
    "register_experiment",
    "register_network",
    "register_normalisation",
    "register_preset",
    "register_rule",
    "register_strategy",
    "register_task",
    "register_tracker",
]

serve_former_names()


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hebbax' has no attribute {name!r}")
    value = getattr(import_module(f"hebbax.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
