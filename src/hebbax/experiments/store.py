"""Where results go: NAME.json, NAME.png and NAME.svg in one folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from hebbax.errors import HebbaxError
from hebbax.experiments.registry import draw
from hebbax.experiments.result import Result
from hebbax.files.atomic_write import write_text_atomically
from hebbax.report.style import save_figure, save_vector_figure
from hebbax.runs.stored_run import StoredRun, results_path

FOLDER = "experiments"


def experiments_folder(run: StoredRun) -> Path:
    """Return where the results of a run go: into it, or beside the user where it is not theirs to write to."""
    return results_path(run, FOLDER, FOLDER)


def result_paths(experiment: str, folder: Path) -> list[Path]:
    """Return the files of an experiment's result in a folder."""
    return [folder / f"{experiment}.{ending}" for ending in ("json", "png", "svg")]


def save_result(result: Result, folder: Path, command: Sequence[str] = ()) -> list[Path]:
    """Write a result and its figure; return the files. Raises HebbaxError where they cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HebbaxError(f"cannot make the folder {folder}: {error.strerror}; choose another") from error
    paths = result_paths(result.experiment, folder)
    write_text_atomically(paths[0], json.dumps(result.to_json(command), ensure_ascii=False) + "\n")
    figure = draw(result)
    save_figure(figure, paths[1])
    save_vector_figure(figure, paths[2])
    return paths
