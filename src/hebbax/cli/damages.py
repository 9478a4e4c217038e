"""`hebbax damages`: what can happen to a life, by name."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from hebbax.cli.output import print_parts
from hebbax.cli.parser import Parser

_DESCRIPTION = """\
List the kinds of damage by name: where in a tick they act, what they aim at, and the value that is whole and worst.
`damage="KIND(TARGET, VALUE, from=5s, for=3s)"` is taken by `hebbax train`, and after the run by every command that
lives a stored controller's lives."""

_EXAMPLES = """\
  hebbax damages
  hebbax evaluate zoo:half_cheetah/han-e "damage=scale-actuator(bthigh, 0, from=5s)"
  hebbax train task=ant lifetimes=2 "damage=none | noise-observation(severity=0.1)\""""

_COLUMNS = ("name", "what it does", "stage", "target", "value", "whole", "worst")


def parser() -> Parser:
    """Return the options."""
    options = Parser("damages", _DESCRIPTION, _EXAMPLES)
    options.add_argument("--json", action="store_true", help="print one JSON list")
    return options


def run(options: Namespace) -> int:
    """Print the kinds; return 0."""
    rows = describe_damages()
    if options.json:
        print(json.dumps(rows))
    else:
        cells = [[_cell(row[name]) for name in ("name", "summary", "stage", "target")] for row in rows]
        values = [[row["unit"] or row["value"] or "–", _cell(row["whole"]), _cell(row["worst"])] for row in rows]
        print_parts(_COLUMNS, [a + b for a, b in zip(cells, values, strict=True)], [row["package"] for row in rows])
    return 0


def describe_damages() -> list[dict[str, Any]]:
    """Return what there is to know of each kind."""
    from hebbax.damage.kinds import KINDS

    return [
        {
            "name": name,
            "summary": kind.summary,
            "stage": kind.stage,
            "target": kind.target,
            "value": kind.value,
            "unit": kind.unit,
            "whole": kind.whole,
            "worst": kind.worst,
            "package": KINDS.origin(name),
        }
        for name, kind in KINDS.items()
    ]


def _cell(value: Any) -> str:
    return "–" if value is None or value == "" else f"{value:g}" if isinstance(value, float) else str(value)
