"""A lock on an open file, which the operating system drops when the process dies."""

from __future__ import annotations

try:
    import fcntl
except ImportError:  # Windows without WSL
    fcntl = None

HAS_FILE_LOCKS = fcntl is not None
"""Whether this system has such locks."""


def lock_file(descriptor: int) -> None:
    """Hold the lock of an open file until it is closed, refused to any second holder at once and without waiting.

    Raises BlockingIOError where another opening of the file holds it, OSError where the file system knows no locks.
    """
    assert fcntl is not None
    # flock belongs to this opening of the file, so a second one in the same process is refused as well.
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
