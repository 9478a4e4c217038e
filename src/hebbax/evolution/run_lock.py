"""One process at a time on a run, by a lock that the operating system drops when the process dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from hebbax.errors import HebbaxError

try:
    import fcntl
except ImportError:  # Windows without WSL
    fcntl = None

LOCK_NAME = ".lock"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder, which is refused to any second holder, in this process or another.

    Raises HebbaxError that names the process that holds it, at once and without waiting. The file stays when the lock
    is released: removing it would let two processes lock two files of the same name.
    """
    descriptor = _acquire(folder)
    try:
        yield
    finally:
        os.close(descriptor)


def _acquire(folder: Path) -> int:
    """Return the descriptor whose opening holds the lock."""
    if fcntl is None:
        raise HebbaxError(f"cannot lock run {folder}: no file locks on this system; use Linux, macOS or WSL")
    descriptor = -1
    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o666)
        # flock belongs to this opening of the file, so a second one in the same process is refused as well.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        return descriptor
    except OSError as error:
        refusal = _held(folder, descriptor) if isinstance(error, BlockingIOError) else _refused(folder, error)
        if descriptor >= 0:
            os.close(descriptor)
        raise refusal from error


def _held(folder: Path, descriptor: int) -> HebbaxError:
    process = os.read(descriptor, 32).decode("ascii", "replace").strip()
    if process == str(os.getpid()):
        return HebbaxError(f"run {folder} is in use by this process already ({process}): one trainer at a time")
    holder = f"process {process}" if process else "another process"
    return HebbaxError(f"run {folder} is in use by {holder}: wait until it ends or stop it")


def _refused(folder: Path, error: OSError) -> HebbaxError:
    return HebbaxError(f"cannot lock run {folder}: {error.strerror}; check that the folder can be written")
