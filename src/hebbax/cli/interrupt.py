"""Ctrl-C and other signals during a training: the first asks it to stop cleanly, the second ends the process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_SHOW_CURSOR = b"\x1b[?25h"


class Interruption:
    """Which signal has asked to stop, and what to do about it."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._stop: Callable[[], None] | None = None

    def when_asked(self, stop: Callable[[], None]) -> None:
        """Call `stop` at the first signal, now if there was one already."""
        self._stop = stop
        if self.signal is not None:
            stop()

    @property
    def exit_code(self) -> int:
        """The exit code that a shell reports for this signal: 130 after Ctrl-C."""
        return 0 if self.signal is None else 128 + self.signal

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        if self.signal is not None:
            with suppress(OSError):  # of a terminal that has gone
                if os.isatty(1):
                    os.write(1, _SHOW_CURSOR)  # the progress display has hidden it
            # Threads may be deep in compiled code; files are whole at any moment, and locks end with the process.
            os._exit(128 + number)
        self.signal = number
        if self._stop is not None:
            self._stop()
        with suppress(OSError):
            print("stopping; Ctrl-C again to stop at once", file=sys.stderr)


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Take over Ctrl-C, SIGTERM, and SIGHUP of a terminal that closes, until the end of the block.

    A signal that the process was started to ignore, as `nohup` does, stays ignored.
    """
    state = Interruption()
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    taken = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, state.receive) for number in taken}
    try:
        yield state
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
