"""One process at a time: refused with the holder's number, free again however the holder ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hebbax.errors import HebbaxError
from hebbax.evolution.run_lock import locked

HOLDER = """
import sys
from pathlib import Path
from hebbax.evolution.run_lock import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start another process that holds the lock of tmp_path until its input is closed."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def lowest_free_descriptor() -> int:
    descriptor = os.dup(0)
    os.close(descriptor)
    return descriptor


def refusal(folder: Path) -> str:
    with pytest.raises(HebbaxError) as caught, locked(folder):
        pass
    return str(caught.value)


def test_another_process_is_named(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    expected = f"run {tmp_path} is in use by process {holder.pid}: wait until it ends or stop it"
    assert refusal(tmp_path) == expected
    assert refusal(tmp_path) == expected  # being refused does not wipe the number


def test_free_after_the_holder_ends(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.communicate()
    assert holder.returncode == 0
    with locked(tmp_path):
        pass


def test_free_after_kill_9(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    (tmp_path / ".lock").write_text("123456789123\n")  # the number it left may be longer than ours
    with locked(tmp_path):
        assert (tmp_path / ".lock").read_text() == f"{os.getpid()}\n"


def test_second_lock_in_the_same_process_is_refused(tmp_path: Path) -> None:
    with locked(tmp_path):
        assert refusal(tmp_path) == (
            f"run {tmp_path} is in use by this process already ({os.getpid()}): one trainer at a time"
        )
    with locked(tmp_path):
        pass


def test_free_after_an_error_inside(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        raise ZeroDivisionError
    with locked(tmp_path):
        pass


def test_number_not_yet_written_is_not_made_up(tmp_path: Path) -> None:
    with locked(tmp_path):
        (tmp_path / ".lock").write_text("")
        assert refusal(tmp_path) == f"run {tmp_path} is in use by another process: wait until it ends or stop it"


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    assert refusal(folder) == (
        f"cannot lock run {folder}: No such file or directory; check that the folder can be written"
    )


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = lowest_free_descriptor()
    with locked(tmp_path):
        inside = lowest_free_descriptor()
        refusal(tmp_path)
        assert lowest_free_descriptor() == inside
    assert lowest_free_descriptor() == before
