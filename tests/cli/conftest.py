"""The command line in this process, and one tiny run that tests look at or copy.

Lets these tests import what they share; tests are no package.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from hebbax.cli.main import main

sys.path.insert(0, str(Path(__file__).parent))

TINY = ("task=swimmer", "policy=han-e", "task.ticks=20", "strategy.population=4", "evaluate_lifetimes=2", "threads=1")
"""Overrides for a run whose generations take milliseconds."""


class Ran(NamedTuple):
    code: int
    out: str
    error: str


@pytest.fixture
def hebbax(capsys, tmp_path: Path, monkeypatch) -> Callable[..., Ran]:
    """Run a command in an empty folder; return its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Ran:
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


@pytest.fixture
def wide_terminal(monkeypatch):
    """Let every line of a table have room, as on a wide terminal."""
    monkeypatch.setattr("hebbax.cli.output._width", lambda: 300)


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory) -> Path:
    """A run of three generations, with a checkpoint of each; not to be written to."""
    path = tmp_path_factory.mktemp("cli") / "finished"
    assert main(["train", *TINY, "generations=3", "checkpoint_every=1", "--run", str(path)]) == 0
    return path


@pytest.fixture
def copied_run(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of that run in the folder where commands run, named "copy"."""
    return shutil.copytree(finished_run, tmp_path / "copy")
