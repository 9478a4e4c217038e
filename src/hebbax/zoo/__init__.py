"""Evolved controllers that ship with hebbax: each a run folder in small, with a card."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from hebbax.errors import HebbaxError, unknown_name

_FOLDER = Path(__file__).parent


def zoo_names() -> list[str]:
    """Return the names TASK/POLICY of all shipped controllers."""
    return sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in _FOLDER.glob("*/*/config.yaml"))


def run_path(reference: str) -> Path:
    """Return the folder that a RUN names: `zoo:TASK/POLICY`, or a path, which need not exist.

    Raises HebbaxError, with the nearest names, for a controller that does not ship, and for one without the right
    `zoo:` where no such path exists.
    """
    if reference.startswith("zoo:"):
        return zoo_path(reference)
    prefix, _, name = reference.partition(":")
    looks_shipped = "/" in name and difflib.get_close_matches(prefix.casefold(), ["zoo"], cutoff=0.6)
    # os.path, unlike Path, answers no where the system denies a look.
    if (looks_shipped or reference in zoo_names()) and not os.path.exists(reference):
        raise unknown_name("run", reference, [f"zoo:{shipped}" for shipped in zoo_names()])
    return Path(reference)


def zoo_path(reference: str) -> Path:
    """Return the folder of `zoo:TASK/POLICY`. Raises HebbaxError with the nearest names."""
    prefix, _, name = reference.partition(":")
    if prefix != "zoo" or not name:
        raise HebbaxError(f"{reference!r}: expected zoo:TASK/POLICY, one of {', '.join(zoo_names())}")
    if name not in zoo_names():
        raise unknown_name("zoo controller", name, zoo_names())
    return _FOLDER / name
