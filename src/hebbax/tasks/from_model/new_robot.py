"""A plug-in with a robot of somebody's own, written whole or not at all."""

from __future__ import annotations

import importlib.util
import keyword
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hebbax.errors import HebbaxError, about
from hebbax.files.atomic_write import write_error
from hebbax.files.destination import check_folder
from hebbax.tasks.contract import check_task
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.from_model.package import pyproject, readme, test_text
from hebbax.tasks.from_model.source import run_text, task_text
from hebbax.tasks.registry import TASKS
from hebbax.worlds.mujoco.anatomy.anatomy import Anatomy, examine
from hebbax.worlds.mujoco.anatomy.copying import check_copy, copied_files
from hebbax.worlds.mujoco.anatomy.read import read_model

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def write_robot(name: str, model: Path, folder: Path, base: str | None = None) -> tuple[AnyTask, Anatomy]:
    """Write the plug-in of a robot into a new folder; return its task and what was read off its model.

    Args:
        name: of the task and the package.
        model: a file of MJCF or URDF, which stays as it is.
        folder: to be made; the one above it must be there.
        base: `free` or `fixed` for a URDF, else None.

    Raises HebbaxError for a name or a folder that cannot be used, and for a model of which no task can be made. Nothing
    is left then.
    """
    check_robot_name(name)
    _check_new(folder)
    spec = read_model(model, base)
    with about(model):
        anatomy = examine(spec)
        copied = copied_files(anatomy.spec, anatomy.model, name)
    module = task_text(anatomy, name, f"{name}.xml")
    files: dict[str, bytes] = {
        "pyproject.toml": pyproject(name).encode(),
        "README.md": readme(name, anatomy, model.name).encode(),
        f"test_{name}.py": test_text(name).encode(),
        f"{name}/__init__.py": f'{module}\n\nhebbax.register_task("{name}", make_task)\n'.encode(),
        **{f"{name}/{place}": content for place, content in copied.items()},
    }
    return _write(folder, files, name, module, anatomy), anatomy


def check_robot_name(name: str) -> None:
    """Raise HebbaxError for what cannot be the name of a task and a package, or is one already."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise HebbaxError(
            f"name {name!r}: expected small letters, digits and underscores, as of a Python package; nearest valid: "
            f"{_nearest(name)!r}"
        )
    if name in TASKS:
        raise HebbaxError(f"name {name!r}: there is a task of this name already; choose another, such as 'my_{name}'")
    if importlib.util.find_spec(name) is not None:
        raise HebbaxError(f"name {name!r}: Python has a module of this name; choose another, such as 'my_{name}'")


def _nearest(name: str) -> str:
    near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:36].strip("_")
    near = near if near[:1].isalpha() else f"my_{near or 'robot'}"
    return f"my_{near}" if keyword.iskeyword(near) else near


def _check_new(folder: Path) -> None:
    if os.path.lexists(folder):
        raise HebbaxError(f"{folder} is there already, and nothing is written over: choose another with --folder")
    if not folder.parent.is_dir():
        raise HebbaxError(f"cannot write {folder}: there is no folder {folder.parent}; make it first")
    check_folder(folder.parent)


def _write(folder: Path, files: Mapping[str, bytes], name: str, module: str, anatomy: Anatomy) -> AnyTask:
    """Write files into a folder beside its place, try them there, and give it its name."""
    try:
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for place, content in files.items():
                (aside / place).parent.mkdir(parents=True, exist_ok=True)
                (aside / place).write_bytes(content)
            task = check_task(run_text(module, str(aside / name / "__init__.py")))
            check_copy(anatomy.model, task.world.model)
            aside.chmod(0o755)  # that of `mkdtemp` is for nobody else
            aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)  # gone already, unless something failed
    except OSError as error:
        raise write_error(folder, error) from error
    return task
