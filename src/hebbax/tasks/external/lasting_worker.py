"""A process that keeps something from call to call, and is replaced where it dies."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from hebbax.errors import HebbaxError
from hebbax.workers import start_workers

_LOG = logging.getLogger(__name__)

_MOST_DEATHS = 3  # over one call: what kills so many of them would kill the next as well


class LastingWorker:
    """A process that is told one call after the other; another that takes its place repeats what it was told.

    So it must compute the same from the same calls. Calls are functions that can be imported.
    """

    def __init__(self, what: str) -> None:
        self._what = what  # it is, for messages
        self._pool = start_workers(1)
        self._calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        self._answer: Future[Any] | None = None  # to the newest call

    @property
    def process(self) -> int | None:
        """Id of the process, None before the first call."""
        return next(iter(self._pool._processes or ()), None)

    def begin(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Tell it a call that needs none of those before."""
        self._calls.clear()
        self.tell(function, *arguments)

    def tell(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Tell it a call, and do not wait for the answer."""
        self._calls.append((function, arguments))
        self._answer = self._submit(function, arguments)

    def answer(self) -> Any:
        """Return the answer to the newest call, or raise what the function raised.

        Raises HebbaxError where one process after the other dies over it.
        """
        for _ in range(_MOST_DEATHS):
            try:
                if self._answer is not None:
                    return self._answer.result()
            except BrokenProcessPool:  # the others are told below
                pass
            self._replace()
        raise HebbaxError(f"{self._what} ended {_MOST_DEATHS} times over the same call: is there too little memory?")

    def _replace(self) -> None:
        repeated = f" and repeats {len(self._calls)} calls" if len(self._calls) > 1 else ""
        _LOG.warning("%s has ended, killed or for want of memory: another takes its place%s", self._what, repeated)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = start_workers(1)
        for function, arguments in self._calls:
            self._answer = self._submit(function, arguments)

    def _submit(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Future[Any] | None:
        """Return the answer to come, None where the process is known to be dead."""
        try:
            return self._pool.submit(function, *arguments)
        except BrokenProcessPool:
            return None
