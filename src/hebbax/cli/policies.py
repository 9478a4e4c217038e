"""`hebbax policies`: the networks and their plasticity by name, with their sizes on a task."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hebbax.cli.output import made, number, print_parts
from hebbax.cli.parser import Parser
from hebbax.policies.sizes import SIZE_COLUMNS, SIZES, sizes_of

if TYPE_CHECKING:
    from hebbax.plasticity.plasticity import Plasticity
    from hebbax.policies.policy import Policy

_DESCRIPTION = """\
List the policies by name, with their sizes on a task. Any part of one can be changed in `hebbax train`, as in
policy=han-e policy.window=20."""

_EXAMPLES = """\
  hebbax policies
  hebbax policies --task swimmer
  hebbax train policy=han-d 'policy.hidden=[64,64]'"""

_COLUMNS = {
    "name": "name",
    "network": "network",
    "rule": "rule",
    "normalisation": "norm",
    "averaging": "averaging",
    "interval": "interval",
    **dict(zip(SIZES, SIZE_COLUMNS, strict=True)),
}


def parser() -> Parser:
    """Return the options."""
    options = Parser("policies", _DESCRIPTION, _EXAMPLES)
    options.add_argument("--task", default="half_cheetah", metavar="TASK", help="default: half_cheetah")
    options.add_argument("--json", action="store_true", help="print one JSON list")
    return options


def run(options: Namespace) -> int:
    """Print the policies; return 0."""
    rows = describe_policies(options.task)
    if options.json:
        print(json.dumps(rows))
    else:
        print(f"on task {options.task}:")
        cells = [[_cell(row[key]) for key in _COLUMNS] for row in rows]
        print_parts(list(_COLUMNS.values()), cells, [row["package"] for row in rows], right=SIZE_COLUMNS)
    return 0


def describe_policies(task_name: str) -> list[dict[str, Any]]:
    """Return what there is to know of each policy on a task; None is what one has that would need an image.

    Raises HebbaxError for an unknown task.
    """
    from hebbax.config.policy import PRESETS
    from hebbax.policies.make_policy import make_policy, sees_nothing
    from hebbax.tasks.registry import make_task

    task = make_task(task_name)
    rows = []
    for name, policy in made(PRESETS, lambda config: None if sees_nothing(config, task) else make_policy(config, task)):
        config = PRESETS.get(name)
        rows.append(
            {
                "name": name,
                "network": f"{config.network} of an image",
                **dict.fromkeys(("rule", "normalisation", "averaging", "interval", *SIZES, "plastic_weights")),
                "package": PRESETS.origin(name),
            }
            if policy is None
            else {
                "name": name,
                "network": f"{config.network} {'-'.join(policy.network.layers)} {config.activation}",
                "rule": _of_each(policy, lambda one: one.rule),
                "normalisation": _of_each(policy, lambda one: one.normalisation),
                "averaging": _of_each(policy, lambda one: _averaging(one.averaging, one.averaged_ticks)),
                "interval": _of_each(policy, lambda one: _interval(one.interval, task.control_period)),
                **sizes_of(policy),
                "plastic_weights": policy.weight_count,
                "package": PRESETS.origin(name),
            }
        )
    return rows


def _of_each(policy: Policy, what: Callable[[Plasticity], str]) -> str | None:
    """Return what is so of a policy's plasticity; where connections differ, of each in turn; None if all are static."""
    told = dict.fromkeys(what(plasticity) for plasticity, _ in policy.groups)
    some_static = bool(told) and len(policy.plastic) < len(policy.synapses)
    return " + ".join([*told, *(["static"] if some_static else [])]) or None


def _averaging(name: str, ticks: int) -> str:
    return name if ticks == 1 else f"{name} of {ticks}"


def _interval(ticks: int, control_period: float) -> str:
    return f"{ticks} tick{'s' if ticks > 1 else ''} ({ticks * control_period:g} s)"


def _cell(value: Any) -> str:
    return "–" if value is None else number(value) if isinstance(value, int) else value
