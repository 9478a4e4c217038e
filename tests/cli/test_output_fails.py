"""Output that cannot be written: closed, full, or without a reader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hebbax.runs.run_folder import RunFolder

HEBBAX = f"{sys.executable} -m hebbax"
TRAIN = f"{HEBBAX} train task=swimmer policy=han-e task.ticks=20 strategy.population=4 evaluate_lifetimes=2 threads=1"


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=100, cwd=folder, check=False
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
@pytest.mark.parametrize("buffered", ["", "PYTHONUNBUFFERED=1"])
@pytest.mark.parametrize("arguments", ["--version", "damages --json"])
def test_a_full_disk_is_one_line(arguments, buffered, tmp_path):
    done = shell(f"unset PYTHONUNBUFFERED; {buffered} {HEBBAX} {arguments} > /dev/full", tmp_path)
    said = "hebbax: cannot write the output: No space left on device; make room, or choose another file\n"
    assert (done.returncode, done.stderr) == (2, said)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&-"])
def test_what_is_closed_is_nobodys_business(closed, tmp_path):
    done = shell(f"{HEBBAX} damages {closed}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_error_goes_nowhere_when_stderr_is_closed(tmp_path):
    done = shell(f"{HEBBAX} damags 2>&-", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.usefixtures("kept_lives")
def test_a_training_without_a_reader_is_saved_and_says_so(tmp_path):
    done = shell(f"{TRAIN} generations=100000 checkpoint_every=100000 --run run | head -1", tmp_path)
    (generation,) = (path.stem.removeprefix("generation-") for path in RunFolder(tmp_path / "run").checkpoints()[-1:])
    assert done.returncode == 1
    assert done.stderr == (
        f"note: the output cannot be written: stopped after generation {int(generation)}; "
        "go on with: hebbax train --resume run\n"
    )


@pytest.mark.usefixtures("kept_lives")
def test_a_terminal_that_closes_has_the_training_saved(tmp_path):
    command = f"{TRAIN} generations=100000 checkpoint_every=100000 --run run".split()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as child:
        assert child.stdout is not None
        while "1" not in child.stdout.readline().split("/")[0].split():
            pass
        child.send_signal(signal.SIGHUP)
        out, _ = child.communicate(timeout=60)
    assert child.returncode == 129
    assert "go on with: hebbax train --resume run" in out
    assert RunFolder(tmp_path / "run").checkpoints()[-1].stem > "generation-000000"
