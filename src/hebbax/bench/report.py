"""What goes into and comes out of a benchmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hebbax.errors import HebbaxError

Tell = Callable[[str], None]
"""Gets a line on what is being measured now."""


@dataclass(frozen=True)
class Settings:
    """How much to measure; None leaves a size to the benchmark. Raises HebbaxError for a number below 1."""

    repeats: int | None = None
    population: int | None = None
    ticks: int | None = None
    peers: bool = False  # whether `solve` runs others' software too
    parts: Path | None = None  # where a long benchmark keeps what it has finished; nowhere if None

    def __post_init__(self) -> None:
        for name in ("repeats", "population", "ticks"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise HebbaxError(f"--{name} {value}: expected a whole number of at least 1; nearest valid: 1")

    def rounds(self, default: int = 9) -> int:
        """Return how many rounds to run."""
        return self.repeats or default


QUICK = Settings(repeats=3, population=32, ticks=100)
"""For a look: minutes become seconds, and intervals wide."""


@dataclass(frozen=True)
class Table:
    """A table for the screen; the columns named by `right` hold numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    """What a benchmark found: everything for the file, the gist for the screen."""

    results: dict[str, Any]  # plain values, as JSON holds them
    tables: Sequence[Table]
    figure: Any = None  # a Matplotlib figure, to be drawn beside the file
