"""`hebbax experiment`: ask a living network something, and write what it answers."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.output import note, note_replaced, print_facts, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cli.trust import add_scenario_overrides, add_trust_option, open_run
from hebbax.cores import keep_algebra_on_one_thread
from hebbax.errors import HebbaxError

if TYPE_CHECKING:
    from hebbax.experiments.context import Context
    from hebbax.runs.stored_run import StoredRun

_DESCRIPTION = """\
Make an experiment on a controller while it lives: stop its plasticity, take weights away, lift it off the ground. The
outcome is a sentence, NAME.json with the numbers of every life and 95 % intervals over lives, and a figure (NAME.png,
NAME.svg). They go into experiments/ in the run's folder, or into ./experiments-<task>-<policy>/ for a controller that
ships with hebbax. Without NAME, or with --list, the experiments are listed. `all` makes all that apply.

RUN is the folder of a run, or zoo:TASK/POLICY. A second run stands beside the first in `interrupt` and `continual`."""

_EXAMPLES = """\
  hebbax experiment --list
  hebbax experiment freeze zoo:half_cheetah/han-e
  hebbax experiment interrupt runs/b runs/e --lifetimes 50
  hebbax experiment all runs/mine --quick"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("experiment", _DESCRIPTION, _EXAMPLES)
    options.add_argument("name", nargs="?", metavar="NAME", help="of the experiment, or all")
    options.add_argument("target", nargs="?", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    add_scenario_overrides(options)
    options.add_argument("other", nargs="?", metavar="OTHER", help="a second run, to compare (interrupt, continual)")
    options.add_argument("--list", action="store_true", help="list the experiments")
    options.add_argument("--lifetimes", type=whole_number, metavar="N", help="lives (default: 20; 5 with --quick)")
    options.add_argument("--ticks", type=whole_number, metavar="N", help="of a life (default: as the run lived)")
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of the lives (default: 1)")
    add_genome_option(options)
    add_trust_option(options)
    options.add_argument("--out", metavar="FOLDER", help="where the files go")
    options.add_argument("--quick", action="store_true", help="fewer lives and points, to have a look")
    return options


def run(options: Namespace) -> int:
    """List, or make one experiment or all; return 0."""
    keep_algebra_on_one_thread()  # before NumPy is loaded
    from hebbax.experiments.registry import ALL, EXPERIMENTS, experiment_named

    if options.list or options.name is None:
        packages = {name: EXPERIMENTS.origin(name) for name in EXPERIMENTS}
        brought = {name: "" if package is None else f" ({package})" for name, package in packages.items()}
        print_facts([(name, f"{experiment.asks}{brought[name]}") for name, experiment in EXPERIMENTS.items()])
        return 0
    names = list(EXPERIMENTS) if options.name == ALL else [experiment_named(options.name).name]
    if options.target is None:
        raise HebbaxError(f"experiment {options.name!r} on which run? Give a run's folder, or zoo:TASK/POLICY")
    _make(names, options)
    return 0


def _make(names: Sequence[str], options: Namespace) -> None:
    from dataclasses import replace

    from hebbax.experiments.registry import EXPERIMENTS, run_experiment, why_not
    from hebbax.experiments.store import experiments_folder, result_paths, save_result
    from hebbax.files.destination import check_folder

    stored = open_run(options.target, trust=options.trust, overrides=options.overrides)
    context = _context(stored, options.target, options)
    if options.other is not None:
        other = _context(
            open_run(options.other, trust=options.trust, overrides=options.overrides), options.other, options
        )
        context = replace(context, other=other)
    folder = experiments_folder(stored) if options.out is None else Path(options.out)
    check_folder(folder)  # before lives are lived for it
    note_replaced(path for name in names for path in result_paths(name, folder))
    waiting("the first lives may have to be compiled, which takes up to 20 s")
    for name in names:
        one = context
        if len(names) > 1:
            if (reason := why_not(name, context)) is not None:
                note(f"no {name}: {reason}")
                continue
            one = context if EXPERIMENTS.get(name).takes_other else replace(context, other=None)
        result = run_experiment(name, one)
        print(f"{name}: {result.sentence}", flush=True)
        for path in save_result(result, folder, options.command):
            print(f"  {path}", flush=True)


def _context(stored: StoredRun, name: str, options: Namespace) -> Context:
    from hebbax.experiments.context import Context

    return Context.open(
        stored,
        name=name,
        lifetimes=options.lifetimes,
        ticks=options.ticks,
        seed=options.seed,
        genome=options.genome,
        quick=options.quick,
        tell=waiting,
    )
