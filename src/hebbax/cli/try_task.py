"""`hebbax try`: film a task before anyone trains on it."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.output import note, note_replaced, number, print_facts, returned, waiting
from hebbax.cli.parser import Parser, positive_number, whole_number

if TYPE_CHECKING:
    from hebbax.tasks.external.task import AnyTask
    from hebbax.types import Lives

_DESCRIPTION = """\
Live one life of a task without a controller and film it: the robot is left alone, or gets random actions. What is seen,
how long it lasts and what it earns show whether a task is what was meant, before anything is evolved on it."""

_EXAMPLES = """\
  hebbax try ant
  hebbax try hopper --actions random --seconds 5 --out look
  hebbax try ant --actions random --restart"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("try", _DESCRIPTION, _EXAMPLES)
    options.add_argument("task", metavar="TASK", help="a name of `hebbax tasks`, gymnasium/ENV_ID or menagerie/ROBOT")
    options.add_argument(
        "--actions", default="zero", metavar="zero|random", help="what it is made to do (default: zero)"
    )
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of birth and actions (default: 1)")
    options.add_argument(
        "--seconds", type=positive_number, default=10.0, metavar="S", help="length of the life (default: 10)"
    )
    options.add_argument("--restart", action="store_true", help="go on with another body where the task terminates")
    options.add_argument("--out", metavar="FOLDER", help="where the film goes (default: try-TASK)")
    return options


def run(options: Namespace) -> int:
    """Film; return 0, also where nothing can film."""
    from hebbax.report.show import FILM
    from hebbax.report.try_task import try_task
    from hebbax.tasks.registry import make_task

    task = make_task(options.task)
    folder = (
        Path(f"try-{options.task.replace('/', '-').replace(':', '-')}") if options.out is None else Path(options.out)
    )
    note_replaced([folder / FILM])
    waiting("running a life; compiling it takes up to 20 s the first time")
    lives, _ = try_task(
        task,
        folder,
        actions=options.actions,
        seed=options.seed,
        seconds=options.seconds,
        termination="restart" if options.restart else "end",
        on_file=lambda path: print(path, flush=True),
        on_note=note,
    )
    print_facts(facts_of(task, lives))
    return 0


def facts_of(task: AnyTask, lives: Lives) -> list[tuple[str, str]]:
    """Return what a life was, as names and values to print."""
    from hebbax.types import END_DIVERGED, END_TERMINATED

    why = {END_TERMINATED: ", the task's termination", END_DIVERGED: ", it diverged"}.get(int(lives.ends[0]), "")
    ticks = int(lives.lengths[0])
    terms = zip(task.terms, lives.reward_terms[0], strict=True)
    return [
        ("task", f"{task.name} ({task.observation_size} observations, {task.action_size} actions)"),
        ("length", f"{number(ticks)} ticks, {ticks * task.control_period:.2f} s{why}"),
        ("return", returned(float(lives.returns[0]))),
        *([(f"  {name}", f"{value:,.1f}") for name, value in terms] if len(task.terms) > 1 else []),
        ("terminations", str(int(lives.terminations[0]))),
        ("MuJoCo's warnings", str(int(lives.warnings[0]))),
    ]
