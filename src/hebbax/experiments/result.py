"""What an experiment found: plain values that a file can hold, and a sentence that says what they mean."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.analysis.plain import plain
from hebbax.errors import HebbaxError
from hebbax.experiments.context import Context
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
        """Return the result of an experiment on a controller, its values made plain."""
        return cls(experiment, sentence, context.setting(), plain(dict(values)))

    def to_json(self, command: Sequence[str]) -> dict[str, Any]:
        """Return what the file of a result holds."""
        return {
            "schema": SCHEMA,
            "experiment": self.experiment,
            "command": list(command),
            "sentence": self.sentence,
            "setting": self.setting,
            "values": self.values,
            "versions": environment(),
        }

    @classmethod
    def read(cls, path: Path) -> Result:
        """Return the result in a file. Raises HebbaxError if it holds none."""
        try:
            document = json.loads(path.read_text("utf-8"))
            return cls(*(document[key] for key in ("experiment", "sentence", "setting", "values")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise HebbaxError(f"{path} holds no result of an experiment: {error}") from error


def floats(values: Any) -> np.ndarray:
    """Return plain values as float64, NaN where there is none."""
    return np.array(values, dtype=np.float64)  # None becomes NaN
