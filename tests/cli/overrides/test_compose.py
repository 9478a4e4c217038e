"""Overrides to configurations, and every way in which they can be wrong."""

from __future__ import annotations

import dataclasses
import re
import shlex

import pytest
from hydra.core.global_hydra import GlobalHydra

from hebbax.cli.overrides.check import known_keys
from hebbax.cli.overrides.compose import compose_resumed, compose_train
from hebbax.cli.overrides.sweep import compose_sweep
from hebbax.cli.train import parser
from hebbax.config.cluster import RayConfig
from hebbax.config.learner import LEARNERS
from hebbax.config.mjx import MjxConfig
from hebbax.config.policy import PRESETS
from hebbax.config.train import ENGINE_OPTIONS, TaskConfig, TrainConfig, from_dict, to_dict
from hebbax.errors import HebbaxError
from hebbax.tasks import registry


def test_nothing_gives_the_defaults():
    assert compose_train([]) == TrainConfig()
    assert compose_train(["strategy=openai-es"]) == TrainConfig()


@pytest.mark.parametrize("name", PRESETS)
def test_every_policy_by_name(name):
    assert compose_train([f"policy={name}"]).policy == PRESETS[name]


def test_values_and_presets_in_any_order():
    config = compose_train(["policy.window=20", "task=swimmer", "policy=han-d", "task.ticks=500", "seed=7"])

    expected = TrainConfig(
        task=TaskConfig("swimmer", 500), policy=dataclasses.replace(PRESETS["han-d"], window=20), seed=7
    )
    assert config == expected


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("policy.hidden=[64,64]", [64, 64]),
        ("policy.hidden=[]", []),
        ("policy.interval=0.2", 0.2),
        ("policy.interval=4 ticks", "4 ticks"),
        ("policy.rate=0.5", 0.5),
        ("policy.rate=null", None),
        ("policy.bias=true", True),
        ("policy.rule=abcd", "abcd"),
        ("strategy.sigma=1", 1.0),
        ("termination=restart", "restart"),
        ("threads=2", 2),
        ("threads=null", None),
    ],
)
def test_value_of_each_type(override, value):
    config = compose_train([override])

    here = to_dict(config)
    for part in override.partition("=")[0].split("."):
        here = here[part]
    assert here == value
    assert type(here) is type(value)
    assert from_dict(to_dict(config)) == config


def test_the_examples_of_the_help_can_be_composed():
    for line in parser().format_help().partition("examples:\n")[2].splitlines():
        overrides = [word for word in shlex.split(line)[2:] if "=" in word]
        assert overrides
        (compose_sweep if " -m " in line else compose_train)(overrides)


def test_hydra_is_left_as_it_was():
    compose_train([])

    assert not GlobalHydra.instance().is_initialized()


def test_a_task_of_ones_own_can_be_chosen(forget_parts_of):
    forget_parts_of(registry.TASKS)
    registry.register_task("mine", registry.TASKS.get("swimmer"))

    assert compose_train(["task=mine"]).task == TaskConfig("mine")


