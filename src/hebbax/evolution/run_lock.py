"""One process at a time on a run, by a lock that the operating system drops when the process dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from hebbax.errors import HebbaxError
from hebbax.files.file_lock import lock_file

LOCK_NAME = ".lock"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder, which is refused to any second holder, in this process or another.

    Raises HebbaxError that names the process that holds it, at once and without waiting. A file system that knows no
    locks goes without, and a warning says so. The file stays when the lock is released: removing it would let two
    processes lock two files of the same name.
    """
    descriptor = _acquire(folder)
    try:
        yield
    finally:
        os.close(descriptor)


def _acquire(folder: Path) -> int:
    """Return the descriptor whose opening holds the lock."""
    descriptor = -1
    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o666)
        lock_file(descriptor, folder / LOCK_NAME)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        return descriptor
    except OSError as error:
        refusal = (
            _held_error(folder, descriptor) if isinstance(error, BlockingIOError) else _refused_error(folder, error)
        )
        if descriptor >= 0:
            os.close(descriptor)
        raise refusal from error


def _held_error(folder: Path, descriptor: int) -> HebbaxError:
    process = os.read(descriptor, 32).decode("ascii", "replace").strip()
    if process == str(os.getpid()):
        return HebbaxError(f"run {folder} is in use by this process already ({process}): one trainer at a time")
    holder = f"process {process}" if process else "another process"
    return HebbaxError(f"run {folder} is in use by {holder}: wait until it ends or stop it")


def _refused_error(folder: Path, error: OSError) -> HebbaxError:
    return HebbaxError(f"cannot lock run {folder}: {error.strerror}; check that the folder can be written")
