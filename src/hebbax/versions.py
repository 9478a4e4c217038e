"""What a run was made with: package versions, CPU model and settings, as far as they can change its results."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
from pathlib import Path

from hebbax.settings import RECORDED, recorded

UNKNOWN = "unknown"
_DEFAULT = "default"  # of a setting that a run does not name

_PLUGIN = "plugin "  # what the name of a plug-in's version begins with

_PACKAGES = ("hebbax", "mujoco", "numba", "llvmlite", "numpy", "jax", "evosax", "optax", "gymnasium")

LEARNT_WITH = ("torch", "stable-baselines3", "sb3-contrib")
"""What a run of PPO names besides."""

# Bit-equality is promised for one CPU model and one version of each of these.
_AFFECTS_BITS = ("mujoco", "gymnasium", "numba", "llvmlite", "numpy", "jax", "evosax", "optax", *LEARNT_WITH, "cpu")


def versions() -> dict[str, str]:
    """Return the versions of Python, hebbax and what it computes with, "unknown" where not installed; imports none."""
    return {"python": platform.python_version()} | {package: version_of(package) for package in _PACKAGES}


def cpu_model() -> str:
    """Return the name of this machine's CPU, or "unknown"."""
    if platform.system() == "Darwin":
        name = _from_sysctl()
    else:
        name = _from_cpuinfo(Path("/proc/cpuinfo"))
    return name or platform.processor() or platform.machine() or UNKNOWN


def environment() -> dict[str, str]:
    """Return what the bits of a run depend on beside its configuration.

    That is `versions()`, `cpu_model()` under "cpu", and those of `settings.RECORDED` that are not at their defaults.
    """
    return {**versions(), "cpu": cpu_model(), **recorded()}


def differences(earlier: dict[str, str], current: dict[str, str]) -> list[str]:
    """Return lines like "mujoco 3.17.0 → 3.17.1" for what differs and affects bits.

    Both are as from `environment()`. A version that only one of them names is not compared; a setting that one of them
    does not name has its default there.
    """
    unnamed = dict.fromkeys(RECORDED, _DEFAULT)
    plugins = {name: "none" for name in {**earlier, **current} if name.startswith(_PLUGIN)}
    before, now = unnamed | plugins | earlier, unnamed | plugins | current
    return [
        f"{name} {before[name]} → {now[name]}"
        for name in (*_AFFECTS_BITS, *RECORDED, *sorted(name for name in {**before, **now} if name.startswith(_PLUGIN)))
        if name in before and name in now and before[name] != now[name]
    ]


def version_of(package: str) -> str:
    """Return the version of an installed package, "unknown" where it is not installed; does not import it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return UNKNOWN


def _from_cpuinfo(path: Path) -> str:
    """Return the CPU that Linux describes; a machine with several kinds of core has each named once."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return ""
    cores = [_core_name(core) for core in text.split("\n\n")]
    return " + ".join(dict.fromkeys(name for name in cores if name))


def _core_name(core: str) -> str:
    """Return the name of one core in /proc/cpuinfo, or nothing for a block that is about something else."""
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in core.splitlines())}
    if "cpu family" in fields:
        # Virtual machines hide the name ("Intel Xeon Processor") but not these, and compiled code depends on them.
        numbers = ", ".join(f"{key} {fields.get(key, '?')}" for key in ("cpu family", "model", "stepping"))
        return f"{fields.get('model name', 'x86')} ({numbers})"
    if "CPU part" in fields:  # ARM has numbers only
        return f"ARM implementer {fields.get('CPU implementer', '?')} part {fields['CPU part']}"
    return fields.get("model name", "")


def _from_sysctl() -> str:
    try:
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
