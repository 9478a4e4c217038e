"""`hebbax strategies`: the evolution strategies by name, with their options."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from hebbax.cli.output import print_parts
from hebbax.cli.parser import Parser

_DESCRIPTION = """\
List the evolution strategies by name, with their options and defaults. `hebbax train` sets an option by
strategy.OPTION=VALUE; one that the chosen strategy does not have is an error."""

_EXAMPLES = """\
  hebbax strategies
  hebbax train strategy=snes
  hebbax train strategy=adaptive-es strategy.population=256 strategy.elite=0.2"""

_COLUMNS = ("name", "what it is", "options", "from")


def parser() -> Parser:
    """Return the options."""
    options = Parser("strategies", _DESCRIPTION, _EXAMPLES)
    options.add_argument("--json", action="store_true", help="print one JSON list")
    return options


def run(options: Namespace) -> int:
    """Print the strategies; return 0."""
    rows = describe_strategies()
    if options.json:
        print(json.dumps(rows))
    else:
        cells = [[row["name"], row["summary"], _options(row["options"]), row["reference"]] for row in rows]
        print_parts(_COLUMNS, cells, [row["package"] for row in rows])
    return 0


def describe_strategies() -> list[dict[str, Any]]:
    """Return what there is to know of each strategy."""
    from hebbax.config.strategy import StrategyConfig
    from hebbax.config.strategy_table import STRATEGIES

    return [
        {
            "name": name,
            "summary": kind.summary,
            "reference": kind.reference,
            "options": {"population": StrategyConfig(name).population, **kind.defaults},
            "package": STRATEGIES.origin(name),
        }
        for name, kind in STRATEGIES.items()
    ]


def _options(options: dict[str, Any]) -> str:
    """Return options and defaults, each on a line of its own."""
    return "\n".join(f"{name}={'by genome size' if value is None else value}" for name, value in options.items())
