"""The configuration of a run: plain frozen dataclasses, to and from dictionaries."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field, replace
from typing import Any

from hebbax.config.cluster import RayConfig, check_ray
from hebbax.config.engines import ENGINES
from hebbax.config.learner import EVOLUTION, LearnerConfig, check_learner
from hebbax.config.mjx import MjxConfig, check_mjx
from hebbax.config.policy import PRESETS, PolicyConfig, without_unread
from hebbax.config.stored import STORED, TYPED
from hebbax.config.strategy import StrategyConfig
from hebbax.config.training import FULL, PhaseConfig, TrainingConfig, check_training
from hebbax.errors import HebbaxError, check_seed, check_whole, is_number, unknown_name
from hebbax.types import MOST_TICKS, ON_TERMINATION

NORMALISERS = ("running", "none")


@dataclass(frozen=True)
class TaskConfig:
    """A task as a user writes it."""

    name: str = "half_cheetah"
    ticks: int | None = None  # control ticks of a life; none for the task's own


@dataclass(frozen=True)
class ObservationsConfig:
    """What becomes of observations before a policy gets them; not to be taken for the weights' normalisation."""

    normalise: str = "running"  # by the mean and variance of all that a population has seen, or none: as they are


ENGINE_OPTIONS: dict[str, Any] = {"ray": RayConfig, "mjx": MjxConfig}
"""Options of engines, by the engine's name."""

_OF_RAY = {f"ray.{part.name}" for part in dataclasses.fields(RayConfig)}

WITHOUT_EFFECT = frozenset({"threads", "checkpoint_every", "keep_checkpoints", "track", *_OF_RAY})
"""Keys on which no result depends: checkpoints and trackers only look on."""


@dataclass(frozen=True)
class TrainConfig:
    """All that decides what a run computes.

    >>> TrainConfig(task=TaskConfig("swimmer"), strategy=StrategyConfig("snes", 64), generations=50).engine
    'auto'
    """

    task: TaskConfig = field(default_factory=TaskConfig)
    policy: PolicyConfig = field(default_factory=lambda: PRESETS["han-e"])
    strategy: StrategyConfig = field(default_factory=StrategyConfig)
    learner: LearnerConfig = field(default_factory=LearnerConfig)  # evolution by the strategy, or what learns instead
    generations: int = 150
    lifetimes: int = 1  # lives of each genome in a generation
    termination: str = "end"  # or "restart": what a task's termination does to a life
    damage: str = ""  # what happens to the lives, as `damage.text` reads it; none if empty
    observations: ObservationsConfig = field(default_factory=ObservationsConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)  # length of its lives, and phases
    seed: int = 0
    engine: str = "auto"  # native where the policy has a compiled step, else lockstep; vector for other packages
    threads: int | None = None  # none for all cores; no result depends on it
    evaluate_every: int = 10  # generations from one evaluation of the mean genome to the next
    evaluate_lifetimes: int = 16
    checkpoint_every: int = 10
    keep_checkpoints: int = 3
    track: str = "none"  # what else gets the metrics: tensorboard or wandb
    ray: RayConfig = field(default_factory=RayConfig)  # where the lives of engine=ray are lived
    mjx: MjxConfig = field(default_factory=MjxConfig)  # how those of engine=mjx are


def check_train_config(config: TrainConfig) -> None:
    """Raise HebbaxError for a number out of range; names of parts, and sizes, are checked where they are used."""
    least_one = ("generations", "lifetimes", "evaluate_every", "evaluate_lifetimes", "checkpoint_every")
    for name in (*least_one, "keep_checkpoints"):
        check_whole(name, getattr(config, name), 1, MOST_TICKS)
    for name, value in (("threads", config.threads), ("ticks", config.task.ticks)):
        if value is not None and (not is_number(value) or value < 1):
            expected = "expected a whole number of at least 1, or null; nearest valid: 1"
            raise HebbaxError(f"{name}={value}: {expected}", field=name)
    if not isinstance(config.damage, str):
        raise HebbaxError(f"damage={config.damage!r}: expected a text such as scale-actuator(0, 0.5)")
    check_seed(config.seed)
    if config.engine not in ENGINES:
        raise unknown_name("engine", config.engine, ENGINES)
    if config.termination not in ON_TERMINATION:
        raise unknown_name("termination", config.termination, ON_TERMINATION)
    if config.observations.normalise not in NORMALISERS:
        raise unknown_name("observations.normalise", config.observations.normalise, NORMALISERS)
    check_training(config.training)
    check_ray(config.ray)
    check_mjx(config.mjx)
    for name, kind in ENGINE_OPTIONS.items():
        if getattr(config, name) != kind() and config.engine != name:
            raise HebbaxError(f"engine={config.engine} with {name}.*: nearest valid: engine={name}")
    check_learner(config.learner)


