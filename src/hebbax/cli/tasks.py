"""`hebbax tasks`: the robots and goals there are, and one of them from close by."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hebbax.cli.output import made, print_facts, print_parts, print_table
from hebbax.cli.parser import Parser

if TYPE_CHECKING:
    from hebbax.tasks.groups import Group, Limit
    from hebbax.tasks.task import Task

_DESCRIPTION = """\
List the robots and goals there are, or describe one. The environments of Gymnasium and EnvPool, PyBullet's ant and the
robots of MuJoCo Menagerie are tasks too, as gymnasium/ENV_ID, envpool/ENV_ID, bullet/AntBulletEnv-v0 and
menagerie/ROBOT, and are not listed."""

_EXAMPLES = """\
  hebbax tasks
  hebbax tasks half_cheetah
  hebbax tasks gymnasium/Pendulum-v1 --json
  hebbax train task=swimmer"""

_MORE = """\
Tasks too: gymnasium/ENV_ID, envpool/ENV_ID, bullet/AntBulletEnv-v0; menagerie/ROBOT, the robots of MuJoCo Menagerie,
such as menagerie/unitree_go1; and a robot of your own: hebbax new robot NAME --mjcf FILE"""

_COLUMNS = ("name", "robot", "observations", "actions", "control period (s)", "ticks of a life", "Gymnasium id")
_KEYS = ("name", "robot", "observations", "actions", "control_period", "ticks", "gymnasium_id")
_NUMBERS = _COLUMNS[2:6]
_GROUP_COLUMNS = ("group", "numbers", "unit", "low", "high")


def parser() -> Parser:
    """Return the options."""
    options = Parser("tasks", _DESCRIPTION, _EXAMPLES)
    options.add_argument("name", nargs="?", metavar="NAME", help="a task to describe: its groups, units and rewards")
    options.add_argument("--json", action="store_true", help="print one JSON list, or one object for NAME")
    return options


def run(options: Namespace) -> int:
    """Print the tasks, or one; return 0."""
    if options.name is not None:
        found = describe_task(options.name)
        if options.json:
            print(json.dumps(found))
        else:
            _print_task(found)
        return 0
    rows = describe_tasks()
    if options.json:
        print(json.dumps(rows))
    else:
        cells = [["–" if row[key] is None else row[key] for key in _KEYS] for row in rows]
        print_parts(_COLUMNS, cells, [row["package"] for row in rows], right=_NUMBERS)
        print(_MORE)
    return 0


def describe_tasks() -> list[dict[str, Any]]:
    """Return what there is to know of each task."""
    from hebbax.tasks.registry import TASKS

    rows = made(TASKS, lambda make: _in_a_list(make()))
    return [{"name": name, **row, "package": TASKS.origin(name)} for name, row in rows]


def _in_a_list(task: Task) -> dict[str, Any]:
    """Return the facts of a task; its control period is where a model is read for the first time."""
    return {
        "robot": task.robot,
        "observations": task.observation_size,
        "actions": task.action_size,
        "control_period": round(task.control_period, 9),
        "ticks": task.length,
        "gymnasium_id": task.gymnasium_id,
        "gymnasium_options": dict(task.gymnasium_options),
    }


def describe_task(name: str) -> dict[str, Any]:
    """Return one task under the documented keys. Raises HebbaxError as `make_task` does, and for a broken contract."""
    from hebbax.tasks.contract import check_task
    from hebbax.tasks.registry import make_task

    task = check_task(make_task(name))
    return {
        "name": task.name,
        "robot": task.robot,
        "control_period": round(task.control_period, 9),
        "ticks": task.length,
        "observation": _groups(task.observation),
        "observation_shape": None if task.observation_shape is None else list(task.observation_shape),
        "action": _groups(task.action),
        "reward": list(task.reward),
        "shaping": list(task.shaping),
        "training_phases": [dict(phase) for phase in task.training_phases],
        "termination": task.termination,
        "settle": task.settle,
        "gymnasium_id": task.gymnasium_id,
        "world": task.world.kind,
        "model": task.world.sizes(),
    }


def _phases(phases: Sequence[Mapping[str, Any]]) -> str:
    """Return what counts in fitness from which generation on."""
    return "; ".join(f"after {phase['after']}: {_weights(phase.get('weights', {}))}" for phase in phases)


def _weights(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{name} × {weight:g}" for name, weight in weights.items()) or "the reward"


def _groups(groups: Sequence[Group]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "size": one.size, "unit": one.unit, "low": _json(one.low), "high": _json(one.high)}
        for one in groups
    ]


def _json(limit: Limit) -> Any:
    return list(limit) if isinstance(limit, tuple) else limit


def _print_task(found: dict[str, Any]) -> None:
    model = found["model"]
    facts = [
        ("task", found["name"]),
        ("robot", found["robot"]),
        ("control period", f"{found['control_period']:g} s"),
        ("length of a life", f"{found['ticks']} ticks ({found['ticks'] * found['control_period']:g} s)"),
        ("reward", " + ".join(found["reward"])),
        *([("may shape fitness", ", ".join(found["shaping"]))] if found["shaping"] else []),
        *([("phases of training", _phases(found["training_phases"]))] if found["training_phases"] else []),
        ("terminates when", found["termination"] or "the task does not say"),
    ]
    if found["settle"]:
        facts.append(("settles for", f"{found['settle']} ticks after each reset"))
    if found["observation_shape"] is not None:
        facts.append(("shape", " × ".join(map(str, found["observation_shape"]))))
    if found["gymnasium_id"] is not None:
        facts.append(("Gymnasium id", found["gymnasium_id"]))
    if found["world"] == "world":
        arrays = ", ".join(f"{name} {shape}" for name, shape in model["state"].items())
        facts.append(("world", f"{model['name']}: {arrays}; {model['controls']} controls"))
    elif model is not None:
        sizes = "{nq} positions, {nv} velocities, {nu} actuators, {nbody} bodies, {ngeom} geoms, {nsensor} sensors"
        steps = "{substeps} steps of {timestep:g} s a tick"
        facts.append(("model", f"{sizes.format(**model)}; {steps.format(**model)}"))
    print_facts(facts)
    for what in ("observation", "action"):
        total = sum(group["size"] for group in found[what])
        print(f"\n{what}: {total} number{'s' if total > 1 else ''}")
        print_table(_GROUP_COLUMNS, [_row(group) for group in found[what]], right=("numbers", "low", "high"))


def _row(group: dict[str, Any]) -> list[str]:
    limits = ["each its own" if isinstance(side, list) else _number(side) for side in (group["low"], group["high"])]
    return [group["name"] or "–", str(group["size"]), group["unit"] or "–", *limits]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
