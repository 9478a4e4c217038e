"""One writer of a file at a time, by a lock that the operating system drops when the process dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from hebbax.errors import HebbaxError
from hebbax.files.file_lock import lock_file

LOCK_SUFFIX = ".lock"


@contextlib.contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Hold the lock of a file that is to be written, an empty file beside it that is gone afterwards.

    It is refused to any second holder, in this process or another, at once and without waiting. A file system that
    knows no locks goes without, and a warning says so. Raises HebbaxError where the lock is held, OSError where it
    cannot be made.
    """
    lock = path.with_name(path.name + LOCK_SUFFIX)
    try:
        descriptor = _acquire(lock)
    except BlockingIOError:
        raise HebbaxError(f"cannot write {path}: another process is writing it now; choose another name") from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()  # while it is held: who opened it meanwhile sees that its name is gone
        os.close(descriptor)


def _acquire(lock: Path) -> int:
    """Return the descriptor whose opening holds the lock."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            lock_file(descriptor, lock)
            if _has_name(descriptor, lock):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # a writer that ended meanwhile has removed this one: the name is free again


def _has_name(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
