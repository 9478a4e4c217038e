"""Lets the faults' tests import what they share; tests are no package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A folder with a finished run, for the commands that are killed or have no room."""
    from kills import RUN, TRAINED, run

    folder = tmp_path_factory.mktemp("finished")
    ended = run(("train", *TRAINED, "--run", RUN), folder)
    assert ended.returncode == 0, ended.stderr
    return folder
