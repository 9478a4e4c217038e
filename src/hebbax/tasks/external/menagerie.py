"""Robots of MuJoCo Menagerie as tasks: what `hebbax new robot` would write of one, run as it is."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

from hebbax.errors import HebbaxError, one_line, unknown_name
from hebbax.installing import pip_install_extra
from hebbax.tasks.from_model.source import run_text, task_text
from hebbax.tasks.task import Task
from hebbax.worlds.mujoco.anatomy.anatomy import examine
from hebbax.worlds.mujoco.anatomy.read import read_model
from hebbax.worlds.mujoco.make_world import mujoco


def menagerie_task(name: str, robot: str) -> Task:
    """Return the task of a robot of Menagerie, `name` being menagerie/ROBOT; its files are fetched at first use.

    Raises HebbaxError where the package mujoco-menagerie is not installed, for a robot that it does not know, where the
    files cannot be had, and for a model of which no task can be made.
    """
    menagerie = _import_menagerie(name)
    if robot not in menagerie.names():
        raise unknown_name("robot of Menagerie", robot, menagerie.names())
    found = menagerie.get(robot)
    try:
        anatomy = examine(read_model(_fetched(menagerie, found)))
    except HebbaxError as error:
        raise HebbaxError(f"task {name!r}: {error}") from error
    task = run_text(task_text(anatomy, robot, f"{robot}.xml"), f"<task of {name}>")
    world = mujoco(anatomy.spec, substeps=anatomy.substeps, keyframe=anatomy.keyframe)
    return dataclasses.replace(task, name=name, robot=found.display_name, world=world)


def _import_menagerie(name: str) -> Any:
    if importlib.util.find_spec("mujoco_menagerie") is None:
        raise HebbaxError(f"task {name!r} needs the robots of Menagerie: {pip_install_extra('menagerie')}")
    import mujoco_menagerie  # pyright: ignore[reportMissingImports]  an option

    return mujoco_menagerie


def _fetched(menagerie: Any, robot: Any) -> Path:
    """Return the scene of a robot, with a floor, or the robot alone where there is no scene."""
    try:
        return Path(robot.xml())
    except (menagerie.MenagerieError, OSError) as error:
        raise HebbaxError(
            f"its files cannot be had: {one_line(error)}; connect to the network once, or set MENAGERIE_ROOT to a "
            "clone of mujoco_menagerie"
        ) from error
