"""Processes that compute beside this one: they import nothing of the caller's program, and end when it does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess

# The matrices are small: a library's own threads cost more than they bring, and fight over the cores with ours.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


_STARTING = threading.Lock()


class _Worker(SpawnProcess):
    """A new process, not a copy of this one: that would copy locks that its threads may hold."""

    def start(self) -> None:
        """Start it, one at a time: it is told what this process's `__main__` and environment are just then."""
        with _STARTING, _nameless_main(), _on_one_thread():
            super().start()


class _Context(SpawnContext):
    Process = _Worker


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Start processes until the end of the block, whose linear algebra runs on one thread each.

    What they are to call must be importable: `__main__` is not there.
    """
    pool = start_workers(workers)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def start_workers(workers: int) -> ProcessPoolExecutor:
    """Start processes as in `worker_pool`, which end when nobody refers to them any more, and with this one."""
    return ProcessPoolExecutor(workers, _Context(), initializer=_begin)


def _begin() -> None:
    """Let Ctrl-C be the parent's business, and end with it, whatever ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True, name="hebbax-parent").start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # nobody is left to tell


@contextmanager
def lifeline() -> Iterator[int]:
    """Lend a file for the stdin of a program that calls `end_with_stdin`: so it ends with this process too."""
    ours = os.pipe()  # which no child has but as its stdin: it closes when we end
    try:
        yield ours[0]
    finally:
        for end in ours:
            os.close(end)


def end_with_stdin() -> None:
    """End this process, which another has started with a `lifeline`, when that one ends, whatever ends it."""
    threading.Thread(target=_end_with_stdin, daemon=True, name="hebbax-parent").start()


def _end_with_stdin() -> None:
    while os.read(0, 1):  # not sys.stdin, whose lock this thread would hold when the program ends
        pass
    os._exit(1)


@contextmanager
def _nameless_main() -> Iterator[None]:
    """Have processes that start meanwhile not import `__main__`.

    They would run a script again that does not guard its last lines, and each of its processes once more.
    """
    main = sys.modules["__main__"]
    before = {name: vars(main).pop(name) for name in ("__file__", "__spec__") if name in vars(main)}
    main.__spec__ = None
    try:
        yield
    finally:
        vars(main).update(before)


@contextmanager
def _on_one_thread() -> Iterator[None]:
    """Have processes that start meanwhile compute linear algebra on one thread."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
