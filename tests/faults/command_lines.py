"""Bad command lines of every subcommand: from its own options by a rule, and from its keys and positionals."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module

from hebbax.cli.main import SUBCOMMANDS, module_of

RUN = "zoo:half_cheetah/han-e"

POSITIONALS = {
    "evaluate": [RUN],
    "compare": [RUN],
    "show": [RUN],
    "record": [RUN],
    "analyze": [RUN],
    "report": [RUN],
    "experiment": ["freeze", RUN],
    "play": [RUN],
    "stress": [RUN],
    "genome": [RUN],
    "merge": ["--table", "2", RUN],
    "export": ["--format", "json", RUN],
    "verify-export": ["a-folder"],
    "try": ["swimmer"],
    "new": ["robot", "my_robot"],
    "reproduce": ["han-gymnasium"],
    "bench": ["startup"],
    "completion": ["bash"],
    "train": ["task=swimmer"],
    "import": ["najarro", "task=swimmer", "policy.hidden=[1]", "coefficients.dat"],
}
"""What makes the rest of a command line right, so that the fault is the only one."""

BAD_NUMBERS = ("x", "", "-1", "0", "1.5", "nan", "inf", "1e999", "9" * 40)
ALLOWED = {
    ("--seed", "0"),
    ("--seconds", "1.5"),
    ("--speed", "1.5"),
    ("--port", "0"),
    ("--repeats", "9" * 40),
    ("--population", "9" * 40),
    ("--generations", "9" * 40),  # so no run is finished there
}
TOO_LONG = {("show", "--seconds"), ("demo", "--seconds"), ("bench", "--ticks")}
"""Options whose numbers have no end that a machine could tell at once."""
"""Values that are fine, or that only time would tell from a fine one."""

BAD_RUNS = ("nowhere", "a-file", "a-folder", "", "zoo:", "zoo:half_cheetah", "zoo:half_cheetah/han-z", "zoo:../../etc")
BAD_MODELS = ("nowhere.xml", "a-file", "a-folder", "", "zoo:half_cheetah/han-e")
BAD_KEYS = (
    "task=swimer",
    "task=",
    "task=bullet/",
    "task=bullet/AntBulletEnv",
    "task.ticks=0",
    "task.ticks=-5",
    "task.ticks=1.5",
    "task.ticks=many",
    "task.tick=5",
    "policy=han-z",
    "policy.hidden=[0]",
    "policy.hidden=[-3,4]",
    "policy.hidden=x",
    "policy.rule=abdc",
    "policy.window=0",
    "policy.window=x",
    "policy.interval=0",
    "policy.interval='0 ticks'",
    "policy.interval='4 tocks'",
    "policy.interval=-1",
    "policy.normalisation=maximum",
    "policy.averaging=mean",
    "policy.scope=neuron",
    "policy.modulation=gates",
    "policy.assignment=eJwDAAAAAAE=",
    "policy.birth=never",
    "policy.rule=abcd_lr",
    "policy.initial=spares",
    "policy.connections={layer 9:{plastic:false}}",
    "policy.nothing=1",
    "strategy=open-es",
    "strategy.population=0",
    "strategy.population=3",
    "strategy.population=x",
    "strategy.learning_rate=0",
    "strategy.learning_rate=-1",
    "strategy.sigma=nan",
    "strategy.sigma=inf",
    "strategy.elite=0.5",
    "strategy.shaping=rank",
    "strategy.weight_decay=-1",
    "strategy.penalty=0.01",
    "strategy.least_sigma=x",
    "strategy.least_learning_rate=0.1",
    "training.ticks=0",
    "training.ticks=grow",
    "training.ticks=1000001",
    "training.births=all",
    "training.race=1.5",
    "learner=dqn",
    "learner.gamma=0.9",
    "learner.algorithm=sac",
    "training.first_mean=median",
    "training.first_scale=0",
    "training.first_of=0",
    "training.first_of=3",
    "training.phases=[{after:-1}]",
    "training.phases=[{after:return>=x}]",
    "training.phases=[{after:5},{after:5}]",
    "training.phases=[{after:5,weights:{speed:1}}]",
    "generations=0",
    "generations=-1",
    "generations=x",
    "lifetimes=0",
    "seed=-1",
    "seed=x",
    "seed=99999999999999999999",
    "threads=0",
    "threads=x",
    "engine=turbo",
    "engine=vector",
    "engine=rey",
    "ray.workers=2",  # of which engine=auto has none
    "ray.workers=0",
    "ray.address=nowhere",
    "ray.same_bits=perhaps",
    "ray.nodes=2",
    "mjx.implementation=cuda",
    "mjx.at_once=0",
    "mjx.at_once=64",  # likewise
    "termination=stop",
    "evaluate_every=0",
    "evaluate_lifetimes=0",
    "checkpoint_every=0",
    "keep_checkpoints=0",
    "observations.normalise=twice",
    "track=mlflow",
    "damage=scale-actuator(nobody, 0)",
    "damage=scale-actuator(motor1_rot, nan)",
    "damage=explode(1)",
    "damage=ant/front-lefd",
    "damage=ant/front-left",
    "damage=ant/front-left(0.5)",
    "damage=shorten-limb(tail, 0.5)",
    "damage=shorten-limb(back, 1.5)",
    "damage=remove-limb(torso)",
    "damage=scale-mass(back, severity=nan)",
    "damage=scale-mass(back, severity=2)",
    "damage=scale-mass(back, 2..1)",
    "damage=scale-mass(back, 0..nan)",
    "damage=scale-gravity(nan)",
    "damage=roughen-ground(0.1)",
    "damage=roughen-ground(hills, 0.1)",
    "damage=offset-joint(slider, 0.1)",
    "damage=delay-observation(-1)",
    "damage=delay-observation(1e12)",
    "damage=limit-actuator(-1)",
    "damage=drop-observation(1.5)",
    "damage=stick-actuator(0, 1)",
    "damage=scale-actuator(any, 0, from=9s..8s)",
    "damage=scale-actuator(any, 0, from=9999s)",
    "damage=none | scale-actuator(0, 0)",
    "training.over_variants=worst",
    "training.over_variants=minimum",
    "training.over_variants=-1",
    "training.over_variants=nan",
    "damage=scale-actuator(",
    "damage=scale-actuator(motor1_rot, 0, from=-1s)",
    "damage=scale-actuator(motor1_rot, 0, from=1e9s)",
    "sed=1",
    "task",
    "=1",
    "seed=1 seed=2",
)


BAD_CAR_DAMAGES = (
    "damage=scale-mass(2)",
    "damage=push-body(hull, (1, 0, 0))",
    "damage=remove-limb(rear-left wheel)",
    "damage=tilt-ground(3)",
    "damage=scale-grip(front wheel, 0.5)",
    "damage=scale-grip(4, 0.5)",
    "damage=scale-grip(-1)",
    "damage=scale-grip(nan)",
    "damage=scale-grip(severity=1.5)",
    "damage=scale-grip(rear-left wheel, 0, from=9999s)",
    "damage=scale-engine(inf)",
    "damage=scale-engine(front-left wheel, 0.5)",
    "damage=drag-brake(1.5)",
    "damage=drag-brake(rear-left wheel, severity=nan)",
    "damage=car/no-grip-front",
    "damage=car/weak-engine(0.5)",
    "damage=car/stuck-left(from=9999s)",
    "damage=car/blind-strip",  # there is no camera where the road is numbers
    "damage=scale-observation(columns 0-3, 0)",
    "damage=stick-actuator(wheel)",
)
"""Of the car whose road is numbers."""

BAD_STRIPS = ("columns 9-3", "columns 80-84", "rows 84-84", "rows -1-3", "rows 3", "columns a-b", "colours 0-1")
"""Of the picture of 84 × 84."""

BAD_FILTERS = (
    "policy.channels=[]",
    "policy.channels=[0,8]",
    "policy.channels=[6]",  # two kernels are left
    "policy.channels=[6,8,8]",
    "policy.kernels=[3]",
    "policy.kernels=[3,0]",
    "policy.kernels=[3,40]",  # wider than what the first one leaves
    "policy.kernels=[3,1.5]",
    "policy.strides=[0,1]",
    "policy.strides=[-1,2]",
    "policy.pools=[2,0]",
    "policy.pools=[99,2]",
    "policy.pools=[2,20]",
    "policy.hidden=[0]",
    "policy.network=mlp",  # which has no convolutions to be named
    "policy.connections={convolution 0:{plastic:true}}",
    "policy.connections={convolution 2:{birth:fixed}}",
    "policy.connections={convolution 0:{birth:fixed,initial:nowhere}}",
    "policy.connections={convolution 0:{birth:persistent,initial_scale:-1}}",
)
"""Of the network of the published car."""

BAD_REPRODUCTIONS = (
    ("najarro-car", "--budget", "growing"),
    ("najarro-car-ablation", "--budget", "paper"),
    ("najarro-cars", "--dry-run"),
    ("najarro-car", "--run", "nowhere"),
    ("najarro-car", "--run", "zoo:swimmer/han-e"),  # of another task
    ("najarro-car-ablation", "--run", "zoo:swimmer/han-e"),
    ("najarro-car-coevolve", "--run", "zoo:swimmer/mlp"),
    ("najarro-car-pca", "--run", "zoo:swimmer/han-e"),
    ("najarro-car-pca", "--run", "zoo:go1_walk/mlp"),
    ("najarro-car-coefficients", "--run", "zoo:go1_walk/mlp"),
    ("najarro-car-curves", "--run", "a-folder"),
    ("najarro-car", "--run", "zoo:swimmer/han-e", "--keep"),
)
"""Of the published car."""


BAD_IMPORTS = (
    "policy=mlp",
    "policy=han-z",
    "policy.rule=abcd",
    "policy.rule=ABCD_lr_D_in_and_out",
    "policy.scope=layer",
    "strategy.penalty=-1",
    "training.first_mean=normal",
    "evaluate_lifetimes=0",
    "nothing=1",
)


def bad_command_lines() -> Iterator[tuple[str, ...]]:
    """Yield command lines, each with one fault; RUN names such as `a-file` stand for what lies in the folder."""
    yield ("trian",)
    yield ("--nothing",)
    for command in SUBCOMMANDS:
        rest = POSITIONALS.get(command, [])
        yield command, *rest, "--nothing"
        yield command, *rest, "-x", "1"
        yield from _of_options(command, rest)
        if rest and command != "bench":
            yield from ((command, *rest[:-1], run) for run in _bad_last(command))
        yield command, *rest, *["one-too-many"] * 3
    yield from (("train", "task=car_racing_state", key) for key in BAD_CAR_DAMAGES)
    yield from (("train", "task=car_racing", f"damage=scale-observation({strip}, 0)") for strip in BAD_STRIPS)
    yield "train", "task=swimmer", "damage=scale-grip(0)"
    yield "train", "task=swimmer", "damage=car/weak-engine"
    yield "stress", RUN, "--suite", "car"
    yield from (("train", "task=car_racing", "policy=najarro-car", key) for key in BAD_FILTERS)
    yield from (("train", "task=swimmer", f"policy={name}") for name in ("najarro-car", "najarro-car-fixed", "conv"))
    yield from (("reproduce", *rest) for rest in BAD_REPRODUCTIONS)
    yield "train", "task=gymnasium/hebbax/CarRacing-v2"
    yield "train", "task=gymnasium/hebbax/"
    yield "evaluate", RUN, "task=car_racing"
    yield "reproduce", "leung-ood", "--run", RUN
    yield from (("import", *POSITIONALS["import"], key) for key in BAD_IMPORTS)
    yield "train", "-m", "task=swimmer", "seed=0,1", "--run", "a-file/inside"
    yield from (("train", *(["task=swimmer"] if not key.startswith("task=") else []), key) for key in BAD_KEYS)


def _bad_last(command: str) -> tuple[str, ...]:
    if command in ("try", "reproduce", "train", "new"):
        return () if command == "train" else ("", "nothing", "../x", "swimmer/x")
    return BAD_RUNS


def _of_options(command: str, rest: list[str]) -> Iterator[tuple[str, ...]]:
    parser: argparse.ArgumentParser = import_module(module_of(command)).parser()
    for action in parser._actions:
        name = action.option_strings[-1] if action.option_strings else None
        if name is None or name == "--help" or action.nargs == 0:
            continue
        yield command, *rest, name  # without its value
        if action.choices:
            yield from ((command, *rest, name, value) for value in ("", "no such choice"))
        elif action.type is not None:
            bad = [value for value in BAD_NUMBERS if (name, value) not in ALLOWED]
            bad = bad[:-1] if (command, name) in TOO_LONG else bad
            yield from ((command, *rest, name, value) for value in bad)
        elif name == "--mjcf":
            yield from ((command, *rest, name, value) for value in BAD_MODELS)
        elif name == "--base":
            yield command, *rest, name, "free", "--mjcf", "nowhere.urdf"
        elif name == "--folder":
            yield from (
                (command, *rest, name, value, "--mjcf", "nowhere.xml") for value in ("", "a-folder", "a-file/x")
            )
        elif name in ("--out", "--run", "--to", "--runs", "--experiments"):
            yield command, *rest, name, "a-file/inside"
        elif name in (
            "--task",
            "--engine",
            "--genome",
            "--metric",
            "--across",
            "--baseline",
            "--resume",
            "--from",
            "--actions",
            "--suite",
        ):
            yield from ((command, *rest, name, value) for value in ("", "no such name"))
