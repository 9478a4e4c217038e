"""A plug-in with a robot of its own: a puck on ice, steered to the middle. The listing of docs/adding-a-world.md."""

from typing import NamedTuple

import numpy as np

import hebbax
from hebbax import Group


class Puck(NamedTuple):
    position: np.ndarray  # [2], m
    velocity: np.ndarray  # [2], m/s


def start(noise):
    return Puck(noise.uniform[:2], 0.1 * noise.normal[:2])


def advance(state, control, period):
    velocity = 0.98 * state.velocity + period * control
    return Puck(state.position + period * velocity, velocity)


def draw(state):
    picture = np.full((128, 128, 3), 240, np.uint8)
    x, y = np.clip(64 + 20 * state.position, 4, 123).astype(int)
    picture[127 - y - 3 : 127 - y + 3, x - 3 : x + 3] = (213, 94, 0)
    return picture


def observe(state, memory):
    return np.concatenate((state.position, state.velocity))


def actuate(action, state, memory):
    return 3.0 * action


def outcome(before, state, action, memory, period):
    closer = (np.sum(np.square(before.position)) - np.sum(np.square(state.position))) / period
    lost = np.max(np.abs(state.position)) > 3.0
    return (closer, -0.01 * np.sum(np.square(action))), lost, memory


units = {"position": "m", "velocity": "m/s"}
ice = hebbax.World("ice", Puck, start, advance, control_size=2, control_period=0.05, units=units, draw=draw)

hebbax.register_task(
    "puck",
    world=ice,
    observation=[Group("position", 2, "m"), Group("velocity", 2, "m/s")],
    action=[Group("push", 2, "share of 3 N", low=-1, high=1)],
    reward=("closer", "effort"),
    termination="the puck is more than 3 m away",
    observe=observe,
    actuate=actuate,
    outcome=outcome,
    length=60,
)


# A rule, a damage and a preset.


def decaying(pre, post, weight, a, b):
    return a * pre * post - b * weight


def begin_lag(values, value):
    return values


def lag(values, value, state, noise):  # what the sensor says is `value` of what it said a tick before
    return value * state + (1.0 - value) * values, values


hebbax.register_rule("decaying", decaying, ("A", "B"), equation="Δw = A·pre·post − B·w")
hebbax.register_damage(
    "lag",
    lag,
    begin=begin_lag,
    stage="sense",
    target="observation",
    all=True,
    unit="share of the tick before",
    minimum=0.0,
    maximum=1.0,
    whole=0.0,
    worst=1.0,
    summary="the observation is late by `value` of a tick",
)
hebbax.register_preset(hebbax.PolicyConfig(name="skater", rule="decaying", normalisation="max", hidden=[8]))