WRONG = {
    "strategy.popluation=4": "unknown configuration key 'strategy.popluation': did you mean 'strategy.population'?",
    "population=4": "unknown configuration key 'population': did you mean 'strategy.population'?",
    "+polcy=mlp": "unknown configuration key 'polcy': did you mean 'policy'?",
    "hydra.run.dir=here": "unknown configuration key 'hydra.run.dir': see `hebbax train --help`",
    "policy.hidden.0=4": "unknown configuration key 'policy.hidden.0': did you mean 'policy.hidden'?",
    "policy=mpl": "unknown policy 'mpl': did you mean 'mlp'?",
    "policy=null": f"unknown policy 'null': known: {', '.join(sorted(PRESETS))}",
    "task=gym/Pendulum-v1": "unknown task 'gym/Pendulum-v1': did you mean 'gymnasium/Pendulum-v1'?",
    "hydra/launcher=submitit_slurm": "hydra/launcher=submitit_slurm: -m is missing, launchers run sweeps: "
    "`hebbax train -m`",
    "hydra.launcher.partition=cpu": "hydra.launcher.partition=cpu: -m is missing, launchers run sweeps: "
    "`hebbax train -m`",
    "task=cheetah": "unknown task 'cheetah': did you mean 'cheetah_run' or 'half_cheetah'?",
    "strategy=openai": "unknown strategy 'openai': did you mean 'openai-es'?",
    "strategy.name=snes": "strategy.name=snes: write strategy=snes, which brings that strategy's options",
    "generations=abc": "generations=abc: expected a whole number",
    "generations=1.5": "generations=1.5: expected a whole number",
    "generations=true": "generations=true: expected a whole number",
    "generations=null": "generations=null: expected a whole number",
    "generations=": "generations=: expected a whole number",
    "generations=???": "generations=???: expected a whole number",
    "generations=${nowhere}": "generations=${nowhere}: expected a whole number",
    "task.ticks=ten": "task.ticks=ten: expected a whole number or null",
    "strategy.sigma=small": "strategy.sigma=small: expected a number or null",
    "policy.rate=x": "policy.rate=x: expected a number or null",
    "policy.bias=maybe": "policy.bias=maybe: expected true or false",
    "policy.rule=[abcd]": "policy.rule=[abcd]: expected a name",
    "policy.hidden=[a]": "policy.hidden=[a]: expected a list of whole numbers such as [64,64]",
    "policy.hidden=64": "policy.hidden=64: expected a list of whole numbers such as [64,64]",
    "seed": "cannot read 'seed': expected KEY=VALUE such as seed=1",
    "policy.hidden=[": "cannot read 'policy.hidden=[': expected KEY=VALUE such as seed=1",
    "": "cannot read '': expected KEY=VALUE such as seed=1",
    "+seed=3": "+seed=3: keys cannot be added or removed; write seed=VALUE",
    "++seed=3": "++seed=3: keys cannot be added or removed; write seed=VALUE",
    "~policy": "~policy: keys cannot be added or removed; write policy=VALUE",
    "seed=1,2": "seed=1,2: expected one value, not several; `hebbax train -m` runs one for each",
    "seed=range(1,9)": "seed=range(1,9): expected one value, not several; `hebbax train -m` runs one for each",
    "task@other=swimmer": "task@other=swimmer: expected KEY=VALUE without '@'",
}


@pytest.mark.parametrize(("override", "message"), WRONG.items())
def test_message_of_what_is_wrong(override, message):
    with pytest.raises(HebbaxError, match=f"^{re.escape(message)}$"):
        compose_train(["task=swimmer", override])


def test_of_two_values_for_a_key_the_wrong_one_is_named():
    with pytest.raises(HebbaxError, match=r"^seed=two: expected a whole number$"):
        compose_train(["seed=1", "seed=two", "seed=3"])


def test_every_key_knows_what_it_expects():
    keys = known_keys()

    assert keys["policy.hidden"] == list[int]
    assert keys["task.ticks"] == int | None
    # One key for every value that a run stores.
    # Of an engine that a run does not have nothing is stored.
    stored = to_dict(TrainConfig(learner=LEARNERS.get("ppo")))
    stored |= {name: dataclasses.asdict(kind()) for name, kind in ENGINE_OPTIONS.items()}
    leaves = [k for k in stored if not isinstance(stored[k], dict)]
    nested = [f"{k}.{name}" for k in stored if isinstance(stored[k], dict) for name in stored[k]]
    assert set(keys) == {*leaves, *nested}


def test_generations_of_a_resumed_run():
    assert compose_resumed([]) == (None, {})
    assert compose_resumed(["generations=200"]) == (200, {})
    with pytest.raises(HebbaxError, match=r"^seed=3: only generations=N and engine=NAME can change when a run is"):
        compose_resumed(["generations=200", "seed=3"])
    with pytest.raises(HebbaxError, match=r"^generations=x: expected a whole number$"):
        compose_resumed(["generations=x"])


def test_engine_of_a_resumed_run():
    moved = {"engine": "ray", "ray": RayConfig(workers=2), "mjx": MjxConfig()}
    assert compose_resumed(["engine=ray", "ray.workers=2"]) == (None, moved)
