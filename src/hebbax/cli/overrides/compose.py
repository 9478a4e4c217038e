"""From overrides to the configuration of a training run."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hydra import compose, initialize_config_module
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from hebbax.cli.overrides.check import as_hydra, check_overrides, expected_value, external_tasks, known_keys
from hebbax.cli.overrides.schema import PRIMARY, store_schema
from hebbax.config.learner import EVOLUTION, LEARNERS, POLICIES, LearnerConfig
from hebbax.config.train import ENGINE_OPTIONS, TrainConfig, check_train_config, from_typed
from hebbax.errors import HebbaxError

SCENARIO = ("task", "ticks", "termination", "damage")
"""What lives of a stored run can be put through instead of what it lived through in training."""


def compose_train(overrides: Sequence[str]) -> TrainConfig:
    """Return the configuration that overrides such as "policy=han-e" and "strategy.population=256" describe.

    Raises HebbaxError, in one line, for an override that is malformed, an unknown key or preset, or a value of the
    wrong type. Hydra makes no folder and touches no logging here.
    """
    overrides = _with_policy(overrides)
    chosen = check_overrides(overrides)
    store_schema(external_tasks(overrides), chosen)
    try:
        # By a package, which holds no configuration: without one Hydra reads the source of all that is imported to
        # find out who is calling.
        with initialize_config_module("hebbax.cli.overrides", version_base="1.3"):
            composed = compose(PRIMARY, overrides=[as_hydra(text) for text in overrides])
        values = OmegaConf.to_container(composed, resolve=True, throw_on_missing=True)
    except (HydraException, OmegaConfBaseException) as error:
        raise _explain(error, overrides) from error
    assert isinstance(values, dict)
    return from_typed({str(key): value for key, value in values.items()})


def _with_policy(overrides: Sequence[str]) -> Sequence[str]:
    """Return overrides with the policy that a learner comes with, where none is chosen."""
    values = {text.partition("=")[0]: text.partition("=")[2] for text in overrides}
    name = values.get("learner", EVOLUTION)
    learner = LEARNERS.get(name) if name in LEARNERS else LearnerConfig()  # an unknown one is said later
    if "policy" in values or learner.algorithm not in POLICIES:
        return overrides
    return [f"policy={POLICIES[learner.algorithm]}", *overrides]


def compose_like(config: TrainConfig, overrides: Sequence[str]) -> TrainConfig:
    """Return what overrides describe, with task, policy and observations of another configuration where not set.

    A policy or a task that is chosen by name is a new one: nothing of the other's is left. Raises HebbaxError as
    `compose_train` does.
    """
    named = [text.partition("=")[0] for text in overrides]
    task = [] if "task" in named else [f"task={config.task.name}"]  # whose choices of training come with it
    composed, kept = compose_train([*task, *overrides]), {}
    for group in ("task", "policy", "observations"):
        if group not in named:
            mine, other = getattr(composed, group), getattr(config, group)
            set_here = {key.partition(".")[2].partition(".")[0] for key in named if key.startswith(f"{group}.")}
            kept[group] = replace(other, **{name: getattr(mine, name) for name in set_here})
    return replace(composed, **kept)


def compose_scenario(overrides: Sequence[str]) -> dict[str, Any]:
    """Return what lives of a stored run are to be put through instead: values by key of SCENARIO.

    Raises HebbaxError for any other key: the controller evolved with it, and may not fit another.
    """
    texts = []
    for text in overrides:
        key = text.partition("=")[0]
        if key not in SCENARIO:
            raise HebbaxError(
                f"{text}: only {', '.join(SCENARIO[:-1])} and {SCENARIO[-1]} can be others than the run's"
                + (f"; did you mean {near[0]!r}?" if (near := difflib.get_close_matches(key, SCENARIO, n=1)) else "")
            )
        texts.append(f"task.{text}" if key == "ticks" else text)
    config = compose_train(texts)
    check_train_config(config)
    values = {
        "task": config.task.name,
        "ticks": config.task.ticks,
        "termination": config.termination,
        "damage": config.damage,
    }
    return {key: values[key] for key in values if any(text.partition("=")[0] == key for text in overrides)}


def compose_resumed(overrides: Sequence[str]) -> tuple[int | None, dict[str, Any]]:
    """Return to how many generations a run is to be resumed, None for as many as it was begun with, and where.

    That is the engine and its options, nothing where the engine stays. Raises HebbaxError for any other key: the rest
    is as the run began, or it would be another run.
    """
    keys = [text.partition("=")[0] for text in overrides]
    for key, text in zip(keys, overrides, strict=True):
        if key not in ("generations", "engine") and key.partition(".")[0] not in ENGINE_OPTIONS:
            raise HebbaxError(f"{text}: only generations=N and engine=NAME can change when a run is resumed")
    if not overrides:
        return None, {}
    config = compose_train(overrides)
    moves = any(key != "generations" for key in keys)
    engine = {name: getattr(config, name) for name in ("engine", *ENGINE_OPTIONS)} if moves else {}
    return config.generations if "generations" in keys else None, engine


def _explain(error: Exception, overrides: Sequence[str]) -> HebbaxError:
    """Return one line about what Hydra or OmegaConf says in several, with what the key expects."""
    reason = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    first_line = str(reason).partition("\n")[0]
    key = str(getattr(reason, "full_key", None) or "").partition("[")[0]
    if key not in known_keys():
        return HebbaxError(f"cannot compose the configuration: {first_line}")
    typed = [text for text in overrides if text.partition("=")[0] == key]
    # Of several values for one key, Hydra's own words end with the one that it refused.
    guilty = next((text for text in typed if str(error).endswith(text)), typed[-1] if typed else key)
    return HebbaxError(f"{guilty}: expected {expected_value(key)}")
