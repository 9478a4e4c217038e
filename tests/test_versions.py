"""Versions without imports, the CPU by what Linux and macOS say of it, and only differences that affect bits."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hebbax import versions as module
from hebbax.versions import cpu_model, differences, versions

X86 = """processor : 0
cpu family\t: 6
model\t\t: 85
model name\t: Intel(R) Xeon(R) Processor
stepping\t: 7
power management:

processor : 1
cpu family\t: 6
model\t\t: 85
model name\t: Intel(R) Xeon(R) Processor
stepping\t: 7
power management:
"""

# Two kinds of core, and a last block that is about the board.
ARM = """processor\t: 0
BogoMIPS\t: 108.00
CPU implementer\t: 0x41
CPU architecture: 8
CPU part\t: 0xd05

processor\t: 1
CPU implementer\t: 0x41
CPU part\t: 0xd0b

Hardware\t: BCM2835
Model\t\t: Raspberry Pi 5
"""


def test_versions_are_those_installed_and_nothing_is_imported() -> None:
    program = (
        "import sys; from hebbax.versions import versions; found = versions();"
        "print(sorted(set(sys.modules) & set(found) - {'hebbax'})); print(found)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported, found = result.stdout.splitlines()
    assert imported == "[]"
    assert found == str(versions())


def test_every_package_is_named() -> None:
    found = versions()
    assert list(found) == [
        "python", "hebbax", "mujoco", "numba", "llvmlite", "numpy", "jax", "evosax", "optax", "gymnasium"
    ]  # fmt: skip
    assert found["python"] == platform.python_version()
    assert found["numpy"] == importlib.metadata.version("numpy")


def test_package_that_is_not_installed_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        if package == "hebbax":
            raise importlib.metadata.PackageNotFoundError(package)
        return "1.0"

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert versions() | {"python": "1.0"} == dict.fromkeys(versions(), "1.0") | {"hebbax": "unknown"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (X86, "Intel(R) Xeon(R) Processor (cpu family 6, model 85, stepping 7)"),
        (ARM, "ARM implementer 0x41 part 0xd05 + ARM implementer 0x41 part 0xd0b"),
        ("processor: 0\nmodel name: A CPU\n", "A CPU"),
        ("", ""),
    ],
)
def test_cpu_from_cpuinfo(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    assert module._from_cpuinfo(tmp_path / "cpuinfo") == name


def test_cpu_from_sysctl(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert command == ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.CompletedProcess(command, 0, stdout="Apple M4\n")

    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(subprocess, "run", run)
    assert cpu_model() == "Apple M4"


def test_cpu_that_nothing_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_command(*_: Any, **__: Any) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(subprocess, "run", no_command)
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert cpu_model() == "riscv64"
    monkeypatch.setattr(platform, "machine", lambda: "")
    assert cpu_model() == "unknown"
    assert module._from_cpuinfo(Path("/nowhere/cpuinfo")) == ""


def test_this_machine_has_a_cpu() -> None:
    assert cpu_model() not in ("", "unknown")
    assert "\n" not in cpu_model()


def test_differences_are_those_that_affect_bits() -> None:
    recorded = {"python": "3.11", "hebbax": "0.1", "mujoco": "3.17.0", "numpy": "2.4.0", "cpu": "Apple M1"}
    current = {"python": "3.12", "hebbax": "0.2", "mujoco": "3.17.1", "numpy": "2.4.0", "cpu": "Apple M4"}
    assert differences(recorded, current) == ["mujoco 3.17.0 → 3.17.1", "cpu Apple M1 → Apple M4"]
    assert differences(current, current) == []


@pytest.mark.parametrize("name", ["mujoco", "numba", "llvmlite", "numpy", "jax", "cpu"])
def test_each_of_them_is_compared(name: str) -> None:
    assert differences({name: "1"}, {name: "2"}) == [f"{name} 1 → 2"]
    assert differences({name: "1"}, {}) == []
    assert differences({}, {name: "1"}) == []
