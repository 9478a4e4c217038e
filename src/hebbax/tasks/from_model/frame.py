"""The text that all tasks from a model share: what a life begins with, what an action does, and the task itself."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hebbax.tasks.from_model.words import (
    birth_rows,
    control_rows,
    group_lines,
    number,
    position_groups,
    velocity_groups,
    without,
)
from hebbax.worlds.mujoco.anatomy.anatomy import Anatomy

SECONDS = 10.0
"""Length of a life."""


@dataclass(frozen=True)
class Goal:
    """What differs from goal to goal, as text."""

    what: str  # in a sentence that begins with the robot's name
    constants: str
    memory: str  # of a newborn
    observed: tuple[str, ...]  # beyond positions and velocities
    groups: tuple[tuple[str, int, str], ...]  # of these
    outcome: str
    fields: str  # of the task


def text_of(anatomy: Anatomy, name: str, model: str, goal: Goal) -> str:
    """Return the module of a task; `make_task` in it makes it."""
    return f'''"""{name}: {goal.what}

`hebbax new robot` has read this off {model}. From here on it is yours: change a number or a function,
and the next `hebbax train task={name}` goes by it.
"""

from pathlib import Path

import numpy as np

import hebbax
from hebbax import Group

MODEL = Path(__file__).with_name("{model}")

{_tables(anatomy, goal)}

{_functions(anatomy, goal)}

{_task(anatomy, name, goal)}'''


def _tables(anatomy: Anatomy, goal: Goal) -> str:
    """Return the numbers: birth, controls, those of the goal, and what observations and actions are."""
    rows = [*position_groups(anatomy), *velocity_groups(anatomy), *goal.groups]
    drives = [(drive.name, 1, drive.unit) for drive in anatomy.drives]
    return f"""\
# Positions at birth, those of the model's keyframe, and how far noise moves them either way.
BIRTH = np.array([
{birth_rows(anatomy)}])
HOME, NOISE = BIRTH.T.copy()
SPEED_NOISE = 0.01  # m/s or rad/s

# Controls of an action of 0, and how far one of 1 is from there; MuJoCo keeps them within the actuator's range.
CONTROL = np.array([
{control_rows(anatomy.drives)}])
REST, REACH = CONTROL.T.copy()

{goal.constants}
OBSERVATION = [
{group_lines(rows)}]
ACTION = [
{group_lines(drives, ", low=-1, high=1")}]
"""


def _functions(anatomy: Anatomy, goal: Goal) -> str:
    """Return the four functions of the task, and those that they call."""
    unseen = () if anatomy.stance is None else anatomy.stance.unseen
    seen = (*without("body.qpos", len(anatomy.qpos), unseen), "body.qvel", *goal.observed)
    return f"""\
def reset(noise):  # a new life: positions, velocities, memory
    qpos = HOME + NOISE * noise.uniform[:{len(anatomy.qpos)}]
    qvel = SPEED_NOISE * noise.normal[:{anatomy.velocities}]
    return qpos, qvel, {goal.memory}


def observe(body, memory):  # what the policy sees, in the order of OBSERVATION
    return np.concatenate(({", ".join(seen)}))


def actuate(action, body, memory):  # MuJoCo's controls, in the order of ACTION
    return REST + REACH * action


{goal.outcome}"""


def _task(anatomy: Anatomy, name: str, goal: Goal) -> str:
    """Return the function that makes the task."""
    period = anatomy.substeps * anatomy.timestep
    world = f"hebbax.mujoco(MODEL, substeps={anatomy.substeps}, keyframe={json.dumps(anatomy.keyframe)}),"
    return f"""\
def make_task():
    return hebbax.Task(
        name="{name}",
        world={world}  # a step takes {number(anatomy.timestep)} s
        observation=OBSERVATION,
        action=ACTION,
        reset=reset,
        observe=observe,
        actuate=actuate,
        outcome=outcome,
{goal.fields}        length={max(1, round(SECONDS / period))},  # ticks of a life: {SECONDS:g} s
    )
"""
