"""Draw every kind of damage: the robot without and with it at one moment, and what it does to a number over time.

    python benchmarks/damage_pictures.py            # all
    python benchmarks/damage_pictures.py tilt-ground

Each picture is of one life of the shipped half cheetah and of the same life unharmed, and goes to docs/images/damages.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from hebbax import Event, StoredRun
from hebbax.attractors.trajectory import weight_speed
from hebbax.damage.kinds import KINDS
from hebbax.report.harm_picture import robot_picture
from hebbax.report.style import MUTED, VERMILLION, figure_style
from hebbax.runs.trials import Source
from hebbax.types import Record

OUT = Path(__file__).resolve().parents[1] / "docs/images/damages"
RUN, LIFE, TICKS = "zoo:half_cheetah/han-e", 0, 400
ONSET, DURATION, SHOWN = 160, 120, slice(120, 340)
PICTURE = (200, 130)  # pixels of a robot


@dataclass(frozen=True)
class Shown:
    """A damage, and the number that shows it."""

    signal: str  # a key of SIGNALS
    target: str | int | None = None
    value: Any = None
    options: dict[str, Any] = field(default_factory=dict)  # of the event
    after: int = 60  # ticks from the onset to the moment of the two pictures

    def event(self, kind: str) -> Event:
        """Return the event; what acts on the body alone from birth on would change the birth, so all set in later."""
        duration = DURATION if KINDS[kind].lasts else 1
        return Event(kind, ONSET, duration, self.target, self.value, **self.options)


SIGNALS: dict[str, tuple[str, Callable[[Record, Record], np.ndarray]]] = {
    "weights": ("distance of the weights from where they would be", lambda one, twin: _distance(one, twin)),
    "speed of weights": ("change of the weights a tick", lambda one, twin: weight_speed(one.weights).total),
    "action": ("action of the rear thigh", lambda one, twin: one.actions[:, 0]),
    "observation": ("what it senses of its pitch (rad)", lambda one, twin: one.observations[:, 1]),
    "joint": ("angle of the rear thigh (rad)", lambda one, twin: one.qpos[:, 3]),
    "height": ("height of the torso (m)", lambda one, twin: one.qpos[:, 1]),
    "speed": ("speed (m/s)", lambda one, twin: one.qvel[:, 0]),
}
"""Words of an axis, and the number of each tick of a life, which may be compared with its twin."""

SHOWN_KINDS: dict[str, Shown] = {
    "freeze-plasticity": Shown("speed of weights"),
    "scale-plasticity": Shown("speed of weights", value=0.2),
    "zero-weights": Shown("weights", value=0.33, after=10),
    "redraw-weights": Shown("weights", value=1.0, after=10),
    "nudge-weights": Shown("weights", value=0.3, after=10),
    "pin-actuator": Shown("action", "bthigh", 1.0),
    "pose-leg": Shown("action", "bthigh", (0.8, 0.0, 0.0)),
    "stick-actuator": Shown("action", "bthigh"),
    "scale-actuator": Shown("action", "bthigh", 0.25),
    "limit-actuator": Shown("action", "bthigh", 0.3),
    "delay-actuator": Shown("action", "bthigh", 3.0),
    "noise-actuator": Shown("action", "bthigh", 0.3),
    "scale-observation": Shown("observation", 1, 0.0),
    "noise-observation": Shown("observation", 1, 0.2),
    "jitter-observation": Shown("observation", 1, 0.4),
    "bias-observation": Shown("observation", 1, 0.4),
    "drop-observation": Shown("observation", 1, 0.3),
    "freeze-observation": Shown("observation", 1),
    "delay-observation": Shown("observation", 1, 4.0),
    "shorten-limb": Shown("speed", "fshin", 0.4),
    "remove-limb": Shown("speed", "ffoot"),
    "lock-joint": Shown("joint", "bthigh"),
    "free-joint": Shown("joint", "bthigh"),
    "damp-joint": Shown("joint", "bthigh", 40.0),
    "rub-joint": Shown("joint", "bthigh", 60.0),
    "scale-armature": Shown("joint", "bthigh", 10.0),
    "offset-joint": Shown("joint", "bthigh", 0.5),
    "scale-mass": Shown("speed", None, 1.5),
    "add-mass": Shown("speed", "torso", 10.0),
    "shift-mass": Shown("speed", "torso", (0.3, 0.0, 0.0)),
    "push-body": Shown("speed", "torso", (-120.0, 0.0, 0.0)),
    "hold-coordinate": Shown("height", "rootz", 0.8, {"relative": True}),
    "scale-friction": Shown("speed", None, 0.15),
    "scale-gravity": Shown("height", None, 0.4),
    "tilt-ground": Shown("speed", None, 8.0),
    "roughen-ground": Shown("height", None, 0.06),
    "blow-wind": Shown("speed", None, (-20.0, 0.0, 0.0)),
}
"""Every kind that ships."""


def _distance(one: Record, twin: Record) -> np.ndarray:
    rows = min(len(one.weights), len(twin.weights))
    return np.linalg.norm(one.weights[:rows] - twin.weights[:rows], axis=1)


def draw(kind: str, source: Source) -> None:
    """Draw one kind."""
    shown, runner = SHOWN_KINDS[kind], source.runner()
    event = shown.event(kind)
    twin, harmed = (runner.record(LIFE, events)[1] for events in ((), (event,)))
    pictures = [
        robot_picture(source.task, twin, ONSET + shown.after, (), PICTURE),
        robot_picture(source.task, harmed, ONSET + shown.after, (event,), PICTURE),
    ]
    chart = _chart(source, kind, twin, harmed, pictures[0].height)
    whole = Image.new("RGB", (2 * pictures[0].width + chart.width, pictures[0].height), "white")
    whole.paste(pictures[0], (0, 0))
    whole.paste(pictures[1], (pictures[0].width, 0))
    whole.paste(chart, (2 * pictures[0].width, 0))
    OUT.mkdir(parents=True, exist_ok=True)
    whole.quantize(128).save(OUT / f"{kind}.png", optimize=True)
    print(kind)


def _chart(source: Source, kind: str, twin: Record, harmed: Record, height: int) -> Image.Image:
    """Return the number over time, of the harmed life and of its twin."""
    shown = SHOWN_KINDS[kind]
    words, number = SIGNALS[shown.signal]
    period, dpi = source.task.control_period, 100
    with figure_style():
        figure = Figure(figsize=(3.6, height / dpi), layout="constrained", dpi=dpi)
        axes = figure.add_subplot()
        kinds = ((twin, MUTED, 0.8), (harmed, VERMILLION, 1.0))
        for record, colour, width in kinds if shown.signal != "weights" else kinds[1:]:
            values = number(record, twin)[SHOWN]
            if shown.signal == "speed of weights":
                values = np.where(values > 0, values, np.nan)
                axes.semilogy(_seconds(values, period), values, ".", markersize=2.5, color=colour)
                axes.set_ylim(1e-3, 1.0)
            else:
                axes.plot(_seconds(values, period), values, color=colour, linewidth=width)
        end = ONSET + (DURATION if KINDS[kind].lasts else 1)
        axes.axvspan(ONSET * period, end * period, color=VERMILLION, alpha=0.08, linewidth=0)
        axes.set_title(words, fontsize=7)
        axes.tick_params(labelsize=6)
        axes.set_xlabel("time in the life (s)", fontsize=6)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=dpi)
    return Image.open(picture).convert("RGB").resize((360, height))


def _seconds(values: np.ndarray, period: float) -> np.ndarray:
    return (SHOWN.start + np.arange(len(values))) * period


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("kinds", nargs="*", metavar="KIND")
    source = Source.of_run(StoredRun.open(RUN, on_note=print), lifetimes=LIFE + 1, ticks=TICKS)
    for kind in options.parse_args().kinds or SHOWN_KINDS:
        draw(kind, source)


if __name__ == "__main__":
    main()
