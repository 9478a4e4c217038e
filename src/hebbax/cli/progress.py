"""How a training shows that it lives: a display on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from hebbax.cli.output import duration, number, returned

_COMPILING = {
    "native": "preparing the life for this task and policy (up to 20 s the first time, then kept) ...",
    "lockstep": "compiling the policy, and the task for many lives at once (up to a minute) ...",
    "vector": "compiling the policy ...",
}
"""What is said before the first generation, by engine that ships."""

_SECONDS_BETWEEN_LINES = 3.0
_BARS = "▁▂▃▄▅▆▇█"


class Progress(Protocol):
    """Gets the metrics of every generation, as metrics.jsonl does."""

    def __call__(self, metrics: dict[str, Any]) -> None:
        """Show a generation."""
        ...


class Clock:
    """How far a training is, and how long the rest of it takes.

    It ends with its last generation, or so many seconds after its first, which takes the time to compile as well.
    """

    def __init__(self, first: int, generations: int, limit: float | None = None) -> None:
        self.done, self.generations, self.limit = first, generations, limit
        self._start: float | None = None
        self._seconds: deque[float] = deque(maxlen=20)

    def advance(self, metrics: dict[str, Any]) -> None:
        """Count a generation."""
        self.done = metrics["generation"] + 1
        if self._start is None:
            self._start = time.monotonic()
        else:
            self._seconds.append(metrics["seconds"])

    @property
    def part(self) -> float:
        """How much is done, from 0 to 1."""
        return self.done / self.generations if self.limit is None else min(self._elapsed / self.limit, 1.0)

    @property
    def over(self) -> bool:
        """Whether this was the last generation."""
        return self.done >= self.generations or (self.limit is not None and self._elapsed >= self.limit)

    @property
    def position(self) -> str:
        """Where the training is, in words."""
        return f"generation {self.done}" + ("" if self.limit is not None else f"/{self.generations}")

    @property
    def left(self) -> str:
        """The time to the end, in words."""
        if self.limit is not None:
            return f"{duration(max(self.limit - self._elapsed, 0.0))} left"
        if not self._seconds:
            return "– left"
        return f"{duration(sum(self._seconds) / len(self._seconds) * (self.generations - self.done))} left"

    @property
    def _elapsed(self) -> float:
        return 0.0 if self._start is None else time.monotonic() - self._start


@contextmanager
def training_progress(clock: Clock, engine: str = "native") -> Iterator[Progress]:
    """Show the progress of a training on an engine, and advance its clock by every generation."""
    preparing = _COMPILING.get(engine, f"preparing the engine {engine} ...")
    if sys.stdout.isatty():
        with _live_display(clock, preparing) as display:
            yield display
    else:
        print(preparing, flush=True)
        yield _Lines(clock)


def returns_text(metrics: dict[str, Any]) -> str:
    """Return what a generation's lives were worth."""
    text = f"mean {returned(metrics['return_mean'])}  best {returned(metrics['return_max'])}"
    if metrics["diverged"]:
        text += f"  diverged {metrics['diverged']} of {metrics['lives']}"
    return text


def sparkline(values: list[float], width: int = 40) -> str:
    """Return a small curve of the last values."""
    shown = values[-width:]
    low, high = min(shown), max(shown)
    scale = (len(_BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BARS[round((value - low) * scale)] for value in shown)


def length_text(metrics: dict[str, Any]) -> str:
    """Return how long a generation's lives are."""
    ticks = metrics["training_ticks"]
    return f"lives of {ticks:,} tick{'' if ticks == 1 else 's'}"


class _Lines:
    """One line a generation, but not more than one every few seconds; and one when lives become longer or shorter."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._printed = float("-inf")
        self._mean_genome: float | None = None
        self._length: str | None = None

    def __call__(self, metrics: dict[str, Any]) -> None:
        self.clock.advance(metrics)
        before, self._length = self._length, length_text(metrics)
        if before not in (None, self._length):
            print(f"{self.clock.position}  {self._length} from here on", flush=True)
        if metrics["mean_genome_return"] is not None:
            self._mean_genome = metrics["mean_genome_return"]
        now = time.monotonic()
        if now - self._printed < _SECONDS_BETWEEN_LINES and not self.clock.over:
            return
        self._printed = now
        print(
            f"{self.clock.position}  {returns_text(metrics)}  "
            f"mean genome {returned(self._mean_genome)}  {number(metrics['steps_per_second'])} steps/s  "
            f"{self.clock.left}",
            flush=True,
        )


@contextmanager
def _live_display(clock: Clock, opening: str) -> Iterator[Progress]:
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    means: list[float] = []
    mean_genome: float | None = None

    def picture(metrics: dict[str, Any]) -> Group:
        bar = Table.grid(padding=(0, 2))
        bar.add_row(
            clock.position,
            ProgressBar(1.0, clock.part, width=24),
            f"{number(metrics['steps_per_second'])} steps/s",
            clock.left,
        )
        returns = Text(f"return  {returns_text(metrics)}  mean genome {returned(mean_genome)}  {length_text(metrics)}")
        return Group(bar, returns, Text(sparkline(means) if means else ""))

    # A console of its own: rich's common one keeps what the output was when something first asked for it.
    with Live(Text(opening), console=Console(), refresh_per_second=4) as live:

        def show(metrics: dict[str, Any]) -> None:
            nonlocal mean_genome
            clock.advance(metrics)
            if metrics["return_mean"] is not None:
                means.append(metrics["return_mean"])
            if metrics["mean_genome_return"] is not None:
                mean_genome = metrics["mean_genome_return"]
            live.update(picture(metrics))

        yield show
