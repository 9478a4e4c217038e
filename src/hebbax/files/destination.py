"""Whether results could be written to where they are to go, asked before the work that brings them."""

from __future__ import annotations

import os
from pathlib import Path

from hebbax.errors import HebbaxError


def check_folder(folder: Path) -> None:
    """Raise HebbaxError unless a folder is there to be written to, or could be made."""
    _check_place(folder, folder)


def check_file(path: Path) -> None:
    """Raise HebbaxError unless a file could be written to a path, its folder made where it is missing."""
    if path.is_dir():
        raise HebbaxError(f"cannot write {path}: it is a folder, not a file; choose another name")
    _check_place(path, path.parent)


def _check_place(path: Path, folder: Path) -> None:
    # What is there decides: the folder, or the nearest one above it, in which the others would be made.
    there = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    if not there.is_dir():
        raise HebbaxError(f"cannot write {path}: {there} is not a folder; choose another place")
    if not os.access(there, os.W_OK | os.X_OK):
        raise HebbaxError(f"cannot write {path}: {there} is not yours to write to; choose a writable folder")
