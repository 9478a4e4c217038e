"""`hebbax report`: one page about a run that opens anywhere, with the robot moving beside its weights."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.output import note, note_replaced, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cli.trust import add_scenario_overrides, add_trust_option, open_run
from hebbax.cores import keep_algebra_on_one_thread
from hebbax.errors import HebbaxError, about

if TYPE_CHECKING:
    from hebbax.report.html.page import Answer
    from hebbax.runs.stored_run import StoredRun

_DESCRIPTION = """\
Write one HTML file about a run: what it is and how it was evolved, what it earns, a life with the robot moving beside
its weights, the verdict on what the weights end on, and the experiments that have been made on it. It needs no network
and no other file. It goes into the folder of the run as report.html, or to ./report-<task>-<policy>.html for a
controller that ships with hebbax."""

_EXAMPLES = """\
  hebbax report runs/mine
  hebbax report runs/mine --genome mean --lifetimes 100 --out mine.html
  hebbax report runs/mine --side-by-side 3
  hebbax report runs/plastic runs/static
  hebbax report zoo:half_cheetah/han-e"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("report", _DESCRIPTION, _EXAMPLES)
    options.add_argument("target", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    options.add_argument("other", nargs="?", metavar="OTHER", help="a second run of the task, to stand beside it")
    add_scenario_overrides(options)
    options.add_argument("--out", metavar="FILE.html", help="where the page goes")
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of the lives (default: 1)")
    add_genome_option(options)
    add_trust_option(options)
    options.add_argument("--lifetimes", type=whole_number, default=20, metavar="N", help="lives (default: 20)")
    options.add_argument(
        "--side-by-side", type=whole_number, default=1, metavar="N", help="lives of each run to show (default: 1)"
    )
    options.add_argument("--no-video", action="store_true", help="without a film; the moving skeleton is always there")
    options.add_argument("--experiments", metavar="FOLDER", help="where results of `hebbax experiment` are")
    return options


def run(options: Namespace) -> int:
    """Write the page; return 0."""
    keep_algebra_on_one_thread()  # before NumPy is loaded
    from hebbax.experiments.store import experiments_folder
    from hebbax.files.atomic_write import write_error
    from hebbax.files.destination import check_file
    from hebbax.report.html.beside import MOST_LIVES, check_runs
    from hebbax.report.html.material import gather
    from hebbax.report.html.page import write_report
    from hebbax.report.show import report_path

    most = min(MOST_LIVES, max(options.lifetimes, 1))
    if not 1 <= options.side_by_side <= most:
        raise HebbaxError(
            f"--side-by-side {options.side_by_side}: expected a whole number from 1 to {most}, and no more than "
            "--lifetimes"
        )
    stored = open_run(options.target, trust=options.trust, overrides=options.overrides)
    beside = None
    if options.other is not None:
        beside = open_run(options.other, trust=options.trust, overrides=options.overrides)
        check_runs(stored, beside)
    path = report_path(stored) if options.out is None else Path(options.out)
    check_file(path)  # before lives are lived for it
    note_replaced([path])
    experiments = experiments_folder(stored)
    if options.experiments is not None:
        experiments = _given_folder(Path(options.experiments), experiments)
    waiting(f"running and analysing {options.lifetimes} lives; compiling them takes up to 20 s the first time")
    gathered = partial(
        gather,
        genome=options.genome,
        seed=options.seed,
        lifetimes=options.lifetimes,
        shown=options.side_by_side,
        on_note=note,
    )
    material = gathered(stored, str(options.target))
    other = None if beside is None else gathered(beside, str(options.other))
    waiting("drawing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(path, error) from error
    write_report(
        material,
        path,
        answers=_answers(experiments, stored, options.genome),
        typed=options.command,
        film=not options.no_video,
        other=other,
        on_note=note,
    )
    print(path)
    return 0


def _given_folder(folder: Path, default: Path) -> Path:
    """Return a folder of experiments that was asked for. Raises HebbaxError where there is none."""
    if folder.is_dir():
        return folder
    message = f"no folder {folder}: expected one that `hebbax experiment` has written"
    raise HebbaxError(f"{message}, such as {default}" if default.is_dir() else message)


def _answers(folder: Path, stored: StoredRun, genome: str) -> list[Answer]:
    """Return what experiments found on a controller, in the order in which they are listed, of the results in a folder.

    Those on another controller are left out, which a note says; of those of before, nobody knows.
    """
    from hebbax.experiments.registry import EXPERIMENTS, draw
    from hebbax.experiments.result import Result, read_document
    from hebbax.report.html.material import UNTOLD, unlike
    from hebbax.report.html.page import Answer
    from hebbax.runs.trials import Source

    expected = Source.of_run(stored, lifetimes=1, genome=genome).setting()
    answers = []
    for name, experiment in EXPERIMENTS.items():
        path = folder / f"{name}.json"
        if not path.is_file():
            continue
        result = Result.read(path)
        with about(path):
            if result.experiment != name:
                raise HebbaxError(f"experiment={result.experiment!r}: expected {name!r}, as the file is called")
        if (differing := unlike(expected, result.setting)) is not None:
            note(f"{path} {differing}: it is {'on the page, which says so' if differing == UNTOLD else 'left out'}")
        if differing in (None, UNTOLD):
            with about(path):
                figure = draw(result)
            typed = read_document(path).get("command", [])
            remark = "" if differing is None else f"This result {differing}."
            answers.append(Answer(name, experiment.asks, result.sentence, figure, typed, remark))
    return answers
