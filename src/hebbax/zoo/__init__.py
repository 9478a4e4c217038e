"""Evolved controllers that ship with hebbax: each a run folder in small, with a card."""

from __future__ import annotations

from pathlib import Path

from hebbax.errors import HebbaxError, unknown_name

_FOLDER = Path(__file__).parent


def zoo_names() -> list[str]:
    """Return the names TASK/POLICY of all shipped controllers."""
    return sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in _FOLDER.glob("*/*/config.yaml"))


def zoo_path(reference: str) -> Path:
    """Return the folder of `zoo:TASK/POLICY`. Raises HebbaxError with the nearest names."""
    prefix, _, name = reference.partition(":")
    if prefix != "zoo" or not name:
        raise HebbaxError(f"{reference!r}: expected zoo:TASK/POLICY, one of {', '.join(zoo_names())}")
    if name not in zoo_names():
        raise unknown_name("zoo controller", name, zoo_names())
    return _FOLDER / name
