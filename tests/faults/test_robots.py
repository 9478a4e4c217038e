"""Robots that break a rule: one line says which, or the life ends as diverged; no process ends, no number is silent."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from robots import ROBOTS

FINE = (
    *("good", "hardly any mass", "long timestep", "hardly any memory", "keyframe of another size"),
    "mass NaN",  # MuJoCo takes the mass that is not a number for one that is not given
    "names without terms",  # a plain number is one term, whatever the names: of a shipped task with another outcome
)
"""Robots that may live: odd, but nothing that they do is no number."""


def fault_of(told: dict[str, Any]) -> str | None:
    """Return what is wrong with what became of a robot, or None."""
    if "raised" in told:
        return told["raised"]
    if "refused" in told:
        lines = told["refused"].splitlines()
        return None if len(lines) == 1 and told["robot"] != "good" else f"told {lines}"
    for returns, diverged in told["lives"]:
        if any(not math.isfinite(value) and not gone for value, gone in zip(returns, diverged, strict=True)):
            return f"returns {returns}, of which diverged {diverged}"
        if told["robot"] not in FINE and not any(diverged):
            return f"accepted, with returns {returns}"
    return None


def check(names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    script = Path(__file__).with_name("robots.py")
    child = subprocess.run(
        [sys.executable, str(script), *names], capture_output=True, text=True, timeout=900, check=False
    )
    told = {line["robot"]: line for line in map(json.loads, child.stdout.splitlines())}
    faults = {name: fault for name in names if name in told and (fault := fault_of(told[name]))}
    died = [name for name in names if name not in told]
    with capsys.disabled():
        print(
            f"\n{len(names)} robots that break a rule: {len(faults)} faults, {len(died)} ended the process or after it"
        )
    assert not faults, "\n".join(f"{name}: {fault}" for name, fault in faults.items())
    assert child.returncode == 0, f"{died[:1]}: {child.stderr[-500:]}"


def test_some_robots_that_break_a_rule(capsys):
    check([name for name in ROBOTS if "XML" in name or "time" in name or "size" in name], capsys)


@pytest.mark.slow
def test_all_robots_that_break_a_rule(capsys):
    assert len(ROBOTS) >= 30
    check(list(ROBOTS), capsys)
