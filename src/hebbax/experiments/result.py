"""What an experiment found: plain values that a file can hold, and a sentence that says what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.analysis.plain import plain
from hebbax.analysis.statistics import resting_on
from hebbax.experiments.context import Context
from hebbax.experiments.shapes import RESULT
from hebbax.files.documents import read_json
from hebbax.versions import environment

SCHEMA = 1


@dataclass(frozen=True)
class Result:
    """What one experiment found."""

    experiment: str
    sentence: str  # the outcome in plain words
    setting: dict[str, Any]  # which controller, over how many lives
    values: dict[str, Any]  # numbers, lists and dictionaries of them; None for a number that there is not

    @classmethod
    def of(cls, experiment: str, context: Context, sentence: str, values: Mapping[str, Any]) -> Result:
        """Return the result of an experiment on a controller, its values made plain and its intervals' lives said."""
        plain_values = plain(dict(values))
        lives = interval_lives(plain_values)
        text = sentence if lives is None else f"{sentence} {resting_on(*lives)}"
        return cls(experiment, text, context.setting(), plain_values)

    def to_json(self, command: Sequence[str]) -> dict[str, Any]:
        """Return what the file of a result holds."""
        return {
            "schema": SCHEMA,
            "experiment": self.experiment,
            "command": list(command),
            "sentence": self.sentence,
            "setting": self.setting,
            "interval_lives": interval_lives(self.values),
            "values": self.values,
            "versions": environment(),
        }

    @classmethod
    def read(cls, path: Path) -> Result:
        """Return the result in a file. Raises HebbaxError if it holds none."""
        document = read_document(path)
        return cls(*(document[key] for key in ("experiment", "sentence", "setting", "values")))


def read_document(path: Path) -> dict[str, Any]:
    """Return what the file of a result holds, as `Result.to_json` has it. Raises HebbaxError if it holds none."""
    return read_json(path, RESULT, "make the experiment again")


def interval_lives(values: Any) -> tuple[int, int] | None:
    """Return on how many lives the intervals in plain values rest, the fewest and the most; None without intervals."""
    counts = list(_interval_lives(values))
    return (min(counts), max(counts)) if counts else None


def _interval_lives(values: Any) -> Iterator[int]:
    if isinstance(values, Mapping):
        # A file of an earlier version may hold an interval without its lives.
        count = values.get("counted", len(values.get("values", ())))
        if count and any(name.endswith("_ci95") and ends is not None for name, ends in values.items()):
            yield count
        values = list(values.values())
    if isinstance(values, list):
        for value in values:
            yield from _interval_lives(value)


def floats(values: Any) -> np.ndarray:
    """Return plain values as float64, NaN where there is none."""
    return np.array(values, dtype=np.float64)  # None becomes NaN
