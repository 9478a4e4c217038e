"""The process that films an environment of another package: it draws itself, while a life's actions are replayed.

Run as `python -m hebbax.report.film.environment_worker FOLDER`; the folder holds `job.json` (the fields of
`EnvironmentJob`) and `actions.npy`, and receives `result.json`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import one_line
from hebbax.report.film.encoder import Frames, write_film
from hebbax.report.film.lettering import with_captions
from hebbax.report.film.render_worker import NoDrawing, leave_result
from hebbax.tasks.external.open import open_environments
from hebbax.tasks.external.task import ExternalTask
from hebbax.tasks.groups import Group
from hebbax.workers import end_with_stdin


@dataclass(frozen=True)
class EnvironmentJob:
    """What to film: the life of a seed, a frame every so many ticks."""

    task: dict[str, Any]  # the fields of an ExternalTask
    seed: int
    output: str
    stride: int
    frames_per_second: float
    captions: list[str]  # of each frame, or none
    body: str | None = None  # as the world's `changed` returns it, None for the environment's own


def _task_of(values: dict[str, Any]) -> ExternalTask:
    """Return the task of which these are the fields, as JSON has them."""
    groups = {name: tuple(_group_of(group) for group in values[name]) for name in ("observation", "action")}
    return ExternalTask(**{**values, **groups})


def _group_of(values: dict[str, Any]) -> Group:
    low, high = (tuple(side) if isinstance(side, list) else side for side in (values["low"], values["high"]))
    return Group(values["name"], values["size"], values["unit"], low, high)


def main(folder: Path) -> None:
    """Do the job in a folder, and leave there what came of it."""

    def film() -> None:
        job = EnvironmentJob(**json.loads((folder / "job.json").read_text()))
        actions = np.load(folder / "actions.npy", allow_pickle=False)
        write_film(job.output, job.frames_per_second, with_captions(_frames(job, actions), job.captions))

    leave_result(folder, film)


def _frames(job: EnvironmentJob, actions: np.ndarray) -> Frames:
    """Yield a frame of every stride-th tick of a life with the actions [ticks, action_size]."""
    try:
        environments = open_environments(_task_of(job.task), threads=1, film=True)
        environments.begin(np.array([job.seed]), [job.body])
        yield environments.frame()
    except Exception as error:
        if _needs_opengl(error):
            raise NoDrawing(one_line(error)) from error
        raise
    only = np.zeros(1, np.int64)
    for tick in range(1, len(actions)):
        _, _, done = environments.step(only, actions[tick - 1 : tick])
        if done[0]:  # and the life went on, in another episode
            environments.restart(only)
        if tick % job.stride == 0:
            yield environments.frame()


def _needs_opengl(error: BaseException) -> bool:
    """Whether another OpenGL library may help: MuJoCo draws with one, and no package is said to be missing."""
    import gymnasium

    missing = gymnasium.error.DependencyNotInstalled
    packages_are_there = not isinstance(error, missing) and not isinstance(error.__cause__, missing)
    return packages_are_there and any(name.startswith("mujoco") for name in sys.modules)


if __name__ == "__main__":
    end_with_stdin()
    main(Path(sys.argv[1]))
