"""Processes that measure lives side by side, while others are still being lived.

Each gets one life with all that it is compared with: the part of an analysis that only computes. So nothing here needs
a simulator.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hebbax.analysis.frame import Frame, Life
from hebbax.analysis.life_analysis import analyze_life
from hebbax.analysis.plain import plain
from hebbax.attractors.basin import compare_starts, return_values
from hebbax.attractors.lyapunov import Lyapunov, Pairs, exponent_of, lyapunov_of_growth
from hebbax.errors import HebbaxError, one_line
from hebbax.workers import worker_pool


@dataclass(frozen=True, eq=False)
class AnalysisInput:
    """A life, and what it is compared with."""

    life: Life
    with_body: np.ndarray | Pairs | str = ""  # growth of a difference, pairs of lives to find it in, or why neither
    conditional: np.ndarray | str = ""  # growth of a difference of the weights under the same observations, or why not
    others: Mapping[str, np.ndarray] = field(default_factory=dict)  # weights [ticks, weights] by how they began


@dataclass(frozen=True)
class Measurement:
    """What is measured of one life."""

    values: dict[str, Any]  # plain, as analysis.json holds them
    with_body: Lyapunov | None  # exponent of the life, body included
    conditional: Lyapunov | None  # exponent of the weights under the same observations


def measure(inputs: AnalysisInput, frame: Frame) -> Measurement:
    """Measure a life."""
    with_body, no_body = _exponent_or_reason(inputs.with_body)
    conditional, no_conditional = _exponent_or_reason(inputs.conditional)
    values = analyze_life(inputs.life, frame, with_body)
    if frame.plastic:
        values["lyapunov"] = {"with_body": lyapunov_values(with_body), "weights_alone": lyapunov_values(conditional)}
        values["no_lyapunov"] = {"with_body": no_body, "weights_alone": no_conditional}
        label = values["verdict"] and values["verdict"]["label"]
        others = {} if label == "diverging" else inputs.others  # what leaves for good has nothing to come back to
        comparisons = compare_starts(inputs.life.record.weights, others, at_rest=label == "fixed-point")
        values["basin"] = {name: return_values(comparison) for name, comparison in comparisons.items()}
    return Measurement(plain(values), with_body, conditional)


def _exponent_or_reason(source: np.ndarray | Pairs | str) -> tuple[Lyapunov | None, str | None]:
    """Return an exponent, or why there is none."""
    if isinstance(source, str):
        return None, source
    try:
        return (exponent_of(source) if isinstance(source, Pairs) else lyapunov_of_growth(source)), None
    except HebbaxError as error:
        return None, one_line(error)


def lyapunov_values(lyapunov: Lyapunov | None) -> dict[str, Any] | None:
    """Return an exponent as plain values, 1 / tick."""
    return lyapunov and {
        "exponent": lyapunov.exponent,
        "standard_error": lyapunov.standard_error,
        "ticks": lyapunov.ticks,
        "chaotic": lyapunov.chaotic,
    }


class MeasurementPool:
    """Processes that measure lives; with only one, the caller measures."""

    def __init__(self, pool: ProcessPoolExecutor | None, frame: Frame, capacity: int) -> None:
        self._pool, self._frame = pool, frame
        self._room = threading.Semaphore(capacity)

    def submit(self, inputs: AnalysisInput) -> Future[Measurement]:
        """Have a life measured; waits while too many others do, so that their arrays fit into memory."""
        if self._pool is None:
            ready: Future[Measurement] = Future()
            ready.set_result(measure(inputs, self._frame))
            return ready
        self._room.acquire()
        # A state's type may be of the user's own program, which the processes do not import; nothing measures it.
        life = replace(inputs.life, record=inputs.life.record._replace(state=()))
        future = self._pool.submit(measure, replace(inputs, life=life), self._frame)
        future.add_done_callback(lambda _: self._room.release())
        return future


@contextmanager
def measurement_pool(frame: Frame, workers: int) -> Iterator[MeasurementPool]:
    """Start processes until the end of the block, one per worker; with one worker there are none."""
    if workers < 2:
        yield MeasurementPool(None, frame, 1)
        return
    with worker_pool(workers) as pool:
        yield MeasurementPool(pool, frame, 2 * workers)
