"""`hebbax reproduce`: a published experiment, run after run, and what came of it beside what was published."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hebbax.cli.interrupt import interruption
from hebbax.cli.keys import told
from hebbax.cli.output import note, note_replaced
from hebbax.cli.parser import Parser
from hebbax.errors import HebbaxError

if TYPE_CHECKING:
    from hebbax.reproduction.published import Budget, Experiment
    from hebbax.runs.sweep import PlannedRun

_DESCRIPTION = """\
Run a published experiment and write its learning curves, tables and figure beside the published numbers. The same
command again skips finished runs, goes on with interrupted ones and begins the others. Ctrl-C stops with a checkpoint;
what has been run by then is reported as partial.

  han-gymnasium   Hebbian Attractor Networks on Gymnasium's robots (Dittrich et al. 2026)
    --budget laptop    2 tasks, population 64, 100 generations; hours on two cores
    --budget growing   5 tasks, population 64, 120 generations of growing lives, 90 of the ant; nine hours on two cores
    --budget paper     5 tasks, population 512, 1,000 generations, 4 lives; for a big machine

One seed of every condition comes before the next seed, so that there is something to compare early; with `growing`
conditions A, C and D come after all seeds of B, E, the static network and the GRU."""

_EXAMPLES = """\
  hebbax reproduce han-gymnasium --budget laptop
  hebbax reproduce han-gymnasium --budget growing --keep
  hebbax reproduce han-gymnasium --budget paper --dry-run
  hebbax reproduce han-gymnasium --report-only"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("reproduce", _DESCRIPTION, _EXAMPLES)
    options.add_argument("experiment", metavar="EXPERIMENT", help="han-gymnasium")
    options.add_argument("--budget", default="laptop", metavar="laptop|growing|paper", help="default: laptop")
    options.add_argument(
        "--out", metavar="FOLDER", help="of the results (default: results/han, or results/han/BUDGET for the others)"
    )
    options.add_argument("--runs", metavar="FOLDER", help="of the run folders (default: runs/<experiment>/<budget>)")
    options.add_argument(
        "--keep", action="store_true", help="keep the runs that the results hold: finished ones are not run again"
    )
    options.add_argument("--dry-run", action="store_true", help="list the runs and how far each is; write nothing")
    options.add_argument("--report-only", action="store_true", help="write the results of what has been run by now")
    return options


def run(options: Namespace) -> int:
    """Run, then report; return 0, 1 if a run failed, or 128 and the signal that stopped it."""
    from hebbax.cli.sweep import SOME_FAILED, run_all
    from hebbax.files.destination import check_folder
    from hebbax.reproduction.published import budget_named, experiment_named

    experiment = experiment_named(options.experiment)
    budget = budget_named(experiment, options.budget)
    if options.dry_run and options.report_only:
        raise HebbaxError("--dry-run writes nothing and --report-only writes the results: give one of them")
    folder = Path(options.runs or f"runs/{options.experiment}/{options.budget}")
    out = _out(options)
    if not options.dry_run:
        check_folder(folder)
        check_folder(out)
    runs, failures = _planned(budget, folder)
    kept = _kept(out, runs) if options.keep else {}
    due = [run for run in runs if not _finished(kept.get(run.path.name))]
    if options.dry_run:
        _print_outcome(due, failures, len(runs))
        return 0
    if not options.keep:
        _note_lost(out, runs)
    with interruption() as asked:
        if not options.report_only:
            failures |= run_all(due, asked, options.command)
        _print_outcome(due, failures, len(runs))
        _report(experiment, budget, runs, failures, kept, options)
        if asked.signal is not None:
            print(f"go on with: {shlex.join(options.command)}")
            return asked.exit_code
    return SOME_FAILED if failures else 0


def _print_outcome(due: Sequence[PlannedRun], failures: dict[Path, str], planned: int) -> None:
    from hebbax.cli.sweep import print_outcome

    print_outcome(due, failures)
    if planned > len(due):
        print(f"finished in the results: {planned - len(due)} more")


def _note_lost(folder: Path, runs: Sequence[PlannedRun]) -> None:
    """Say that a folder holds files that are no such results, or those of runs that new results would be without."""
    from hebbax.comparison.tables import comparison_paths
    from hebbax.reproduction.page import README
    from hebbax.reproduction.records import read_records
    from hebbax.runs.run_folder import is_run

    if not (records := read_records(folder)):
        note_replaced([*comparison_paths(folder), folder / README])
    begun = {run.path.name for run in runs if is_run(run.path)}
    lost = [name for name in records if name not in begun]
    if lost:
        some = f"{lost[0]} and {len(lost) - 1} more" if len(lost) > 1 else lost[0]
        note(f"the results in {folder} of {some} will be replaced, and their runs are not there: --keep keeps them")


def _kept(folder: Path, runs: Sequence[PlannedRun]) -> dict[str, dict[str, Any]]:
    """Return the records that a folder of results holds. Raises HebbaxError where one is of another configuration."""
    from hebbax.evolution.schedule import with_training
    from hebbax.reproduction.records import check_same, read_records
    from hebbax.tasks.registry import make_task

    records = read_records(folder)
    for run in runs:
        if run.path.name in records:
            check_same(records[run.path.name], with_training(run.config, make_task(run.config.task.name)), folder)
    return records


def _finished(record: Mapping[str, Any] | None) -> bool:
    return record is not None and record["reached"] >= record["generations"]


def _out(options: Namespace) -> Path:
    default = "results/han" if options.budget == "laptop" else f"results/han/{options.budget}"
    return Path(options.out or default)


def _planned(budget: Budget, folder: Path) -> tuple[list[PlannedRun], dict[Path, str]]:
    """Return the runs that can begin or go on, and why each of the others cannot, by its folder."""
    from hebbax.cli.overrides.sweep import compose_each
    from hebbax.runs.sweep import plan, refused

    configs, unable = [], {}
    for overrides, config in compose_each(budget.runs()):
        if isinstance(config, HebbaxError):
            chosen = dict(text.split("=", 1) for text in overrides)
            unable[folder / f"{chosen['task']}-{chosen['policy']}-s{chosen['seed']}"] = str(config)
        else:
            configs.append(config)
    runs = plan(folder, configs, ())
    unable |= {run.path: told(error) for run, error in refused(runs)}
    return [run for run in runs if run.path not in unable], unable


def _report(
    experiment: Experiment,
    budget: Budget,
    runs: Sequence[PlannedRun],
    failures: Mapping[Path, str],
    kept: Mapping[str, dict[str, Any]],
    options: Namespace,
) -> None:
    from hebbax.reproduction.page import Reproduction, write_reproduction

    command = ["hebbax", "reproduce", options.experiment, "--budget", options.budget]
    for name in ("runs", "out"):
        command += [f"--{name}", getattr(options, name)] if getattr(options, name) is not None else []
    command += ["--keep"] if options.keep else []
    reproduction = Reproduction(
        experiment=experiment,
        budget=budget,
        command=shlex.join(command),
        folders=[run.path for run in runs],
        missing={path.name: reason.partition("\n")[0] for path, reason in failures.items()},
        kept=kept,
    )
    written = write_reproduction(reproduction, _out(options), print)
    if not written:
        note("no run has finished a generation yet, so there is nothing to report")
