"""What a reproduction measures of evolved controllers, beyond their learning curves; kept with its results."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.attractors.trajectory import weight_speed
from hebbax.comparison.comparison import LEAST_SEEDS
from hebbax.comparison.tables import text_of
from hebbax.errors import HebbaxError
from hebbax.expected import TEXT, Fields, ObjectOf, exactly, whole
from hebbax.files.atomic_write import write_text_atomically
from hebbax.files.documents import parse_json, read_text
from hebbax.report.style import BLUE, save_figure, save_vector_figure
from hebbax.reproduction.experiment import Experiment
from hebbax.runs.evaluation import mean_interval
from hebbax.runs.run_folder import is_run
from hebbax.runs.stored_run import StoredRun
from hebbax.versions import environment

STUDY = "study.json"


class Study(Protocol):
    """A module that looks at controllers, one by one, and then says and draws what is seen of all."""

    NUMBERS: Fields  # what it measures of a controller

    def measure(self, run: StoredRun) -> dict[str, Any]:
        """Return the numbers of a controller, as plain values."""
        ...

    def draw(self, runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
        """Draw figures of runs, none where one of them is gone, and of the numbers of all; return their files."""
        ...

    def section(self, numbers: Mapping[str, Any], folder: Path) -> str:
        """Return what stands on the page: tables, and figures that the folder holds."""
        ...


def write_study(
    experiment: Experiment,
    folders: Sequence[Path],
    kept: Sequence[str],
    folder: Path,
    on_file: Callable[[Path], None] = lambda path: None,
    tell: Callable[[str], None] = lambda text: None,
) -> str:
    """Measure every controller, write numbers and figures into a folder, and return the section of its page.

    Args:
        experiment: which has one.
        folders: of runs, which are there where they have begun.
        kept: runs of which earlier results may speak, where they are as far as the folder's or that is gone.
        folder: of the results.
        on_file: gets each file when it is there.
        tell: gets which controller is looked at.

    Raises HebbaxError where a file cannot be read or written.
    """
    study = cast(Study, import_module(str(experiment.study)))
    before = read_numbers(folder / STUDY, study.NUMBERS) if kept else {}
    runs, numbers = {}, {}
    for path in folders:
        if is_run(path):
            run = StoredRun.open(path, on_note=lambda line: None)
            if run.checkpoint.document["best"]:
                runs[path.name] = run
        earlier = before.get(path.name) if path.name in kept else None
        if path.name in runs and (earlier is None or earlier["generation"] <= runs[path.name].checkpoint.generation):
            numbers[path.name] = _measured(study, path.name, runs[path.name], tell)
        elif earlier is not None:
            numbers[path.name] = earlier
            runs.pop(path.name, None)
    if not numbers:
        return ""
    given = _opened(experiment.also)
    runs |= given
    numbers |= {name: _measured(study, name, run, tell) for name, run in given.items()}
    return _write(study, runs, numbers, folder, on_file)


def write_study_of(
    experiment: Experiment,
    names: Sequence[str],
    folder: Path,
    on_file: Callable[[Path], None] = lambda path: None,
    tell: Callable[[str], None] = lambda text: None,
) -> str:
    """Measure controllers from elsewhere, run folders or `zoo:TASK/POLICY`, and go on as `write_study` does.

    Raises HebbaxError also for what is no run, has no evaluated genome, or cannot be looked at in this way.
    """
    study = cast(Study, import_module(str(experiment.study)))
    runs = _opened(names)
    numbers = {name: _measured(study, name, run, tell) for name, run in runs.items()}
    return _write(study, runs, numbers, folder, on_file)


def _opened(names: Sequence[str]) -> dict[str, StoredRun]:
    return {name: StoredRun.open(name, on_note=lambda line: None) for name in names}


def _write(
    study: Study,
    runs: Mapping[str, StoredRun],
    numbers: Mapping[str, Any],
    folder: Path,
    on_file: Callable[[Path], None],
) -> str:
    folder.mkdir(parents=True, exist_ok=True)  # not before: who names no controller is left no folder
    document = {"schema": 1, "runs": numbers, "versions": environment()}
    write_text_atomically(folder / STUDY, json.dumps(document, allow_nan=False) + "\n")
    whole = runs if runs.keys() >= numbers.keys() else {}  # else a figure would be without those that are gone
    for path in (folder / STUDY, *study.draw(whole, numbers, folder)):
        on_file(path)
    return study.section(numbers, folder)


def _measured(study: Study, name: str, run: StoredRun, tell: Callable[[str], None]) -> dict[str, Any]:
    tell(f"looking at {name}")
    config = run.config
    about = {"policy": config.policy.name, "seed": config.seed, "generation": run.checkpoint.generation}
    return {**about, **study.measure(run)}


def document_shape(numbers: Fields) -> Fields:
    """Return what a study's file holds, of runs with these numbers."""
    about = {"policy": TEXT, "seed": whole(0, 2**32 - 1), "generation": whole()}
    of_run = Fields({**about, **numbers.needed}, numbers.known, numbers.agree)
    return Fields({"schema": exactly(1), "runs": ObjectOf(of_run)})


def read_numbers(path: Path, numbers: Fields) -> dict[str, Any]:
    """Return what earlier results hold of each run, none where there is no file.

    Raises HebbaxError for a file that holds something else.
    """
    if not path.is_file():
        return {}
    elsewhere = "choose another folder with --out"
    text = read_text(path, elsewhere)
    try:
        document = parse_json(text)
        document_shape(numbers).check(document)
    except HebbaxError as error:
        raise HebbaxError(f"{path}: {error}; {elsewhere}") from None
    return document["runs"]


def label_of(name: str, entry: Mapping[str, Any]) -> str:
    """Return what a controller is called in tables: that it ships, or its policy and seed."""
    return name if name.startswith("zoo:") else f"{entry['policy']}, seed {entry['seed']}"


def mean_text(values: Sequence[float]) -> str:
    """Return a mean with its 95 % interval, where there is one."""
    array = np.asarray(values, float)
    interval = mean_interval(array)
    ends = "" if interval is None else f" ({text_of(interval[0])} to {text_of(interval[1])})"
    return text_of(float(array.mean())) + ends


def controllers_text(returns: Sequence[Sequence[float]]) -> str:
    """Return the mean returns of controllers of one kind, each with returns [its lives].

    Of one it has an interval over lives, of at least LEAST_SEEDS one over controllers; a few are named one by one.
    """
    means = [float(np.mean(one)) for one in returns]
    if 1 < len(means) < LEAST_SEEDS:
        return "; ".join(text_of(mean) for mean in means)
    return mean_text(means if len(means) > 1 else returns[0])


def save_both(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a figure as PNG and as SVG; return the files."""
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    save_figure(figure, paths[0])
    save_vector_figure(figure, paths[1])
    return paths


def draw_speed(axes: Axes, weights: np.ndarray, control_period: float, title: str) -> None:
    """Draw how far all weights [ticks, weights] move at each tick that changes them."""
    speed = weight_speed(weights).total
    moving = np.flatnonzero(speed > 0)  # a logarithmic axis has no zero
    axes.semilogy(moving * control_period, speed[moving], ".", color=BLUE, markersize=2)
    axes.set_xlim(0, len(speed) * control_period)
    axes.set(xlabel="time in the life (s)", ylabel="‖W(t+1) − W(t)‖ per tick", title=title)


def figure_line(folder: Path, name: str, what: str) -> str:
    """Return the line that shows a figure, or nothing where the folder does not hold it."""
    return f"![{what}]({name})" if (folder / name).is_file() else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
