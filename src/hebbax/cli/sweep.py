"""Many runs by one command: `hebbax train -m`, and the list of runs behind `hebbax reproduce`."""

from __future__ import annotations

import shlex
import sys
import traceback
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.interrupt import Interruption, interruption
from hebbax.cli.keys import told
from hebbax.cli.output import note, print_table, quoted, returned
from hebbax.cli.progress import Clock, training_progress
from hebbax.cli.starting import starting
from hebbax.errors import HebbaxError
from hebbax.policies.sizes import SIZE_COLUMNS, SIZES, size_cells

if TYPE_CHECKING:
    from hebbax.config.train import TrainConfig
    from hebbax.runs.sweep import PlannedRun

DEFAULT_FOLDER = "runs/sweep"
SOME_FAILED = 1
"""The exit code when a run failed and the others went on."""


def sweep(options: Namespace) -> int:
    """Run every combination of the overrides; return 0, SOME_FAILED, or 128 and the signal that stopped it.

    All combinations are checked before the first begins. Finished runs are skipped, interrupted ones resumed.
    """
    from hebbax.cli.overrides.sweep import compose_sweep, split_launcher
    from hebbax.files.destination import check_folder
    from hebbax.runs.run_folder import is_run
    from hebbax.runs.sweep import check_plan, plan

    overrides, launcher = split_launcher(options.overrides)
    folder = Path(options.run if options.run is not None else DEFAULT_FOLDER)
    if is_run(folder):
        raise HebbaxError(f"{quoted(folder)} is a run, not a folder of runs: choose another folder with --run")
    check_folder(folder)
    with starting(options.own_process):
        combinations = compose_sweep(overrides)
        swept = combinations[0].swept
        runs = plan(folder, [combination.config for combination in combinations], swept)
        check_plan(runs)
    if launcher:
        jobs = [combination.overrides for combination in combinations]
        return _launch(runs, jobs, launcher, folder, swept, options.command)
    with interruption() as asked:
        failures = run_all(runs, asked, options.command)
        print_outcome(runs, failures)
        if asked.signal is not None:
            print(f"go on with: {shlex.join(options.command)}")
            return asked.exit_code
    print(f"next: hebbax compare {quoted(folder)}")
    return SOME_FAILED if failures else 0


def run_all(runs: Sequence[PlannedRun], asked: Interruption, command: Sequence[str]) -> dict[Path, str]:
    """Run one after another what is not finished, until the end or a signal; return why runs failed, by folder."""
    failures: dict[Path, str] = {}
    for number, run in enumerate(runs, start=1):
        if asked.signal is not None:
            break
        print(f"run {number} of {len(runs)}: {run.path.name}", flush=True)
        try:
            _run_one(run, asked, command)
        except HebbaxError as error:
            failures[run.path] = told(error)
            print(f"hebbax: {told(error)}", file=sys.stderr)
        except Exception as error:  # a bug, or a library's refusal: told in full here, and the others go on
            failures[run.path] = f"{type(error).__name__}: {error}"
            traceback.print_exc()
    return failures


def print_outcome(runs: Sequence[PlannedRun], failures: dict[Path, str]) -> None:
    """Print how large and how far each run is, and why runs failed."""
    from hebbax.runs.run_folder import RunFolder
    from hebbax.runs.run_sizes import sizes_of_run
    from hebbax.runs.sweep import FINISHED

    rows, finished = [], 0
    planned = {run.path for run in runs}
    for run in runs:
        state, generation, best = _state_cells(run)
        finished += state == FINISHED
        sizes = sizes_of_run(RunFolder(run.path), run.config)
        rows.append([run.path.name, *size_cells(sizes), "failed" if run.path in failures else state, generation, best])
    unknown = size_cells(dict.fromkeys(SIZES))
    rows += [[path.name, *unknown, "cannot begin", "–", "–"] for path in failures if path not in planned]
    columns = ["run", *SIZE_COLUMNS, "state", "generation", "best mean genome"]
    print_table(columns, rows, right=[column for column in columns if column not in ("run", "state")])
    print(f"{finished} of {len(rows)} runs finished" + (f", {len(failures)} failed:" if failures else ""))
    for path, reason in failures.items():
        print(f"  {path.name}: {reason.partition(chr(10))[0]}")


@dataclass(frozen=True)
class ClusterJob:
    """One run of a sweep on whatever machine a launcher has chosen; a repeated job goes on where the last one ended."""

    folder: Path
    swept: tuple[str, ...]
    command: tuple[str, ...]

    def __call__(self, config: TrainConfig) -> None:
        """Run to the last generation."""
        from hebbax.runs.sweep import FINISHED, open_training, plan, state_of

        (run,) = plan(self.folder, [config], self.swept)
        if state_of(run).state == FINISHED:
            return
        training = open_training(run, self.command, note)
        clock = Clock(training.state.generation, config.generations)
        with training_progress(clock, training.search.engine.name) as progress:
            training.run(progress, note)


def _run_one(run: PlannedRun, asked: Interruption, command: Sequence[str]) -> None:
    from hebbax.cli.evolve import evolve
    from hebbax.evolution.trust import remember_trust
    from hebbax.runs.sweep import FINISHED, open_training, state_of

    if state_of(run).state == FINISHED:
        print("finished before")
        return
    training = open_training(run, command, note)
    remember_trust(training.search.config, run.path, note)  # its modules were named by who has begun the sweep
    evolve(training, asked)


def _launch(
    runs: Sequence[PlannedRun],
    jobs: Sequence[Sequence[str]],
    launcher: Sequence[str],
    folder: Path,
    swept: tuple[str, ...],
    command: Sequence[str],
) -> int:
    """Hand the runs that are not finished to one of Hydra's launchers, and wait for them."""
    from hebbax.cli.overrides.launch import check_launcher, launch

    check_launcher(launcher, folder)
    due = [(run, job) for run, job in zip(runs, jobs, strict=True) if not _finished(run)]
    print(f"{len(due)} of {len(runs)} runs go to {' '.join(launcher)}; waiting for them", flush=True)
    failures: dict[Path, str] = {}
    if due:
        job = ClusterJob(folder.absolute(), swept, tuple(command))
        lost = "it ended before its last generation"
        try:
            errors = launch(launcher, folder, [overrides for _, overrides in due], job)
            failures = {
                run.path: told(error) if isinstance(error, HebbaxError) else str(error)
                for (run, _), error in zip(due, errors, strict=True)
                if error is not None
            }
        except HebbaxError:
            raise
        except Exception as error:  # a launcher raises its own kind when it loses a job
            traceback.print_exc()
            lost = f"{type(error).__name__}: {error}"
        # Whatever a launcher says, the folders know how far each run is.
        failures |= {run.path: lost for run, _ in due if run.path not in failures and not _finished(run)}
    print_outcome(runs, failures)
    if failures:
        print(f"go on with: {shlex.join(command)}")
        return SOME_FAILED
    print(f"next: hebbax compare {quoted(folder)}")
    return 0


def _finished(run: PlannedRun) -> bool:
    from hebbax.runs.sweep import FINISHED

    return _state_cells(run)[0] == FINISHED


def _state_cells(run: PlannedRun) -> tuple[str, str, str]:
    from hebbax.runs.sweep import MISSING, state_of

    try:
        state = state_of(run)
    except HebbaxError:  # its checkpoints are damaged: told where the run failed
        return "damaged", "–", "–"
    done = "–" if state.state == MISSING else f"{state.generation} of {run.config.generations}"
    return state.state, done, returned(state.best)
