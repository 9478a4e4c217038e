"""Bad calls of the Python interface: each a good one in which a single argument is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from environments import Honest, Pictures

import hebbax
from hebbax.config.learner import LearnerConfig, check_learner
from hebbax.environments import Environment, VectorEnvironment
from hebbax.keys import root_key
from hebbax.networks.conv import Conv
from hebbax.tasks.car_racing import car_racing
from hebbax.tasks.external.area_resize import AreaResize

COUNT = (0, -1, 1.5, "3", math.nan, math.inf, True, [3], 2**70)
"""What no whole number of at least 1 is."""
INDEX = (-1, 1.5, "3", math.nan, True, [3], 2**70)
"""What no whole number of at least 0 is."""
POSITIVE = (0.0, -1.0, "0.1", math.nan, math.inf, True, [0.1])
"""What no finite number above 0 is."""
NAME = ("", "nothing-of-that-name", 3, None, ["han-e"])
FLAG = ("yes", 2, None)

GENOME_SIZE = 800  # of han-e on swimmer: 8 × 16 + 16 × 2 synapses with five coefficients each


@dataclass(frozen=True)
class Call:
    """A good call, and what each of its arguments must not be."""

    name: str
    function: Callable[..., Any]
    good: Mapping[str, Any]
    bad: Mapping[str, tuple[Any, ...]]

    def calls(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """Yield the bad calls with what to call them."""
        for argument, values in self.bad.items():
            for value in values:
                arguments = {**self.good, argument: value}
                yield f"{self.name}({argument}={value!r:.60})", lambda arguments=arguments: self.function(**arguments)


def arrays(*shape: int) -> tuple[Any, ...]:
    """Return what is no finite array of a shape."""
    good = np.zeros(shape, np.float32)
    return (
        good[..., :-1],
        np.append(good, good, -1),
        good[None],
        np.full(shape, "x"),
        good.astype(complex),
        None,
        "x",
        3.0,
    )


def finite_arrays(*shape: int) -> tuple[Any, ...]:
    """Return what is no array of finite numbers of a shape; a genome may hold others, and its lives diverge."""
    holes = np.full(shape, np.nan, np.float32)
    return *arrays(*shape), holes


def _begun(task: Any) -> Environment:
    environment = Environment(task, ticks=3)
    environment.reset(seed=0)
    return environment


def all_calls() -> list[Call]:
    """Return every call; tasks and engines are made once."""
    swimmer = hebbax.make_task("swimmer")
    policy = hebbax.make_policy("han-e", swimmer)
    engine = hebbax.NativeEngine(swimmer, policy, threads=1)
    genomes = np.zeros((2, GENOME_SIZE), np.float32)
    lives = {"genomes": genomes, "key": root_key(0), "scenario": hebbax.Scenario(ticks=3)}
    network = policy.network

    def train(**values: Any) -> Any:
        from hebbax.config.train import check_train_config

        config = hebbax.TrainConfig(hebbax.TaskConfig("swimmer", 20), **values)
        check_train_config(config)
        return hebbax.Training.start(config, Path("a-file/run"), ["test"])

    return [
        Call("make_task", hebbax.make_task, {}, {"name": NAME}),
        Call("make_policy", hebbax.make_policy, {"task": swimmer}, {"config": NAME}),
        Call(
            "make_engine",
            hebbax.make_engine,
            {"task": swimmer, "policy": policy, "threads": 1},
            {"name": NAME, "threads": COUNT, "task": (None, "swimmer"), "policy": (None, "han-e")},
        ),
        Call("NativeEngine", hebbax.NativeEngine, {"task": swimmer, "policy": policy}, {"threads": COUNT}),
        Call(
            "LockstepEngine",
            hebbax.LockstepEngine,
            {"task": swimmer, "policy": policy},
            {"threads": COUNT, "chunk": COUNT},
        ),
        Call(
            "evaluate",
            engine.evaluate,
            lives,
            {
                "genomes": arrays(2, GENOME_SIZE),
                "key": (None, 3, "x", np.zeros(3, np.uint32), np.zeros(2)),
                "lifetimes": COUNT,
                "scenario": (3, "end"),
            },
        ),
        Call(
            "record",
            engine.record,
            {"genome": genomes[0], "key": root_key(0), "scenario": hebbax.Scenario(ticks=3)},
            {"genome": arrays(GENOME_SIZE), "key": (None, 3, "x", np.zeros(3, np.uint32))},
        ),
        Call(
            "evaluate(Scenario)",
            lambda **values: engine.evaluate(genomes, root_key(0), hebbax.Scenario(**{"ticks": 3, **values})),
            {},
            {
                "ticks": COUNT,
                "termination": NAME,
                "normaliser": (3, "x", hebbax.Normaliser.identity(3), hebbax.Normaliser.identity(9)),
                "damages": (3, "x", [3]),
            },
        ),
        Call(
            "Event",
            hebbax.Event,
            {"kind": "scale-actuator", "onset": 1, "duration": 2, "target": 0, "value": 0.5},
            {
                "kind": NAME,
                "onset": INDEX,
                "duration": COUNT,
                "target": (-1, 1.5, [0]),
                "value": ("x", math.nan, math.inf, [1.0, 2.0], hebbax.Between((0.0, 0.0), (1.0, 1.0))),
                "relative": (True, "yes"),
                "spread": (-1, 1.5, math.nan, "x"),
            },
        ),
        Call(
            "Between",
            hebbax.Between,
            {"low": 0.0, "high": 1.0},
            {"low": (2.0, math.nan, "x", None, (0.0, 0.0)), "high": (-1.0, math.inf, "x", None, True)},
        ),
        Call(
            "name_damage",
            hebbax.name_damage,
            {"name": "dog/lame", "text": "freeze-plasticity"},
            {"name": ("lame", "", 3, None, "ant/front-left", "a/b/c"), "text": ("a | b", 3, None)},
        ),
        Call(
            "Plasticity",
            hebbax.Plasticity,
            {},
            {
                "rule": NAME,
                "normalisation": NAME,
                "averaging": NAME,
                "window": COUNT,
                "interval": COUNT,
                "rate": POSITIVE[1:],
                "scope": NAME,
            },
        ),
        Call(
            "PolicyConfig",
            lambda **values: hebbax.make_policy(hebbax.PolicyConfig(**values), swimmer),
            {},
            {
                "network": NAME,
                "hidden": ([0], [-3], [1.5], ["x"], "x", 3, [2**70]),
                "activation": NAME,
                "output_activation": NAME,
                "rule": NAME,
                "normalisation": NAME,
                "averaging": NAME,
                "window": COUNT,
                "interval": (0, -1.0, math.nan, math.inf, "4 tocks", "x", True, [1]),
                "scope": NAME,
                "birth": ("never", 3),
                "connections": (3, "x", {"layer 9": {"plastic": False}}, {"layer 0": {"nothing": 1}}),
            },
        ),
        Call(
            "Environment",
            Environment,
            {"task": swimmer, "ticks": 3},
            {
                "task": NAME,
                "ticks": COUNT,
                "termination": NAME,
                "damage": (3, "explode(1)", "freeze-plasticity", [3], None),
                "render_mode": NAME[:-2],
                "width": COUNT,
            },
        ),
        Call(
            "Environment.step",
            lambda action: _begun(swimmer).step(action),
            {"action": np.zeros(2, np.float32)},
            {"action": (*arrays(2)[:2], "x", None, np.zeros((1, 2)), np.zeros(2, complex))},
        ),
        Call(
            "VectorEnvironment",
            VectorEnvironment,
            {"task": swimmer, "num_envs": 2, "threads": 1},
            {"num_envs": COUNT, "threads": COUNT, "autoreset_mode": NAME},
        ),
        Call(
            "LearnerConfig",
            lambda **values: check_learner(LearnerConfig("ppo", "ppo", **values)),
            {},
            {
                "environments": COUNT,
                "n_steps": COUNT,
                "batch_size": (*COUNT, 100),
                "learning_rate": POSITIVE,
                "gamma": (*POSITIVE, 1.5),
                "ent_coef": (-1.0, math.nan, "x", True),
                "critic": ([0], [1.5], "x", 3),
                "log_std_init": (math.nan, "x", None),
            },
        ),
        Call(
            "StrategyConfig",
            hebbax.StrategyConfig,
            {"name": "openai-es"},
            {
                "name": NAME,
                "population": (*COUNT, 3),
                "learning_rate": POSITIVE,
                "sigma": POSITIVE,
                "shaping": ("rank", 3),
                "weight_decay": (-1.0, math.nan, "x", True),
                "elite": (0.1,),
                "nothing": (1,),
            },
        ),
        Call(
            "TrainConfig",
            train,
            {},
            {
                "generations": COUNT,
                "lifetimes": COUNT,
                "evaluate_every": COUNT,
                "evaluate_lifetimes": COUNT,
                "checkpoint_every": COUNT,
                "keep_checkpoints": COUNT,
                "threads": COUNT,
                "seed": INDEX,
                "engine": NAME,
                "termination": NAME,
                "track": NAME[:3],
                "damage": ("explode(1)", 3),
                "training": (
                    hebbax.TrainingConfig(0),
                    hebbax.TrainingConfig(21),
                    hebbax.TrainingConfig("x"),
                    hebbax.TrainingConfig(race=2.0),
                    hebbax.TrainingConfig(births="all"),
                    hebbax.TrainingConfig(phases=[hebbax.PhaseConfig("speed>=1")]),
                ),
            },
        ),
        Call(
            "Training.start",
            hebbax.Training.start,
            {"config": hebbax.TrainConfig(hebbax.TaskConfig("swimmer", 20)), "path": "a-file/run", "command": ["test"]},
            {"config": (None, "swimmer", {}), "path": (None, 3, b"run", ["run"]), "command": (None, "test", [3], 3)},
        ),
        Call(
            "Training.resume",
            hebbax.Training.resume,
            {"path": "nowhere"},
            {"path": (None, 3, b"run", ["run"], "nowhere", "a-file", "")},
        ),
        Call(
            "LiveController",
            hebbax.LiveController,
            {"policy": policy, "genome": genomes[0]},
            {
                "genome": arrays(GENOME_SIZE),
                "normaliser": (3, hebbax.Normaliser.identity(3)),
                "policy": (None, "han-e"),
            },
        ),
        Call(
            "Normaliser",
            lambda mean, scale: hebbax.Normaliser(mean, scale).of_size(3),
            {"mean": np.zeros(3), "scale": np.ones(3)},
            {"mean": finite_arrays(3), "scale": finite_arrays(3)},
        ),
        Call(
            "Group",
            hebbax.Group,
            {"name": "angle", "size": 2, "unit": "rad"},
            {"size": COUNT, "name": (3, None), "low": ("x", math.nan, [1.0] * 3), "high": ("x", math.nan)},
        ),
        Call("Replay", hebbax.Replay, {"action_size": 2, "ticks": 3}, {"action_size": COUNT, "ticks": COUNT}),
        Call(
            "StoredRun.open",
            lambda run: hebbax.StoredRun.open(run),
            {},
            {"run": ("nowhere", "zoo:x/y", "", "a-file", None, 3, b"run")},
        ),
        Call(
            "evaluate_controller",
            hebbax.evaluate_controller,
            {
                "engine": engine,
                "controller": hebbax.Controller(genomes[0], hebbax.ObservationStatistics.empty(8)),
                "genome": "mean",
                "lifetimes": 1,
                "ticks": 3,
            },
            {"lifetimes": COUNT, "seed": INDEX, "ticks": COUNT, "termination": NAME},
        ),
        Call("Network", type(network), {"sizes": (8, 4, 2)}, {"sizes": ((8,), (8, 0, 2), (8, 1.5, 2), "x", 3, ())}),
        Call(
            "Conv",
            Conv,
            {"sizes": (16 * 17 * 3, 4, 2), "image": (16, 17, 3)},
            {
                "sizes": ((816,), (816, 0, 2), (815, 4, 2), "x", None),
                "image": ((16, 17), (16, 16, 3), (16, 17, 0), (16.0, 17, 3), "x", None),
                **dict.fromkeys(("channels", "kernels", "strides"), ((), (6,), (0, 8), (6, 8.5), (6, "8"), "68", None)),
                "pools": ((2,), (2, 0), (2, 99), (2, -1), "22", 2, None),
                "activation": NAME,
            },
        ),
        Call(
            "AreaResize",
            AreaResize,
            {"env": Pictures(), "height": 48, "width": 48},
            {"env": (None, 3, "x", Honest()), "height": (*COUNT, 97), "width": (*COUNT, 97)},
        ),
        Call(
            "car_racing",
            car_racing,
            {},
            {"patience": (-1, math.nan, "x", None), "seeds": ((-1,), (1.5,), ("x",), (2**40,), (3, None))},
        ),
        Call("mujoco", hebbax.mujoco, {"build": "a-file"}, {"build": ("nowhere.xml", "a-file", "", 3, "<mujoco>")}),
    ]


def bad_python_calls() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield all bad calls."""
    for call in all_calls():
        yield from call.calls()
