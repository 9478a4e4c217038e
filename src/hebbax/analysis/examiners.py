"""Processes that examine cases side by side, while their lives are still being lived.

A case is one life with all that it is compared with: the part of an analysis that only computes. So nothing here needs
a simulator.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hebbax.analysis.frame import Frame, Life
from hebbax.analysis.life_analysis import analyze_life
from hebbax.analysis.plain import plain
from hebbax.attractors.basin import compare_starts, return_values
from hebbax.attractors.lyapunov import Lyapunov, Pairs, exponent_of, lyapunov_of_growth
from hebbax.errors import HebbaxError, one_line

# The matrices are small: a library's own threads cost more than they bring, and fight over the cores with ours.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True, eq=False)
class Case:
    """A life, and other lives to hold beside it."""

    life: Life
    body: np.ndarray | Pairs | str = ""  # growth of a difference with the body, pairs to find it in, or why neither
    weights: np.ndarray | str = ""  # the same of the weights alone
    others: Mapping[str, np.ndarray] = field(default_factory=dict)  # weights [ticks, weights] by how they began


@dataclass(frozen=True)
class Finding:
    """What is said of one case."""

    values: dict[str, Any]  # of the life, plain
    body: Lyapunov | None
    weights: Lyapunov | None


def examine(case: Case, frame: Frame) -> Finding:
    """Return what is to be said of a case."""
    (body, no_body), (weights, no_weights) = _measured(case.body), _measured(case.weights)
    values = analyze_life(case.life, frame, body)
    if frame.plastic:
        values["lyapunov"] = {"with_body": lyapunov_values(body), "weights_alone": lyapunov_values(weights)}
        values["no_lyapunov"] = {"with_body": no_body, "weights_alone": no_weights}
        label = values["verdict"] and values["verdict"]["label"]
        others = {} if label == "diverging" else case.others  # what leaves for good has nothing to come back to
        compared = compare_starts(case.life.record.weights, others, at_rest=label == "fixed-point")
        values["basin"] = {name: return_values(found) for name, found in compared.items()}
    return Finding(plain(values), body, weights)


def _measured(found: np.ndarray | Pairs | str) -> tuple[Lyapunov | None, str | None]:
    """Return an exponent, or why there is none."""
    if isinstance(found, str):
        return None, found
    try:
        return (exponent_of(found) if isinstance(found, Pairs) else lyapunov_of_growth(found)), None
    except HebbaxError as error:
        return None, one_line(error)


def lyapunov_values(found: Lyapunov | None) -> dict[str, Any] | None:
    """Return an exponent as plain values, 1 / tick."""
    return found and {
        "exponent": found.exponent,
        "standard_error": found.standard_error,
        "ticks": found.ticks,
        "chaotic": found.chaotic,
    }


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
