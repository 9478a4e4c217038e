"""A lock on an open file, which the operating system drops when the process dies."""

from __future__ import annotations

import errno
import logging
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows without WSL
    fcntl = None

logger = logging.getLogger(__name__)

# What file systems say that know no such locks: Lustre mounted without -o flock, NFS without a lock daemon, FUSE.
_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK)

_told: set[Path] = set()


def lock_file(descriptor: int, path: Path) -> None:
    """Hold the lock of an open file until it is closed, refused to any second holder at once and without waiting.

    Where the file system knows no locks, one warning for its folder says that nothing keeps a second process off.
    Raises BlockingIOError where another opening of the file holds it, OSError where the system fails.
    """
    try:
        if fcntl is None:
            raise OSError(errno.ENOSYS, "no file locks on this system")
        # flock belongs to this opening of the file, so a second one in the same process is refused as well.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        if path.parent not in _told:
            _told.add(path.parent)
            logger.warning(
                "%s is on a file system without locks: nothing keeps a second process from writing there", path.parent
            )
