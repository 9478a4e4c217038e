"""The processes that draw end with the one that asked for it, whatever ends that, so none is left behind for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

WORKERS = ("render_worker", "picture_worker", "environment_worker")

# Asks for a film of a job that it never gets to know: its file is a pipe into which nothing is written.
ASKING = """
import sys
from pathlib import Path
from hebbax.report.film import film
film._run_child("hebbax.report.film.{worker}", Path(sys.argv[1]), "none", 600.0)
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="asks for a named pipe")


def held_open(pipe) -> int:
    """Return the end of a named pipe that a process reads, once it does."""
    end = time.monotonic() + 30
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < end, "the worker did not begin"
            time.sleep(0.02)


def wait_until_unread(descriptor: int) -> None:
    """Wait until nobody reads a named pipe any more."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.write(descriptor, b" ")  # no JSON yet
        except BrokenPipeError:
            return
        time.sleep(0.05)
    pytest.fail("the worker goes on")


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_ends_with_its_parent(worker, tmp_path):
    os.mkfifo(tmp_path / "job.json")
    with subprocess.Popen([sys.executable, "-c", ASKING.format(worker=worker), str(tmp_path)]) as parent:
        descriptor = held_open(tmp_path / "job.json")
        try:
            parent.send_signal(signal.SIGKILL)
            parent.wait()
            wait_until_unread(descriptor)
        finally:
            os.close(descriptor)
