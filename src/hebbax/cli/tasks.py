"""`hebbax tasks`: the robots and goals there are."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from hebbax.cli.output import made, print_parts
from hebbax.cli.parser import Parser

_DESCRIPTION = """\
List the robots and goals there are. The environments of Gymnasium and EnvPool are tasks too, as gymnasium/ENV_ID and
envpool/ENV_ID, and are not listed."""

_COLUMNS = ("name", "robot", "observations", "actions", "control period (s)", "ticks of a life", "Gymnasium id")
_KEYS = ("name", "robot", "observations", "actions", "control_period", "ticks", "gymnasium_id")
_NUMBERS = _COLUMNS[2:6]


def parser() -> Parser:
    """Return the options."""
    options = Parser("tasks", _DESCRIPTION, "  hebbax tasks\n  hebbax train task=swimmer")
    options.add_argument("--json", action="store_true", help="print one JSON list")
    return options


def run(options: Namespace) -> int:
    """Print the tasks; return 0."""
    rows = describe_tasks()
    if options.json:
        print(json.dumps(rows))
    else:
        cells = [["–" if row[key] is None else row[key] for key in _KEYS] for row in rows]
        print_parts(_COLUMNS, cells, [row["package"] for row in rows], right=_NUMBERS)
    return 0


def describe_tasks() -> list[dict[str, Any]]:
    """Return what there is to know of each task."""
    from hebbax.tasks.registry import TASKS

    return [
        {
            "name": name,
            "robot": task.robot,
            "observations": task.observation_size,
            "actions": task.action_size,
            "control_period": round(task.control_period, 9),
            "ticks": task.ticks,
            "gymnasium_id": task.gymnasium_id,
            "gymnasium_options": dict(task.gymnasium_options),
            "package": TASKS.origin(name),
        }
        for name, task in made(TASKS, lambda make: make())
    ]
