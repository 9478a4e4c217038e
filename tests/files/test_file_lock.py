"""One rule where there are no locks: whoever locks goes on, and one line says so."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from hebbax.errors import HebbaxError
from hebbax.evolution.run_lock import locked
from hebbax.files import file_lock
from hebbax.files.writer_lock import only_writer

Lock = Callable[[Path], AbstractContextManager[None]]

LOCKS: dict[str, Lock] = {"run": locked, "file": lambda folder: only_writer(folder / "recording.h5")}


@pytest.fixture(params=LOCKS)
def lock(request) -> Lock:
    return LOCKS[request.param]


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(file_lock, "_told", set())


def failing(number: int) -> Callable[..., None]:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    return flock


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK])
def test_a_file_system_without_locks(lock, number, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(fcntl, "flock", failing(number))
    for _ in range(2):
        with lock(tmp_path), lock(tmp_path):
            (tmp_path / "written").write_text("")
    assert caplog.messages == [
        f"{tmp_path} is on a file system without locks: nothing keeps a second process from writing there"
    ]


def test_a_system_without_locks(lock, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(file_lock, "fcntl", None)
    with lock(tmp_path):
        pass
    assert "without locks" in caplog.text


def test_any_other_failure_is_one(lock, tmp_path, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", failing(errno.EIO))
    with pytest.raises((HebbaxError, OSError), match="Input/output error"), lock(tmp_path):
        pass


def test_a_lock_that_is_held_is_refused(lock, tmp_path, caplog):
    with lock(tmp_path), pytest.raises(HebbaxError), lock(tmp_path):
        pass
    assert caplog.messages == []
