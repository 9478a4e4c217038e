"""Folders for files that are gone again soon."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hebbax.errors import HebbaxError


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """Make a folder that is removed at the end of the block; its name begins with `hebbax-` and the purpose.

    Raises HebbaxError where the system refuses to write there, or anything in the block that is no HebbaxError already:
    whatever else the block writes to says so itself.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=f"hebbax-{purpose}-", ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        raise temporary_error(error.strerror or str(error)) from error


def temporary_error(reason: str) -> HebbaxError:
    """Return the error for a folder of the system's that cannot be written to."""
    return HebbaxError(f"cannot write temporary files: {reason}; make room, or set TMPDIR to another folder")
