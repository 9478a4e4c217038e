"""How a command that evolves starts: what it imports and compiles is most of what one waits for; and where to."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hebbax.config.train import TrainConfig


@contextmanager
def starting(own_process: bool) -> Iterator[None]:
    """Import and begin in this block, faster in a process of our own; in a program's, nothing of it is touched.

    Python's collector of cycles would walk through all modules again and again, and find nothing: that takes a third
    of a second. It begins after the block, with what there is then left alone. Programs of JAX are kept on disk.
    """
    if not own_process:
        yield
        return
    gc.disable()
    try:
        from hebbax.engines.program_cache import keep_programs

        keep_programs()
        yield
    finally:
        gc.freeze()
        gc.enable()


def new_run_path(given: str | None, config: TrainConfig) -> Path:
    """Return the folder of a new run: the one that was given, or else one in runs/ named by what it is and the time."""
    from hebbax.runs.run_folder import unique_run_path

    if given is not None:
        return Path(given)
    date = datetime.now().strftime("%Y%m%d-%H%M%S")
    return unique_run_path(Path("runs"), config.task.name, config.policy.name, config.seed, date)
