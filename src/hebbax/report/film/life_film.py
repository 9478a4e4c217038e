"""The film of a life: of its states, of what its world draws, or of an environment that replays its actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import numpy as np

from hebbax.damage.events import Event
from hebbax.engines.bodies import bodies_of
from hebbax.engines.vector import environment_seed
from hebbax.errors import HebbaxError
from hebbax.files.temporary import temporary_folder
from hebbax.keys import life_key
from hebbax.report.film.captions import captions
from hebbax.report.film.environment_worker import EnvironmentJob
from hebbax.report.film.film import Child, RenderUnavailable, draw_in_child, film_suffix, render_video, unfinished
from hebbax.report.film.look import FILM_SECONDS, Look, Pace
from hebbax.report.film.scene import find_camera
from hebbax.tasks.external.task import AnyTask, ExternalTask
from hebbax.tasks.observed_picture import observed_pictures
from hebbax.types import Record

_RATE, _GIF_RATE = 30.0, 12.5  # frames per second, about: what a life allows is a whole part of its ticks
_GAP = 4  # pixels between a picture and what is observed of it
_UNTIMED = 1 / _RATE  # s of a film that a tick takes which is no time


@dataclass(frozen=True, eq=False)
class Filmed:
    """A life to film: what was recorded of it, the seed that it was lived from, and what it met."""

    task: AnyTask
    record: Record
    seed: int = 1
    events: Sequence[Event] = ()


def film_life(
    life: Filmed,
    path: Path,
    look: Look | None = None,
    *,
    on_file: Callable[[Path], None],
    on_note: Callable[[str], None],
) -> None:
    """Film a life; where nothing can draw, say so to `on_note`, and where it is shorter than the film was to be.

    A tick that is no time is a frame.

    Args:
        life: what to film.
        path: of the film, an MP4, or a GIF where it ends so.
        look: how it looks.
        on_file: gets the file when it is there.
        on_note: gets what is not as it was asked for, a line each.

    Raises HebbaxError as `check_look`, and for a model that cannot be drawn or a file that cannot be written.
    """
    look, task = look or Look(), life.task
    check_look(task, look)
    if look.placed and task.world.film != "model":
        on_note(f"camera and size are for models: the {task.world.kind} of task {task.name!r} draws itself")
    _note_length(life, look, on_note)
    seconds = FILM_SECONDS if look.seconds is None else look.seconds
    rate = _GIF_RATE if film_suffix(path) == ".gif" else _RATE
    pace = Pace.of(film_period(task), seconds, speed=look.speed, rate=rate)
    period = task.control_period if task.world.timed else None
    _note_bodies(life, pace, on_note)
    lines = captions(life.record, period, pace, life.events) if look.overlay else []
    try:
        _FILMS[task.world.film](life, path, look, pace, lines)
    except HebbaxError as error:
        # A model that cannot be drawn is a fault; a machine or an environment that cannot draw is none.
        if task.world.film == "model" and not isinstance(error, RenderUnavailable):
            raise
        on_note(f"no {path.name}: {error}")
    else:
        on_file(path)


def check_look(task: AnyTask, look: Look) -> None:
    """Raise HebbaxError for a camera that a task's model does not have."""
    if task.world.film == "model":
        find_camera(task.world.model, look.camera)


def film_period(task: AnyTask) -> float:
    """Return the seconds of a film that a tick takes: as long as it is, and a frame where it is no time."""
    return task.control_period if task.world.timed else _UNTIMED


def _note_length(life: Filmed, look: Look, on_note: Callable[[str], None]) -> None:
    """Say so where more seconds were asked for than there are."""
    ticks, period = len(life.record.rewards), film_period(life.task)
    if look.seconds is not None and round(look.seconds / period) > ticks:
        on_note(
            f"the life has {ticks:,} ticks, {ticks * period:.4g} s: the film shows all of it, not {look.seconds:g} s"
        )


def _note_bodies(life: Filmed, pace: Pace, on_note: Callable[[str], None]) -> None:
    """Say so where the body changes in the film, which draws the one that it ends with."""
    if life.task.world.film != "model":
        return
    changes = [int(tick) for tick in bodies_of(life.task, life.events).ticks if 0 < tick < pace.ticks]
    if changes:
        on_note(f"the body changes at tick {changes[-1]}: the film shows it from its start as it is then")


def _film_model(life: Filmed, path: Path, look: Look, pace: Pace, lines: list[str]) -> None:
    """Draw a model in its recorded positions."""
    with temporary_folder("show") as folder:
        model = folder / "model.mjb"
        life.task.world.save_model(model, bodies_of(life.task, life.events).at(pace.ticks - 1))
        render_video(
            model,
            life.record.qpos[: pace.ticks : pace.stride],
            path,
            frames_per_second=pace.frames_per_second,
            width=look.width,
            height=look.height,
            camera=look.camera,
            captions=lines,
        )


def _film_drawing(life: Filmed, path: Path, look: Look, pace: Pace, lines: list[str]) -> None:
    """Let a world draw its recorded states."""
    shown = life.record.rows(slice(0, pace.ticks, pace.stride))
    rows = range(len(shown.rewards))
    pictures = [life.task.world.drawing([field[row] for field in shown.state]) for row in rows]
    seen = observed_pictures(life.task, shown.observations)
    if seen is not None:
        pictures = [_beside(picture, seen[row]) for row, picture in enumerate(pictures)]
    output = unfinished(path, film_suffix(path))
    job = {"output": str(output), "frames_per_second": pace.frames_per_second, "captions": lines}
    subject = f"task {life.task.name!r}"
    child = Child("hebbax.report.film.picture_worker", job, {"frames": np.array(pictures)}, subject)
    draw_in_child(child, len(pictures), output, path)


def _beside(picture: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return a picture with what was observed beside it, as large as fits in whole pixels, on black."""
    height = len(picture)
    times = max(1, height // len(seen))
    large = seen.repeat(times, axis=0).repeat(times, axis=1)[: height - height % 2]
    width = large.shape[1] + _GAP
    column = np.zeros((height, width + width % 2, 3), np.uint8)
    top = (height - len(large)) // 2
    column[top : top + len(large), _GAP : _GAP + large.shape[1]] = large
    return np.hstack([picture, column])


def _film_actions(life: Filmed, path: Path, look: Look, pace: Pace, lines: list[str]) -> None:
    """Let an environment draw itself while a life's actions are replayed. Raises HebbaxError where it cannot."""
    output = unfinished(path, film_suffix(path))
    values = asdict(cast("ExternalTask", life.task))
    key_seed = int(environment_seed(life_key(life.seed, 0)))
    job = EnvironmentJob(
        values,
        key_seed,
        str(output),
        pace.stride,
        pace.frames_per_second,
        lines,
        bodies_of(life.task, life.events).at(0),
    )
    actions = life.record.actions[: pace.ticks]
    subject = f"task {life.task.name!r}"
    child = Child("hebbax.report.film.environment_worker", asdict(job), {"actions": actions}, subject)
    draw_in_child(child, -(-len(actions) // pace.stride), output, path)


def _film_nothing(life: Filmed, path: Path, look: Look, pace: Pace, lines: list[str]) -> None:
    raise HebbaxError(f"the world of task {life.task.name!r} cannot be drawn: hebbax.World(…, draw=…) can")


_FILMS: dict[str, Callable[[Filmed, Path, Look, Pace, list[str]], None]] = {
    "model": _film_model,
    "drawing": _film_drawing,
    "actions": _film_actions,
    "none": _film_nothing,
}
"""What films a life, by what its world has to be filmed."""
