"""`hebbax compare`: runs side by side, over their seeds."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from hebbax.cli.output import note_replaced, print_table
from hebbax.cli.parser import Parser, whole_number
from hebbax.policies.sizes import SIZE_COLUMNS

_DESCRIPTION = """\
Compare runs: a table for each task and way of termination, with one row for each policy and whatever else differs
between the runs beside the seed. With five finished seeds or more a row has the mean, the interquartile mean, their
95 % bootstrap intervals over seeds, and the probability that a run is better than one of the baseline; with fewer it
has one number a seed. RUN is the folder of a run, a folder that holds runs, or zoo:TASK/POLICY.

The tables (comparison.md, comparison.json) and the learning curves (learning-curves.png, .svg) go to --out.

What a run is judged by, at its end:
  mean-genome      evaluation of the mean genome over fresh lives (default)
  population-mean  mean return of the last generation
  best             highest evaluation of the mean genome; being the best of many, it flatters"""

_EXAMPLES = """\
  hebbax compare runs/sweep
  hebbax compare runs/a runs/b runs/c --metric population-mean --out runs/abc
  hebbax compare runs/sweep --baseline mlp --generations 50 --json"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("compare", _DESCRIPTION, _EXAMPLES)
    options.add_argument("targets", nargs="+", metavar="RUN", help="run, folder of runs, or zoo:TASK/POLICY")
    options.add_argument(
        "--metric", default="mean-genome", metavar="METRIC", help="mean-genome, population-mean or best"
    )
    options.add_argument("--baseline", metavar="POLICY", help="what the others are held against (default: the first)")
    options.add_argument(
        "--generations", type=whole_number, metavar="N", help="compare at generation N instead of at the end"
    )
    options.add_argument(
        "--across",
        metavar="AXIS",
        help="of the curves: generations or steps (default: generations; steps if lives of training are not full)",
    )
    options.add_argument("--out", default="comparison", metavar="FOLDER", help="of the files (default: comparison)")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    return options


def run(options: Namespace) -> int:
    """Compare; return 0."""
    from hebbax.comparison.comparison import compare
    from hebbax.comparison.curves import expand_sources, read_curve
    from hebbax.comparison.tables import (
        check_baseline,
        comparison_paths,
        json_of,
        remarks_of,
        rows_of,
        write_comparison,
    )

    sources = expand_sources(options.targets)
    tables = compare([read_curve(source, options.metric, generations=options.generations) for source in sources])
    check_baseline(tables, options.baseline)
    note_replaced(comparison_paths(Path(options.out)))
    files: list[Path] = []
    write_comparison(
        Path(options.out),
        tables,
        options.metric,
        baseline=options.baseline,
        generations=options.generations,
        across=options.across,
        on_file=files.append,
    )
    if options.json:
        values = json_of(tables, options.metric, options.generations)
        print(json.dumps({**values, "files": [str(path) for path in files]}))
        return 0
    for table in tables:
        columns, rows = rows_of(table, options.baseline)
        print(table.name)
        print_table(columns, rows, right=(*SIZE_COLUMNS, "seeds", "mean", "interquartile mean"))
        for remark in remarks_of(table):
            print(remark)
    if len(tables) > 1:
        print("returns of different tasks and terminations are not comparable, so each has a table of its own")
    for path in files:
        print(path)
    return 0
