"""`hebbax bench`: measure speed and memory on this machine, and write down every measurement."""

from __future__ import annotations

import os
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from hebbax.bench.registry import BENCHMARKS, benchmark_names
from hebbax.cli.output import note, note_replaced, print_table, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cores import available_cores
from hebbax.errors import HebbaxError
from hebbax.installing import pip_install_extra

_LISTED = "\n".join(f"  {name:<12} {what}" for name, what in BENCHMARKS.items())
_DESCRIPTION = f"""\
Measure speed and memory on this machine: everything, or the benchmarks named.

{_LISTED}

What is compared is run in turns, round after round; the result is the median ratio of the rounds with its interval.
FOLDER/NAME.json gets every measurement, the command, versions, cores and load. All of it takes about an hour on two
cores, a quarter of that `closed-loop`; nothing else should run meanwhile."""

_EXAMPLES = """\
  hebbax bench
  hebbax bench closed-loop --quick
  hebbax bench peers scaling --repeats 15 --out measured
  hebbax bench solve --peers"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("bench", _DESCRIPTION, _EXAMPLES)
    options.add_argument("names", nargs="*", metavar="NAME", help="what to measure (default: all)")
    options.add_argument(
        "--out", default="benchmarks/results", metavar="FOLDER", help="of the results (default: benchmarks/results)"
    )
    options.add_argument(
        "--repeats",
        type=whole_number,
        metavar="N",
        help="rounds (default: 9; closed-loop: 15, recording: 25, scopes: 51)",
    )
    options.add_argument(
        "--population", type=whole_number, metavar="N", help="lives at a time (default: 256; memory: 200 genomes)"
    )
    options.add_argument("--ticks", type=whole_number, metavar="N", help="of a life (default: each its own)")
    options.add_argument(
        "--peers", action="store_true", help=f"solve: others' software too ({pip_install_extra('bench')}); hours"
    )
    options.add_argument(
        "--quick", action="store_true", help="for a look: as --repeats 3 --population 32 --ticks 100 where not given"
    )
    return options


def run(options: Namespace) -> int:
    """Run the benchmarks; return 0."""
    from hebbax.bench.report import QUICK, Settings
    from hebbax.bench.run import run_benchmark

    names = benchmark_names(options.names)
    if options.peers and "solve" not in options.names:
        raise HebbaxError("--peers: expected with solve alone, as in `hebbax bench solve --peers`")
    given = {name: getattr(options, name) for name in ("repeats", "population", "ticks")}
    settings = replace(
        QUICK if options.quick else Settings(), **{name: value for name, value in given.items() if value is not None}
    )
    settings = replace(settings, peers=options.peers)
    note_replaced(Path(options.out) / f"{name}.json" for name in names)
    _note_load()
    for name in names:
        report = run_benchmark(
            name, settings, options.command, Path(options.out), lambda text, name=name: waiting(f"{name}: {text}")
        )
        for table in report.tables:
            print(f"{name}: {table.title}")
            print_table(table.columns, table.rows, right=table.right)
        print(Path(options.out) / f"{name}.json", flush=True)
    return 0


def _note_load() -> None:
    """Tell the user if others are at work: sides that use different numbers of threads then suffer differently."""
    load, cores = os.getloadavg()[0], available_cores()
    if load > 0.5 * cores:
        note(f"load average {load:.1f} on {cores} cores: other processes are running, so do not rely on these results")
