"""Draw every kind of damage of a car: from above without and with it at one moment, and a number over time.

    python benchmarks/car_damage_pictures.py

A driver of a few lines holds the car on the road of one life; what it meets and how it is drawn is as in
`damage_pictures.py`. The pictures go to docs/images/damages, with one of what the camera sees when it is harmed.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from hebbax.compiling.compiler import outermost
from hebbax.damage.apply import change_values
from hebbax.damage.event_table import SENSE, states_of
from hebbax.damage.text import parse_damages
from hebbax.engines.bodies import bodies_of
from hebbax.engines.hooks import damage_table
from hebbax.policies.open_loop import Replay
from hebbax.report.style import MUTED, VERMILLION, figure_style
from hebbax.tasks.car_racing import car_racing
from hebbax.tasks.car_racing_state import car_racing_state
from hebbax.worlds.car.film import picture_of
from hebbax.worlds.car.sight import see
from hebbax.worlds.car.world import advance, born, draws_of_seed

OUT = Path(__file__).resolve().parents[1] / "docs/images/damages"
TASK = car_racing_state()
ONSET, DURATION, SHOWN, MOMENT = 400, 300, slice(350, 750), 455
PICTURE = (163, 130)  # pixels of a car
SEED, PACES = 3, (25.0, 50.0)  # m/s, before and from the onset on
SPEED, OFFSET = "speed (m/s)", "way to the left of the road's middle (m)"

KINDS = {
    "scale-grip": ("rear-left wheel, 0, ", OFFSET),
    "scale-engine": ("0.25, ", SPEED),
    "drag-brake": ("0.1, ", SPEED),
}
CAMERA = (
    ("whole", "none"),
    ("inverted colours", "car/inverted-colours"),
    ("columns 30-53 blind", "car/blind-strip"),
    ("noise of 0.2", "noise-observation(0.2)"),
)


def drive(text: str) -> tuple[list[Any], np.ndarray, np.ndarray]:
    """Return states of a life to which a damage happens, its speeds and its ways from the middle of the road."""
    step, give_birth = outermost(advance), outermost(born.py_func)
    bodies = bodies_of(TASK, parse_damages(text, TASK.control_period)[0])
    state, states, seen = give_birth(draws_of_seed(SEED)), [], []
    for tick in range(SHOWN.stop):
        observation = np.asarray(TASK.observe(state, np.zeros(1)))
        states.append(state)
        seen.append((observation[0], observation[8]))
        steering = -1.6 * np.arctan2(observation[17], observation[11]) + 0.02 * observation[8]
        gas = 0.05 * (PACES[tick >= ONSET] - observation[0])
        control = np.array([np.clip(steering, -1, 1), np.clip(gas, 0, 1), 0.0])
        state = step(state, control, TASK.control_period, bodies.at(tick))
    return states, np.array(seen)[:, 0], np.array(seen)[:, 1]


def draw(kind: str) -> None:
    """Draw one kind."""
    arguments, words = KINDS[kind]
    lives = [drive(text) for text in ("none", f"{kind}({arguments}from=8s, for=6s)")]
    pictures = [Image.fromarray(picture_of(states[MOMENT], *PICTURE)) for states, _, _ in lives]
    chart = _chart([life[1 if words == SPEED else 2][SHOWN] for life in lives], words)
    whole = Image.new("RGB", (2 * PICTURE[0] + chart.width, PICTURE[1]), "white")
    for place, picture in enumerate((*pictures, chart)):
        whole.paste(picture, (place * PICTURE[0], 0))
    whole.quantize(128).save(OUT / f"{kind}.png", optimize=True)
    print(kind)


def _chart(lines: list[np.ndarray], words: str) -> Image.Image:
    with figure_style():
        figure = Figure(figsize=(3.6, PICTURE[1] / 100), layout="constrained", dpi=100)
        axes = figure.add_subplot()
        seconds = np.arange(SHOWN.start, SHOWN.stop) * TASK.control_period
        for line, colour in zip(lines, (MUTED, VERMILLION), strict=True):
            axes.plot(seconds, line, color=colour)
        ends = ONSET * TASK.control_period, (ONSET + DURATION) * TASK.control_period
        axes.axvspan(*ends, color=VERMILLION, alpha=0.08, linewidth=0)
        axes.set_title(words, fontsize=7)
        axes.tick_params(labelsize=6)
        axes.set_xlabel("time in the life (s)", fontsize=6)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=100)
    return Image.open(picture).convert("RGB").resize((360, PICTURE[1]))


def draw_camera() -> None:
    """Draw what a car sees whose camera is harmed."""
    task, state = car_racing(), drive("none")[0][MOMENT]
    looked = outermost(see.py_func)(state).reshape(-1) / 255.0
    with figure_style():
        figure = Figure(figsize=(7.2, 2.0), layout="constrained", dpi=100)
        for axes, (title, text) in zip(figure.subplots(1, len(CAMERA)), CAMERA, strict=True):
            table = damage_table(parse_damages(text, task.control_period)[0], task, Replay(3, 1))
            seen = np.array(looked, np.float64)
            change_values(table, 0, SENSE, states_of(table), np.uint32(1), np.uint32(2), seen)
            axes.imshow(np.clip(seen, 0, 1).reshape(task.observation_shape))
            axes.set_title(title, fontsize=8)
            axes.set_axis_off()
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=100)
    Image.open(picture).convert("RGB").quantize(64).save(OUT / "car-camera.png", optimize=True)


def main() -> None:
    for kind in KINDS:
        draw(kind)
    draw_camera()


if __name__ == "__main__":
    main()
