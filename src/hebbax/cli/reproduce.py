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
    from hebbax.reproduction.experiment import Budget, Experiment
    from hebbax.runs.sweep import PlannedRun

_DESCRIPTION = """\
Run a published experiment and write its learning curves, tables and figures beside the published numbers. The same
command again skips finished runs, goes on with interrupted ones and begins the others. Ctrl-C stops with a checkpoint;
what has been run by then is reported as partial.

Hebbian Attractor Networks (Dittrich et al. 2026):
  han-gymnasium      conditions A to E, a static network and a GRU on five of Gymnasium's robots
    --budget laptop    2 tasks, population 64, 100 generations; hours on two cores
    --budget growing   5 tasks, population 64, 120 generations of growing lives, 90 of the ant; nine hours on two cores
    --budget paper     5 tasks, population 512, 1,000 generations, 4 lives; for a big machine
  han-ant            ants with a short leg: evolved on three bodies, then on two they never met; laptop, paper
  han-perturbation   half cheetahs that run into a weight of 50 kg; growing, paper
  han-attractors     what the weights of A, B and E end on, on half cheetah; growing, paper
  han-freeze         rhythms of weights and actions, and plasticity frozen at half of life; growing, paper
  han-go1            a Unitree Go1 at 2 m/s; laptop, paper

Meta-Learning through Hebbian Plasticity in Random Networks (Najarro and Risi 2020), on a quadruped:
  najarro-table1        Hebbian and static networks evolved on two bodies and put on a third; laptop, paper
  najarro-ablation      nine rules; laptop
  najarro-coevolve      first weights evolved too; laptop
  najarro-freeze        updates that stop early in life; laptop, paper, as all that follow
  najarro-saturate      recovery from saturated actuators
  najarro-zero          recovery from a third of the weights put to zero
  najarro-pca           paths of the weights in three components
  najarro-init          first weights of other distributions
  najarro-coefficients  histograms of the evolved coefficients
  najarro-curves        training curves
  najarro-weights       weights over a life on three bodies
and on a car that is driven by pixels:
  najarro-car               Hebbian and static networks over 100 tracks, and in Gymnasium's own; laptop, paper
  najarro-car-ablation      nine rules, with random filters and with evolved ones; laptop
  najarro-car-coevolve      first weights evolved too; laptop
  najarro-car-pca           paths of the weights in three components; laptop, paper, as all that follow
  najarro-car-coefficients  histograms of the evolved coefficients
  najarro-car-curves        training curves

Plastic networks out of distribution (Leung et al. 2025), on a gecko; laptop, beetle, paper:
  leung-ood            rough ground, slopes, damaged legs, lost senses, loads: what is left of the way
  leung-normalisation  max norm, standardisation and none: the way, the size of weights, what diverges
  leung-pca            weights on flat and uneven ground in three components
  leung-lifted         lifted off the ground, and put down
  leung-ratio          the way against the numbers that a life changes
  leung-transfer       another simulation

One seed of every condition comes before the next seed, so that there is something to compare early; with `growing`
conditions A, C and D of han-gymnasium come after all seeds of B, E, the static network and the GRU. han-perturbation,
han-attractors and han-freeze look at runs of han-gymnasium, those from najarro-freeze to najarro-weights at runs of
najarro-table1, and najarro-car-pca, -coefficients and -curves at runs of najarro-car: none is evolved twice. Those of
leung share the runs of leung-ood. With --run they, and all others that look at controllers, look at yours."""

