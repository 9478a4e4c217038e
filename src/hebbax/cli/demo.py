"""`hebbax demo`: evolve a controller in a minute or two, look at it, and at one that evolved for longer."""

from __future__ import annotations

import shutil
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli import demo_go1
from hebbax.cli.evolve import evolve, print_best
from hebbax.cli.interrupt import Interruption, interruption
from hebbax.cli.output import note, number
from hebbax.cli.parser import Parser, positive_number, whole_number
from hebbax.cli.starting import starting
from hebbax.errors import HebbaxError

if TYPE_CHECKING:
    import numpy as np

    from hebbax.runs.stored_run import StoredRun
    from hebbax.runs.training import Training

_DESCRIPTION = """\
Evolve rules of plasticity for a robot from scratch, for a minute or two, and draw and film what they do. Then run them
beside the controller that ships with hebbax, which evolved for longer, and beside random rules. With `go1` the robot is
a Unitree Go1, and in the middle of a life its front-left knee breaks. The pictures and films go to demo/; an earlier
demo there is replaced."""

_EXAMPLES = """\
  hebbax demo
  hebbax demo go1
  hebbax demo --seconds 30 --task swimmer --out demo-swimmer"""

SHIPPED = "half_cheetah/han-e"
"""The controller of the zoo that is run against random rules."""

_TASK = "half_cheetah"
_MARKER = ".hebbax-demo"
_RUN, _COMPARISON, _SHIPPED_FILM = "run", "evolved-against-random.png", "shipped-life.mp4"


def parser() -> Parser:
    """Return the options."""
    options = Parser("demo", _DESCRIPTION, _EXAMPLES)
    options.add_argument("robot", nargs="?", choices=["go1"], help="another robot, and what becomes of it")
    options.add_argument("--out", default="demo", metavar="FOLDER", help="where the files go (default: demo)")
    options.add_argument(
        "--seconds", type=positive_number, default=90.0, metavar="S", help="to evolve for (default: 90)"
    )
    options.add_argument("--task", metavar="TASK", help="default: half_cheetah; not with go1")
    options.add_argument("--seed", type=whole_number, default=0, metavar="N", help="default: 0")
    return options


def run(options: Namespace) -> int:
    """Evolve, show and compare or break; return 0, or 128 and the signal's number when stopped while evolving."""
    if options.robot and options.task:
        raise HebbaxError(f"--task {options.task} with {options.robot}: expected one of them")
    folder = Path(options.out)
    with interruption() as asked:
        stopped_by = _evolve(options, folder, asked)
    if stopped_by:
        return stopped_by
    print("\nIts learning curve, the weights of one life, and a film of it:")
    _show(folder)
    if options.robot:
        _break(folder, options.seconds)
    else:
        _compare(folder, options.seconds)
    return 0


def _evolve(options: Namespace, folder: Path, asked: Interruption) -> int:
    """Evolve into the demo's run; return 0, or the exit code of the signal that stopped it."""
    with starting(options.own_process):
        training = _started(options, folder)
    stopped_by = evolve(training, asked, options.seconds)
    if not stopped_by:
        print_best(training)
    return stopped_by


def _started(options: Namespace, folder: Path) -> Training:
    from hebbax.config.train import TaskConfig, TrainConfig, check_train_config
    from hebbax.config.training import GROWING, TrainingConfig
    from hebbax.runs.training import Training
    from hebbax.tasks.registry import make_task

    task = demo_go1.TASK if options.robot else options.task or _TASK
    make_task(task)  # a wrong name is to be told before an earlier demo is removed
    config = TrainConfig(
        task=TaskConfig(task),
        # Several times as many generations as with full lives; a Go1 has a choice of its own.
        training=TrainingConfig() if options.robot else TrainingConfig(GROWING),
        generations=1000,
        evaluate_every=5,
        seed=options.seed,
    )
    check_train_config(config)
    _make_room(folder)
    print(f"Evolving rules of plasticity for {task} from scratch, for {options.seconds:g} s:")
    return Training.start(config, folder / _RUN, options.command)


