"""Engines under threads and forks: the numbers of one thread, one line in a fork, and no process ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from engines import ENGINES

pytestmark = [
    pytest.mark.usefixtures("kept_lives"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="a system that does not fork"),
]


def check(names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    script = Path(__file__).with_name("engines.py")
    child = subprocess.run(
        [sys.executable, str(script), *names], capture_output=True, text=True, timeout=900, check=False
    )
    told = {line["engine"]: line["wrong"] for line in map(json.loads, child.stdout.splitlines())}
    faults = [f"{name}: {wrong}" for name, wrong in told.items() if wrong]
    died = [name for name in names if name not in told]
    with capsys.disabled():
        print(f"\n{len(names)} engines under threads and forks: {len(faults)} faults, {len(died)} ended the process")
    assert not faults, "\n".join(faults)
    assert child.returncode == 0, f"{died[:1]}: {child.stderr[-500:]}"


@pytest.mark.slow
def test_some_engines_under_threads_and_forks(capsys):
    check([name for name in ENGINES if "han-e" in name and "threads=2" in name], capsys)


@pytest.mark.slow
def test_all_engines_under_threads_and_forks(capsys):
    assert len(ENGINES) >= 20
    check(list(ENGINES), capsys)