_EXAMPLES = """\
  hebbax reproduce han-gymnasium --budget laptop
  hebbax reproduce han-gymnasium --budget growing --keep
  hebbax reproduce han-gymnasium --budget paper --dry-run
  hebbax reproduce han-gymnasium --report-only
  hebbax reproduce han-freeze
  hebbax reproduce han-freeze --run runs/my-cheetah --run zoo:half_cheetah/han-e --out results/mine"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("reproduce", _DESCRIPTION, _EXAMPLES)
    options.add_argument("experiment", metavar="EXPERIMENT", help="one of the above")
    options.add_argument(
        "--budget",
        metavar="laptop|growing|beetle|paper",
        help="default: the first that is named above for the experiment",
    )
    options.add_argument(
        "--out",
        metavar="FOLDER",
        help="of the results (default: results/han for han-gymnasium, results/najarro-car for najarro-car and below it "
        "for those of the car, results/PAPER/NAME for PAPER-NAME; below it BUDGET if that is not the first)",
    )
    options.add_argument(
        "--runs", metavar="FOLDER", help="of the run folders (default: runs/<experiment whose runs they are>/<budget>)"
    )
    options.add_argument(
        "--run",
        metavar="RUN",
        action="append",
        help="look at this controller, a run folder or zoo:TASK/POLICY, and evolve nothing; may be given several times",
    )
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
    from hebbax.reproduction.registry import budget_named, experiment_named

    experiment = experiment_named(options.experiment)
    if options.run is not None:
        return _look(experiment, options)
    name = next(iter(experiment.budgets)) if options.budget is None else options.budget
    budget = budget_named(experiment, name)
    if options.dry_run and options.report_only:
        raise HebbaxError("--dry-run writes nothing and --report-only writes the results: give one of them")
    folder = Path(options.runs or f"runs/{experiment.runs_of or options.experiment}/{name}")
    out = Path(options.out or _out(experiment, name))
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
        _report(experiment, budget, runs, failures, kept, _command(options, name), out)
        if asked.signal is not None:
            print(f"go on with: {shlex.join(options.command)}")
            return asked.exit_code
    return SOME_FAILED if failures else 0


def _look(experiment: Experiment, options: Namespace) -> int:
    """Look at the controllers that were named; return 0."""
    from hebbax.files.destination import check_folder
    from hebbax.reproduction.page import write_look
    from hebbax.reproduction.registry import EXPERIMENTS

    if experiment.study is None:
        able = ", ".join(name for name, other in EXPERIMENTS.items() if other.study is not None)
        raise HebbaxError(f"--run: {options.experiment} compares learning curves alone; it is for {able}")
    others = [f"--{key.replace('_', '-')}" for key in ("budget", "runs", "keep", "dry_run", "report_only")
              if getattr(options, key)]  # fmt: skip
    if others:
        raise HebbaxError(f"--run evolves nothing, so {others[0]} says nothing: leave it out")
    out = Path(options.out or experiment.out)
    check_folder(out)
    write_look(experiment, options.run, shlex.join(options.command), out, print, print)
    return 0


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


def _out(experiment: Experiment, budget: str) -> str:
    """Return where results go unless somebody says otherwise."""
    first = budget == next(iter(experiment.budgets))
    return experiment.out if first else f"{experiment.out}/{budget}"


def _command(options: Namespace, budget: str) -> list[str]:
    """Return the command that goes on with it."""
    command = ["hebbax", "reproduce", options.experiment, "--budget", budget]
    for name in ("runs", "out"):
        command += [f"--{name}", getattr(options, name)] if getattr(options, name) is not None else []
    return [*command, "--keep"] if options.keep else command


def _planned(budget: Budget, folder: Path) -> tuple[list[PlannedRun], dict[Path, str]]:
    """Return the runs that can begin or go on, and why each of the others cannot, by its folder."""
    from hebbax.cli.overrides.sweep import compose_each
    from hebbax.runs.sweep import PlannedRun, refused

    runs, unable = [], {}
    for name, (_, config) in zip(budget.names(), compose_each(budget.runs()), strict=True):
        if isinstance(config, HebbaxError):
            unable[folder / name] = str(config)
        else:
            runs.append(PlannedRun(folder / name, config))
    unable |= {run.path: told(error) for run, error in refused(runs)}
    return [run for run in runs if run.path not in unable], unable


def _report(
    experiment: Experiment,
    budget: Budget,
    runs: Sequence[PlannedRun],
    failures: Mapping[Path, str],
    kept: Mapping[str, dict[str, Any]],
    command: Sequence[str],
    out: Path,
) -> None:
    from hebbax.reproduction.page import Reproduction, write_reproduction

    reproduction = Reproduction(
        experiment=experiment,
        budget=budget,
        command=shlex.join(command),
        folders=[run.path for run in runs],
        missing={path.name: reason.partition("\n")[0] for path, reason in failures.items()},
        kept=kept,
    )
    written = write_reproduction(reproduction, out, print, print)
    if not written:
        note("no run has finished a generation yet, so there is nothing to report")