def _make_room(folder: Path) -> None:
    """Make the demo's folder, without the files of an earlier demo. Raises HebbaxError where it holds anything else."""
    from hebbax.files.atomic_write import write_error
    from hebbax.report.show import CURVE, FILM, WEIGHTS

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / _MARKER).is_file():
            raise HebbaxError(f"{folder} holds files that are not a demo's: choose another folder with --out")
        (folder / _MARKER).touch()
        for name in (CURVE, WEIGHTS, FILM, _COMPARISON, _SHIPPED_FILM, demo_go1.FILM, demo_go1.PICTURE):
            (folder / name).unlink(missing_ok=True)
        if (folder / _RUN).exists():
            note(f"the earlier demo in {folder} is replaced; --out chooses another place")
            shutil.rmtree(folder / _RUN)
    except OSError as error:
        raise write_error(folder, error) from error


def _show(folder: Path) -> None:
    """Draw and film the run that has just evolved."""
    from hebbax.report.show import show_run
    from hebbax.runs.stored_run import StoredRun

    run = StoredRun.open(folder / _RUN, note)
    show_run(run, folder, genome=_genome_of(run), on_file=print, on_note=note)


def _break(folder: Path, seconds: float) -> None:
    """Break a knee of what has just evolved."""
    from hebbax.runs.stored_run import StoredRun

    print(f"\nThe same life, but the {demo_go1.KNEE.split()[0]} knee breaks at {demo_go1.AT:g} s:", flush=True)
    run = StoredRun.open(folder / _RUN, note)
    demo_go1.break_a_knee(run, folder, seconds, _genome_of(run))


def _genome_of(run: StoredRun) -> str:
    """Return the genome to look at: in a very short demo no mean genome may have survived its evaluation."""
    return "best" if run.checkpoint.document["best"] else "mean"


def _returns_of_run(folder: Path) -> tuple[str, np.ndarray]:
    """Return the task of the run that has just evolved, and returns [lives] of its genome over full lives."""
    from hebbax.engines.make_engine import make_engine
    from hebbax.report.show import COMPARED_LIVES
    from hebbax.runs.evaluation import evaluate_controller
    from hebbax.runs.stored_run import StoredRun

    run = StoredRun.open(folder / _RUN, note)
    genome, engine = _genome_of(run), make_engine(run.task, run.policy, run.config.engine)
    lives = evaluate_controller(engine, run.controller(genome), genome=genome, lifetimes=COMPARED_LIVES).lives
    return run.task.name, lives.returns[~lives.diverged]


def _compare(folder: Path, seconds: float) -> None:
    """Run what has evolved, the shipped controller and random rules, and draw and film that."""
    from hebbax.report.film.life_film import Filmed, film_life
    from hebbax.report.plots.returns import plot_returns
    from hebbax.report.show import record_life, returns_beside_random
    from hebbax.report.style import figure_of, save_figure
    from hebbax.runs.stored_run import StoredRun
    from hebbax.zoo import zoo_names

    if SHIPPED not in zoo_names():
        note(f"zoo:{SHIPPED} does not ship with this version of hebbax, so there is nothing to compare")
        return
    print(f"\nzoo:{SHIPPED}, which evolved for longer, and random rules, over lives of full length:", flush=True)
    run = StoredRun.open(f"zoo:{SHIPPED}", note)
    task, own = _returns_of_run(folder)
    evolved, chance = returns_beside_random(run)
    groups = {f"evolved here\nin {seconds:g} s": own} if task == run.task.name else {}
    groups |= {f"zoo:{SHIPPED}": evolved, "random rules": chance}
    for name, returns in groups.items():
        mean = float(returns.mean()) if len(returns) else None
        print(f"{' '.join(name.split())}: mean return {number(mean)} over {len(returns)} lives")
    title = f"{run.task.name}, lives of {run.task.length:,} ticks"
    save_figure(figure_of(plot_returns(groups, title=title)), folder / _COMPARISON)
    print(folder / _COMPARISON)
    _, record = record_life(run)
    film_life(Filmed(run.task, record), folder / _SHIPPED_FILM, on_file=print, on_note=note)
