"""A file has one writer at a time."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hebbax.errors import HebbaxError
from hebbax.files import writer_lock
from hebbax.files.writer_lock import only_writer

CHILD = """
import sys
from pathlib import Path
from hebbax.files.writer_lock import only_writer
with only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_holds_it_until_it_is_killed(tmp_path):
    path = tmp_path / "file"
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(HebbaxError, match="another process is writing it now"), only_writer(path):
            pass
        child.kill()
        child.wait()
    with only_writer(path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_whose_name_was_removed_meanwhile_is_not_held(tmp_path, monkeypatch):
    lock, removed = tmp_path / "file.lock", []

    def remove_once(descriptor, path):
        if not removed:
            removed.append(descriptor)
            os.unlink(lock)

    monkeypatch.setattr(writer_lock, "lock_file", remove_once)
    with only_writer(tmp_path / "file"):
        assert lock.exists()
