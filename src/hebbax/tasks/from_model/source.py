"""From the anatomy of a robot to the text of its task, and from the text to the task."""

from __future__ import annotations

import linecache
from types import ModuleType

from hebbax.tasks.from_model.frame import text_of
from hebbax.tasks.from_model.reaching import reaching
from hebbax.tasks.from_model.walking import walking
from hebbax.tasks.task import Task
from hebbax.worlds.mujoco.anatomy.anatomy import Anatomy


def task_text(anatomy: Anatomy, name: str, model: str) -> str:
    """Return the module of a task of a robot, which `make_task` in it makes.

    `model` is the name of the file of MJCF beside the module.
    """
    if anatomy.stance is not None:
        return text_of(anatomy, name, model, walking(anatomy, anatomy.stance))
    assert anatomy.targets is not None
    return text_of(anatomy, name, model, reaching(anatomy, anatomy.targets))


def run_text(text: str, file: str) -> Task:
    """Return the task of such a text, as if it stood in a file."""
    module = ModuleType("hebbax_task_from_model")
    module.__file__ = file
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file  # for tracebacks
    exec(compile(text, file, "exec"), vars(module))
    return module.make_task()
