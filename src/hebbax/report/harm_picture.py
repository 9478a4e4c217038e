"""What harm does to a life, in one picture: the robot over time, and its speed beside that of the life unharmed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from hebbax.attractors.trajectory import weight_speed
from hebbax.damage.events import Event
from hebbax.engines.bodies import bodies_of
from hebbax.files.temporary import temporary_folder
from hebbax.report.film.film import render_filmstrip
from hebbax.report.style import BLUE, MUTED, VERMILLION, figure_style, save_figure
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.tasks.external.task import AnyTask
from hebbax.types import Record

_BEFORE, _AFTER, _SIZE = 4, 3, (200, 150)  # pictures before the first event and from it on; pixels of one
_SMOOTH = 0.5  # s, over which a speed is a mean


def draw_harm(
    run: StoredRun, events: Sequence[Event], path: Path, *, title: str, genome: str = "best", seed: int = 1
) -> tuple[Record, Record]:
    """Draw a life to which these events happen, beside the same life to which nothing does; return both, harmed first.

    Above the robot at even times before the harm and after it, below it speed and how fast the weights move.

    Args:
        run: whose robot can go forward, in a world of MuJoCo.
        events: what happens.
        path: of the PNG.
        title: of the picture.
        genome: best or mean.
        seed: of the life.

    Raises RenderUnavailable where nothing can draw, and HebbaxError for a file that cannot be written.
    """
    source = Source.of_run(run, lifetimes=1, seed=seed, genome=genome)
    runner = source.runner()
    harmed, whole = (runner.record(0, happened)[1] for happened in (tuple(events), ()))
    onset = min(event.onset for event in events)
    strip, ticks = _strip(source, harmed, events)
    plastic = bool(run.policy.plastic)
    with figure_style():
        figure = Figure(figsize=(9.0, 4.6), layout="constrained")
        rows = figure.subplots(2 + plastic, 1, height_ratios=[1.15, 1.0, 0.8][: 2 + plastic])
        _show_strip(rows[0], strip, ticks, onset, source.task.control_period, title)
        _speeds(rows[1], source, harmed, whole)
        if plastic:
            _weights(rows[2], source, harmed, whole)
        for axes in rows[1:]:
            axes.axvline(onset * source.task.control_period, color=VERMILLION, linewidth=1.0, linestyle=":")
            axes.set_xlim(0, len(whole.rewards) * source.task.control_period)
        rows[-1].set_xlabel("time in the life (s)")
        save_figure(figure, path)
    return harmed, whole


def _strip(source: Source, record: Record, events: Sequence[Event]) -> tuple[list[Image.Image], list[int]]:
    """Return pictures of the robot before and after the first event, with the body that it has then, and their ticks.

    Those after it are at even times up to the end of the life, which may be soon.
    """
    last = len(record.qpos) - 1
    onset = min(min(event.onset for event in events), last)
    before = np.linspace(0, onset, _BEFORE, endpoint=False).astype(int)
    ticks = [*before.tolist(), *np.linspace(onset, last, _AFTER).astype(int).tolist()]
    return [robot_picture(source.task, record, tick, events, _SIZE) for tick in ticks], ticks


def robot_picture(
    task: AnyTask, record: Record, tick: int, events: Sequence[Event], size: tuple[int, int]
) -> Image.Image:
    """Return a picture, of so many pixels, of the body that a life has at a tick; at its last if it ended before.

    Raises RenderUnavailable where nothing can draw.
    """
    tick = min(tick, len(record.qpos) - 1)
    with temporary_folder("picture") as folder:
        model, path = folder / "model.mjb", folder / "robot.png"
        task.world.save_model(model, bodies_of(task, events).at(tick))
        render_filmstrip(model, record.qpos[tick : tick + 1], path, width=size[0], height=size[1])
        return Image.open(path).convert("RGB")


def _show_strip(
    axes: Axes, pictures: Sequence[Image.Image], ticks: Sequence[int], onset: int, period: float, title: str
) -> None:
    whole = Image.new("RGB", (len(pictures) * _SIZE[0], _SIZE[1]), "white")
    for place, picture in enumerate(pictures):
        whole.paste(picture, (place * _SIZE[0], 0))
    axes.imshow(np.asarray(whole), aspect="equal", interpolation="lanczos")
    for place, tick in enumerate(ticks):
        colour = VERMILLION if tick >= onset else BLUE
        axes.text((place + 0.04) * _SIZE[0], 0.9 * _SIZE[1], f"{tick * period:.1f} s", color=colour, fontsize=8)
    axes.set_title(title)
    axes.set_axis_off()


def _speeds(axes: Axes, source: Source, harmed: Record, whole: Record) -> None:
    period, body = source.task.control_period, source.task.world.body()
    forward = 0 if body is None or body.forward is None else body.forward
    over = max(1, round(_SMOOTH / period))
    for record, colour, label in ((whole, MUTED, "unharmed"), (harmed, VERMILLION, "harmed")):
        way = record.qpos[:, forward]
        speed = (way[over:] - way[:-over]) / (over * period)
        axes.plot((np.arange(len(speed)) + over / 2) * period, speed, color=colour, linewidth=1.2, label=label)
    axes.axhline(0, color=MUTED, linewidth=0.6)
    axes.set_ylabel("speed (m/s)")
    axes.legend(loc="lower left", ncols=2)


def _weights(axes: Axes, source: Source, harmed: Record, whole: Record) -> None:
    period = source.task.control_period
    for record, colour in ((whole, MUTED), (harmed, VERMILLION)):
        speed = weight_speed(record.weights).total
        moving = np.flatnonzero(speed > 0)  # a logarithmic axis has no zero
        axes.semilogy(moving * period, speed[moving], ".", color=colour, markersize=2)
    axes.set_ylabel("‖ΔW‖ per tick")
