"""`hebbax new robot`: a plug-in with a task, written from somebody's own model."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.output import print_facts, quoted
from hebbax.cli.parser import Parser
from hebbax.errors import HebbaxError, unknown_name
from hebbax.installing import pip_install

if TYPE_CHECKING:
    from hebbax.tasks.external.task import AnyTask

KINDS = ("robot",)

_DESCRIPTION = """\
Make a task of a robot of your own: a small package with a copy of its model, and plain code for birth, observation,
action and reward that was read off the model and is yours to change. Legged robots, robots in a plane, arms, hands."""

_EXAMPLES = """\
  hebbax new robot spider --mjcf spider.xml
  hebbax new robot crawler --mjcf crawler.urdf --base free --folder robots/crawler"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("new", _DESCRIPTION, _EXAMPLES)
    options.add_argument("kind", metavar="robot", help="what to make: a robot")
    options.add_argument("name", metavar="NAME", help="of the task and its package, such as spider")
    options.add_argument("--mjcf", required=True, metavar="FILE", help="the model: MJCF, or URDF with --base")
    options.add_argument("--folder", metavar="DIR", help="a new folder for the package (default: NAME)")
    options.add_argument("--base", metavar="free|fixed", help="of a URDF: what holds the robot, nothing or the world")
    return options


def run(options: Namespace) -> int:
    """Write the package; say what was read off the model, and what to type next."""
    from hebbax.tasks.from_model.new_robot import write_robot

    if options.kind not in KINDS:
        raise unknown_name("thing to make", options.kind, KINDS)
    if options.folder == "":
        raise HebbaxError("--folder: expected the name of a new folder, such as spider")
    folder = Path(options.name if options.folder is None else options.folder)
    task, anatomy = write_robot(options.name, Path(options.mjcf), folder, options.base)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent.name != "assets":
            print(path)
    print_facts(_facts(task, options.name, folder, anatomy.notes))
    return 0


def _facts(task: AnyTask, name: str, folder: Path, notes: tuple[str, ...]) -> list[tuple[str, str]]:
    period = task.control_period
    sizes = f"{task.observation_size} observations, {task.action_size} actions, a tick of {period:g} s"
    return [
        ("task", f"{name} ({sizes})"),
        ("reward", " + ".join(task.reward)),
        ("terminates when", str(task.termination)),
        *(("found", note) for note in notes),
        ("next", pip_install("-e", quoted(folder))),
        ("", f"hebbax try {name} --actions random"),
        ("", f"hebbax train task={name} policy=han-e generations=100"),
    ]
