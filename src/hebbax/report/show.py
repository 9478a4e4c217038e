"""What a run looks like: its learning curve, one life's weights and film, and its returns beside random ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np

from hebbax.damage.draws import drawn
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario, in_turn, variant_of
from hebbax.keys import evaluation_key, life_key, root_key, stream, words_of
from hebbax.report.film.life_film import Filmed, check_look, film_life
from hebbax.report.film.look import Look
from hebbax.report.plots.learning_curve import plot_learning_curve
from hebbax.report.plots.weight_images import plot_weights
from hebbax.report.style import figure_of, save_figure
from hebbax.runs.stored_run import StoredRun, results_path
from hebbax.runs.trials import Source
from hebbax.settings import pinned
from hebbax.tasks.task import NEVER
from hebbax.types import Lives, Record

CURVE, WEIGHTS, FILM, GIF = "learning-curve.png", "weights.png", "life.mp4", "life.gif"
REPORT = "report.html"
COMPARED_LIVES = 32

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
    look: Look | None = None,
    film: str | None = FILM,
    on_file: Callable[[Path], None],
    on_note: Told,
) -> Lives:
    """Write the pictures and the film of one life into a folder; return the row of that life.

    Args:
        run: a stored run.
        folder: where the pictures go.
        genome: best or mean.
        seed: of the life.
        look: of the film.
        film: FILM, GIF, or None for no film.
        on_file: gets each file when it is there.
        on_note: gets what could not be drawn, a line each.

    Raises HebbaxError for an unknown genome or camera, a seed out of range, or a file that cannot be written.
    """
    if film is not None:
        check_look(run.task, look or Look())  # before the life is lived
    lives, record = record_life(run, genome=genome, seed=seed)
    metrics = run.folder.read_metrics()
    name = f"{run.task.name}, {run.policy.name}"
    if metrics:
        termination = named_termination(run)
        curve = plot_learning_curve(metrics, title=name, termination=termination, ticks=run.trained_ticks)
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
    if film is not None:
        events = drawn(variant_of(run.variants, 0), words_of(life_key(seed, 0)), run.task, run.policy)
        life = Filmed(run.task, record, seed, events)
        film_life(life, folder / film, look, on_file=on_file, on_note=on_note)
    return lives


def named_termination(run: StoredRun) -> str | None:
    """Return what a termination does to the lives of a run, or None where its task has none."""
    return None if run.task.termination == NEVER else run.trained.termination


def record_life(run: StoredRun, *, genome: str = "best", seed: int = 1) -> tuple[Lives, Record]:
    """Return the first life that `hebbax evaluate --seed` runs, with all that happened in it."""
    return Source.of_run(run, lifetimes=1, seed=seed, genome=genome).runner().record(0)


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
