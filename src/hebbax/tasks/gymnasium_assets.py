"""Where Gymnasium keeps its robots: the XML is loaded from the installed package, never copied."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from hebbax.errors import HebbaxError
from hebbax.installing import pip_install


def gymnasium_model(file_name: str) -> Path:
    """Return the path of one of Gymnasium's MuJoCo models. Raises HebbaxError if it is not there."""
    package = importlib.util.find_spec("gymnasium")
    if package is None or package.origin is None:
        raise HebbaxError(f"{file_name} comes with gymnasium, which is not installed: {pip_install('gymnasium')}")
    path = Path(package.origin).parent / "envs" / "mujoco" / "assets" / file_name
    if not path.is_file():
        raise HebbaxError(f"{path} is missing from the installed gymnasium: reinstall it")
    return path
