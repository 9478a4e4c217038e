"""What a process of the tests is told; it imports little, because each process that dies is followed by another."""

from __future__ import annotations

import os
from pathlib import Path


def begin(folder: Path, deaths: int) -> int:
    """Count in a file how often this was begun, and end the process the first so many times; return the count."""
    seen = folder / "seen"
    count = len(seen.read_text()) if seen.exists() else 0
    seen.write_text("x" * (count + 1))
    if count < deaths:
        os._exit(1)
    return count
