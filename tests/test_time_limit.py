"""Tests that take too long, or hang, end with an error that names them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = """
import time

def test_quick():
    pass

def test_slower():
    time.sleep(0.3)

def test_that_hangs():
    time.sleep({seconds})
"""


@pytest.fixture
def run(tmp_path):
    def run(seconds, limit, *options):
        (tmp_path / "test_some.py").write_text(TESTS.format(seconds=seconds))
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.time_limit", f"--time-limit={limit}", *options, "."],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("-n", "1"), id="another process", marks=pytest.mark.slow),
        pytest.param(("-p", "no:xdist"), id="this process"),
    ],
)
def test_a_test_that_hangs_is_an_error_that_names_the_slowest(run, options):
    done = run(1000, 3, *options)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    told = done.stdout.partition("error: the tests took longer than ")[2].splitlines()
    assert told[1] == "still running  test_some.py::test_that_hangs"
    assert told[2].endswith(" s  test_some.py::test_slower")
    assert told[3].endswith(" s  test_some.py::test_quick")


def test_within_the_limit_nothing_is_said(run):
    done = run(0, 50)
    assert done.returncode == 0
    assert "longer than" not in done.stdout
