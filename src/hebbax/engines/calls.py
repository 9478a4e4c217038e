"""Whose turn it is on an engine: calls in several threads wait for each other, and a forked process is told."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import numpy as np

from hebbax.errors import HebbaxError


class Turns:
    """Lets one call at a time use what an engine's calls share; the others wait."""

    def __init__(self) -> None:
        self._lock, self._process = threading.RLock(), os.getpid()

    def check(self, engine: str) -> None:
        """Raise HebbaxError in a process that was forked since, where calls would wait for ever."""
        if os.getpid() != self._process:
            raise HebbaxError(
                f"engine {engine!r} in a forked process: its threads, and JAX's, are in process {self._process} alone; "
                "start processes with multiprocessing.get_context('spawn'), and make the engine there"
            )

    def mine(self) -> AbstractContextManager[object]:
        """Return what holds the turn in a `with` block."""
        return self._lock


class Stops:
    """A flag per call under way, uint8 [1], which compiled lives read at every tick; and whether all are to end."""

    def __init__(self) -> None:
        self._asked = False
        self._flags: dict[int, np.ndarray] = {}

    def ask(self) -> None:
        """End the lives of all calls, those to come too; without a lock, because a signal's handler may call it."""
        self._asked = True
        for flag in tuple(self._flags.values()):
            flag[0] = 1

    @contextmanager
    def flag(self) -> Iterator[np.ndarray]:
        """Lend a call its flag."""
        flag = np.zeros(1, np.uint8)
        self._flags[id(flag)] = flag
        flag[0] = self._asked  # after it can be found: so no request falls between the two
        try:
            yield flag
        finally:
            del self._flags[id(flag)]
