"""What a run looks like: its learning curve, one life's weights and film, and its returns beside random ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import cast

import jax
import numpy as np

from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario, in_turn
from hebbax.engines.vector import environment_seed
from hebbax.errors import HebbaxError
from hebbax.files.temporary import temporary_folder
from hebbax.keys import evaluation_key, life_key, root_key, stream
from hebbax.report.film.environment_worker import EnvironmentJob
from hebbax.report.film.film import Child, RenderUnavailable, draw_in_child, render_video, unfinished
from hebbax.report.plots.learning_curve import plot_learning_curve
from hebbax.report.plots.weight_images import plot_weights
from hebbax.report.style import figure_of, save_figure
from hebbax.runs.stored_run import StoredRun, results_path
from hebbax.runs.trials import Source
from hebbax.settings import pinned
from hebbax.tasks.external.task import AnyTask, ExternalTask
from hebbax.types import Lives, Record

CURVE, WEIGHTS, FILM = "learning-curve.png", "weights.png", "life.mp4"
REPORT = "report.html"
FILM_SECONDS = 10.0
COMPARED_LIVES = 32

_FRAMES_PER_SECOND = 30.0  # about; what a life allows is a whole part of its ticks

Told = Callable[[str], None]


def show_folder(run: StoredRun) -> Path:
    """Return where the pictures of a run go: into it, or beside the user where it is not theirs to write to."""
    return results_path(run, "", "show")


def report_path(run: StoredRun) -> Path:
    """Return where the page about a run goes: into it, or beside the user where it is not theirs to write to."""
    return results_path(run, REPORT, "report", ".html")


def show_run(
    run: StoredRun,
    folder: Path,
    *,
    genome: str = "best",
    seed: int = 1,
    seconds: float = FILM_SECONDS,
    film: bool = True,
    on_file: Callable[[Path], None],
    on_note: Told,
) -> Lives:
    """Write the pictures and the film of one life into a folder; return the row of that life.

    Args:
        run: a stored run.
        folder: where the pictures go.
        genome: best or mean.
        seed: of the life.
        seconds: of the life that are filmed.
        film: whether there is a film.
        on_file: gets each file when it is there.
        on_note: gets what could not be drawn, a line each.

    Raises HebbaxError for an unknown genome, a seed out of range, or a file that cannot be written.
    """
    lives, record = record_life(run, genome=genome, seed=seed)
    metrics = run.folder.read_metrics()
    name = f"{run.task.name}, {run.policy.name}"
    if metrics:
        curve = plot_learning_curve(metrics, title=name, termination=run.trained.termination, ticks=run.trained_ticks)
        save_figure(figure_of(curve), folder / CURVE)
        on_file(folder / CURVE)
    else:
        on_note(f"no {CURVE}: {run.folder.path} holds no generation")
    if not run.policy.plastic:
        on_note(f"no {WEIGHTS}: the weights of policy {run.policy.name!r} do not change during a life")
    else:
        figure = plot_weights(
            record.weights,
            run.policy.layer_shapes,
            run.task.control_period,
            layer_names=run.policy.layer_names,
            title=f"{name}: weights of one life",
        )
        save_figure(figure, folder / WEIGHTS)
        on_file(folder / WEIGHTS)
    if film:
        film_life(run.task, record, folder / FILM, seed=seed, seconds=seconds, on_file=on_file, on_note=on_note)
    return lives


def record_life(run: StoredRun, *, genome: str = "best", seed: int = 1) -> tuple[Lives, Record]:
    """Return the first life that `hebbax evaluate --seed` runs, with all that happened in it."""
    return Source.of_run(run, lifetimes=1, seed=seed, genome=genome).runner().record(0)


def film_life(
    task: AnyTask,
    record: Record,
    path: Path,
    *,
    seed: int = 1,
    seconds: float = FILM_SECONDS,
    on_file: Callable[[Path], None],
    on_note: Told,
) -> None:
    """Film the first seconds of a life as fast as it happened; where nothing can draw, say so to `on_note`.

    A tick that is no time is a frame.

    Args:
        task: that the life was lived on.
        record: of the life.
        path: of the film, an MP4.
        seed: that the life was lived from.
        seconds: of the life that are filmed.
        on_file: gets the file when it is there.
        on_note: gets why there is none, in one line.
    """
    try:
        _FILMS[task.world.film](task, record, path, seed, seconds)
    except HebbaxError as error:
        # A model that cannot be drawn is a fault; a machine or an environment that cannot draw is none.
        if task.world.film == "model" and not isinstance(error, RenderUnavailable):
            raise
        on_note(f"no {path.name}: {error}")
    else:
        on_file(path)


def film_period(task: AnyTask) -> float:
    """Return the seconds of a film that a tick takes: as long as it is, and a frame where it is no time."""
    return task.control_period if task.world.timed else 1 / _FRAMES_PER_SECOND


def frames_of(qpos: np.ndarray, control_period: float, seconds: float) -> tuple[np.ndarray, float]:
    """Return the states [frames, nq] to film from those of every tick [ticks, nq], and the frames per second.

    The film runs at the speed of life, so its rate is that of the control ticks, or a whole part of it.
    """
    ticks, stride, frames_per_second = _pace(control_period, seconds)
    return qpos[:ticks:stride], frames_per_second


def _pace(period: float, seconds: float) -> tuple[int, int, float]:
    """Return the ticks that a film shows, from frame to frame how many, and the frames per second."""
    stride = max(1, round(1 / (_FRAMES_PER_SECOND * period)))
    return max(1, round(seconds / period)), stride, 1 / (stride * period)


def _film_model(task: AnyTask, record: Record, path: Path, seed: int, seconds: float) -> None:
    """Draw a model in its recorded positions."""
    states, frames_per_second = frames_of(record.qpos, task.control_period, seconds)
    with temporary_folder("show") as folder:
        model = folder / "model.mjb"
        task.world.save_model(model)
        render_video(model, states, path, frames_per_second=frames_per_second)


def _film_drawing(task: AnyTask, record: Record, path: Path, seed: int, seconds: float) -> None:
    """Let a world draw its recorded states."""
    ticks, stride, frames_per_second = _pace(film_period(task), seconds)
    shown = record.rows(slice(0, ticks, stride)).state
    pictures = [task.world.drawing([field[row] for field in shown]) for row in range(len(shown[0]))]
    output = unfinished(path, ".mp4")
    job = {"output": str(output), "frames_per_second": frames_per_second}
    child = Child("hebbax.report.film.picture_worker", job, {"frames": np.array(pictures)}, f"task {task.name!r}")
    draw_in_child(child, len(pictures), output, path)


def _film_actions(task: AnyTask, record: Record, path: Path, seed: int, seconds: float) -> None:
    """Let an environment draw itself while a life's actions are replayed. Raises HebbaxError where it cannot."""
    ticks, stride, frames_per_second = _pace(film_period(task), seconds)
    output = unfinished(path, ".mp4")
    values, key_seed = asdict(cast("ExternalTask", task)), int(environment_seed(life_key(seed, 0)))
    job = EnvironmentJob(values, key_seed, str(output), stride, frames_per_second)
    actions = record.actions[:ticks]
    child = Child("hebbax.report.film.environment_worker", asdict(job), {"actions": actions}, f"task {task.name!r}")
    draw_in_child(child, -(-len(actions) // stride), output, path)


def _film_nothing(task: AnyTask, record: Record, path: Path, seed: int, seconds: float) -> None:
    raise HebbaxError(f"the world of task {task.name!r} cannot be drawn: hebbax.World(…, draw=…) can")


_FILMS: dict[str, Callable[[AnyTask, Record, Path, int, float], None]] = {
    "model": _film_model,
    "drawing": _film_drawing,
    "actions": _film_actions,
    "none": _film_nothing,
}
"""What films a life, by what its world has to be filmed."""


@pinned()
def returns_beside_random(run: StoredRun, *, random_genomes: int = 16, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return the returns of COMPARED_LIVES lives of a run's best genome, and of as many of random genomes.

    Lives that diverged are left out. The coefficients of random rules, and static weights alike, are drawn from
    U(-1, 1). All see their observations through the run's statistics.
    """
    controller = run.controller("best")
    engine = make_engine(run.task, run.policy, run.config.engine)
    shape = (random_genomes, run.policy.genome_size)
    chance = jax.random.uniform(stream(root_key(seed), "random genomes"), shape, minval=-1.0, maxval=1.0)
    returns = []
    for genomes in (controller.genome[None], np.asarray(chance)):
        lives = engine.evaluate(
            genomes,
            evaluation_key(seed),
            Scenario(
                run.config.task.ticks,
                controller.statistics.normaliser(),
                run.config.termination,
                in_turn(run.variants, COMPARED_LIVES // len(genomes) * len(genomes)),
            ),
            lifetimes=COMPARED_LIVES // len(genomes),
        )
        returns.append(lives.returns[~lives.diverged])
    return returns[0], returns[1]
