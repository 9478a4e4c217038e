"""`hebbax genome`: what the numbers of a controller's genome are, and how they are spread."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.output import print_table
from hebbax.cli.parser import Parser
from hebbax.cli.trust import add_trust_option, open_run
from hebbax.policies.sizes import sizes_in_words, sizes_of

if TYPE_CHECKING:
    from hebbax.runs.stored_run import StoredRun

_DESCRIPTION = """\
Print the layout of a controller's genome: every evolved array with what shares its numbers, its shape and its place,
and how its numbers are spread."""

_EXAMPLES = """\
  hebbax genome runs/mine
  hebbax genome zoo:half_cheetah/han-e --json"""

_COLUMNS = ("connection", "array", "scope", "shape", "at", "numbers", "mean", "standard deviation", "lowest", "highest")
_STATISTICS = ("mean", "std", "min", "max")


def parser() -> Parser:
    """Return the options."""
    options = Parser("genome", _DESCRIPTION, _EXAMPLES)
    options.add_argument("target", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    add_genome_option(options)
    add_trust_option(options)
    options.add_argument("--json", action="store_true", help="print one JSON object")
    return options


def run(options: Namespace) -> int:
    """Print the layout; return 0."""
    stored = open_run(options.target, trust=options.trust)
    rows = describe_genome(stored, options.genome)
    if options.json:
        print(json.dumps({**sizes_of(stored.policy), "genome": options.genome, "arrays": rows}))
        return 0
    print(f"{options.target}, {options.genome} genome: {sizes_in_words(sizes_of(stored.policy))}")
    print_table(_COLUMNS, [_cells(row) for row in rows], right=_COLUMNS[4:])
    return 0


def describe_genome(stored: StoredRun, which: str = "best") -> list[dict[str, Any]]:
    """Return every evolved array of a genome in its order: name, scope, shape, place and statistics."""
    genome, policy = stored.controller(which).genome, stored.policy
    rows = []
    for gene in policy.layout:
        values = genome[gene.at : gene.at + gene.size].astype(float)
        statistics = (values.mean(), values.std(), values.min(), values.max())
        rows.append(
            {
                "connection": None if gene.scope == "network" else policy.network.layer_names[gene.connection],
                "name": gene.name,
                "scope": gene.scope,
                "shape": list(gene.shape),
                "at": gene.at,
                "size": gene.size,
                **{name: float(value) for name, value in zip(_STATISTICS, statistics, strict=True)},
            }
        )
    return rows


def _cells(row: dict[str, Any]) -> list[str]:
    shape = " × ".join(map(str, row["shape"]))
    places = [f"{row[key]:,}" for key in ("at", "size")]
    statistics = [f"{row[name]:.3g}" for name in _STATISTICS]
    return [row["connection"] or "all", row["name"], row["scope"], shape, *places, *statistics]
