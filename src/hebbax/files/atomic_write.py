"""Files that are either whole or not there, whatever kills the process or fills the disk."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from hebbax.errors import HebbaxError

# A fixed suffix, so that what a killed process left behind can be recognised and removed.
TEMPORARY_SUFFIX = ".tmp"


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part.

    Raises HebbaxError, naming the file and the reason, where the system refuses (disk full, no permission). The
    temporary file is removed then, and what the file held before stays.
    """
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        with open(temporary, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()  # gone already, unless the writing failed


def write_text_atomically(path: Path, text: str) -> None:
    """Write a text file in UTF-8 with the guarantees and errors of `write_bytes_atomically`."""
    write_bytes_atomically(path, text.encode("utf-8"))


def write_error(path: Path, error: OSError) -> HebbaxError:
    """Return the error for a file that the system refused to write."""
    reason = error.strerror or str(error)
    return HebbaxError(f"cannot write {path}: {reason}; make room or choose a writable folder, then try again")


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut: the new name lives in the folder, not in the file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
