"""How a command that evolves starts: what it imports and compiles is most of what one waits for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
