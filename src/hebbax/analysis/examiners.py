"""Processes that examine cases side by side, while their lives are still being lived."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager

from hebbax.analysis.case import Case, Finding, examine
from hebbax.analysis.frame import Frame

# The matrices are small: a library's own threads cost more than they bring, and fight over the cores with ours.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Examiners:
    """So many processes that examine cases; with one, it is done by the caller."""

    def __init__(self, pool: ProcessPoolExecutor | None, frame: Frame, waiting: int) -> None:
        self._pool, self._frame = pool, frame
        self._room = threading.Semaphore(waiting)

    def submit(self, case: Case) -> Future[Finding]:
        """Have a case examined; waits while too many others do, so that their arrays fit into memory."""
        if self._pool is None:
            done: Future[Finding] = Future()
            done.set_result(examine(case, self._frame))
            return done
        self._room.acquire()
        future = self._pool.submit(examine, case, self._frame)
        future.add_done_callback(lambda _: self._room.release())
        return future


@contextmanager
def examiners(frame: Frame, workers: int) -> Iterator[Examiners]:
    """Start so many processes until the end of the block; with one worker there are none."""
    if workers < 2:
        yield Examiners(None, frame, 1)
        return
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    # A process reads these when it starts, which is when the first cases come.
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    # Not a copy of this process: that would copy locks that its threads may hold.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_leave_interrupts)
    try:
        yield Examiners(pool, frame, 2 * workers)
    finally:
        pool.shutdown(cancel_futures=True)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _leave_interrupts() -> None:
    """Let Ctrl-C be the parent's business, which ends this process too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