def to_dict(config: TrainConfig) -> dict[str, Any]:
    """Return the configuration as nested dictionaries of plain values.

    What a user names, such as connections, is in alphabetical order: in whichever it was given, the text is the same.
    Of engines that a run does not have nothing is said.
    """
    values = {**dataclasses.asdict(config), "strategy": config.strategy.to_values()}
    for name, kind in ENGINE_OPTIONS.items():
        if getattr(config, name) == kind():
            del values[name]
    if config.learner.algorithm == EVOLUTION:  # so that its runs are stored as before there was another
        del values["learner"]
    return {
        key: {name: _in_order(part) for name, part in value.items()} if isinstance(value, dict) else value
        for key, value in values.items()
    }


def engine_options(config: TrainConfig) -> Any:
    """Return the options of the engine of a run, None for one that has none."""
    return getattr(config, config.engine) if config.engine in ENGINE_OPTIONS else None


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value, key=str)}
    return [_in_order(part) for part in value] if isinstance(value, list) else value


def flat_dict(config: TrainConfig) -> dict[str, Any]:
    """Return every value under its dotted key, such as "strategy.sigma"."""
    flat: dict[str, Any] = {}
    options = {name: dataclasses.asdict(getattr(config, name)) for name in ENGINE_OPTIONS}
    for key, value in {**to_dict(config), **options}.items():
        flat |= {f"{key}.{name}": part for name, part in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def from_dict(values: dict[str, Any]) -> TrainConfig:
    """Return the configuration of a stored run, of this version or an earlier one.

    Earlier ones let a policy have options that it does not read; they get their defaults here, or no such run would
    load. Lives of training were full ones, and every reward term counted as it is, before there was a choice. Raises
    HebbaxError for a key this version does not know, and for a value of another type than its key has.
    """
    TYPED.check(values)
    training = {"weights": {}, "phases": [], **values.get("training", {"ticks": FULL})}
    config = from_typed({**values, "training": training, "policy": _with_initial_scale(values.get("policy", {}))})
    return replace(config, policy=without_unread(config.policy))


def from_stored(values: Any) -> TrainConfig:
    """Return the configuration that a document holds, of this version or an earlier one.

    Raises HebbaxError as `from_dict` and `check_train_config` do, and for a key that is missing although all stored
    runs have it.
    """
    STORED.check(values)
    config = from_dict(values)
    check_train_config(config)
    return config


def from_typed(values: dict[str, Any]) -> TrainConfig:
    """Return the configuration of nested dictionaries, each value as it is.

    Raises HebbaxError for a key this version does not know.
    """
    task = _build(TaskConfig, values.get("task", {}), "task.")
    policy = _build(PolicyConfig, values.get("policy", {}), "policy.")
    strategy = StrategyConfig.of_values(values.get("strategy", {}))
    learner = _build(LearnerConfig, values.get("learner", {}), "learner.")
    observations = _build(ObservationsConfig, values.get("observations", {}), "observations.")
    training = _training(values.get("training", {}))
    parts = {"task": task, "policy": policy, "strategy": strategy, "learner": learner}
    parts |= {"observations": observations, "training": training}
    parts |= {name: _build(kind, values.get(name, {}), f"{name}.") for name, kind in ENGINE_OPTIONS.items()}
    return _build(TrainConfig, {**values, **parts}, "")


def _training(values: dict[str, Any]) -> TrainingConfig:
    phases = values.get("phases")
    if isinstance(phases, list) and all(isinstance(phase, dict) for phase in phases):
        phases = [_build(PhaseConfig, phase, "training.phases: ") for phase in phases]
    elif phases is not None:
        raise HebbaxError("training.phases: expected a list such as [{after:20,weights:{control:2}}]")
    return _build(TrainingConfig, {**values, "phases": phases}, "training.")


def _with_initial_scale(policy: dict[str, Any]) -> dict[str, Any]:
    """Return a policy's values in today's keys: runs of schema 1 may hold the ends of a uniform distribution."""
    if "initial_low" not in policy:
        return policy
    if "initial_high" not in policy:
        raise HebbaxError("policy.initial_high is missing beside policy.initial_low")
    low, high = policy["initial_low"], policy["initial_high"]
    rest = {key: value for key, value in policy.items() if key not in ("initial_low", "initial_high")}
    return {**rest, "initial": "uniform", "initial_scale": (high - low) / 2, "initial_offset": (high + low) / 2}


def _build(kind: Any, values: dict[str, Any], prefix: str) -> Any:
    names = {f.name for f in dataclasses.fields(kind)}
    for key in values:
        if key not in names:
            raise unknown_name("configuration key", prefix + key, [prefix + name for name in names])
    return kind(**values)
