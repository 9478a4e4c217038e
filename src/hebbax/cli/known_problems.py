"""Combinations that are known not to work, each with a line of advice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hebbax.installing import MUJOCO, pip_install
from hebbax.settings import refused

_NEEDED = ("mujoco", "numba", "numpy", "jax", "evosax", "optax", "gymnasium")


def known_problems(versions: Mapping[str, str], variables: Mapping[str, str], platform: str) -> list[str]:
    """Return one line for each known problem.

    Args:
        versions: by package, and that of "python", as from `hebbax.versions.environment`.
        variables: of the environment.
        platform: as `sys.platform` says it.
    """
    found = [f"{name} is not installed: {pip_install(name)}" for name in _NEEDED if versions.get(name) == "unknown"]
    python, mujoco = _numbers(versions["python"]), _numbers(versions["mujoco"])
    if python < (3, 11):
        found.append(f"Python {versions['python']} is too old: install Python 3.11 or newer")
    if mujoco == (4, 0, 0):
        found.append(
            "mujoco 4.0.0 computes a wrong sparse Cholesky factor in its Newton solver (mujoco issue 3767): "
            + pip_install(MUJOCO)
        )
    elif mujoco >= (4,):
        found.append(f"mujoco {versions['mujoco']} is newer than hebbax was tested with: {pip_install(MUJOCO)}")
    elif mujoco and mujoco < (3, 17):
        found.append(f"mujoco {versions['mujoco']} has no mujoco.batch: {pip_install(MUJOCO)}")
    found += refused(variables)
    if platform == "win32":
        found.append("Windows has no locks for run folders: use WSL")
    return found


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with, none where it is unknown."""
    matched = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in matched[0].split(".")) if matched else ()
