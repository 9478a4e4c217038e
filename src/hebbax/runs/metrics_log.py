"""The metrics of a run: one JSON line per generation, appended while it trains and cut back when it resumes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.expected import LARGEST, TEXT, Fields, ObjectOf, number, or_null, whole
from hebbax.files.atomic_write import write_bytes_atomically, write_error
from hebbax.files.documents import parse_json
from hebbax.types import MOST_RETURN

_RETURN = or_null(number(-MOST_RETURN, MOST_RETURN))

METRICS = Fields(
    needed={"generation": whole()},
    known={
        "run": TEXT,
        "phase": whole(),
        "training_ticks": whole(1),
        **dict.fromkeys(("return_mean", "return_max", "return_min", "mean_genome_return"), _RETURN),
        "return_std": or_null(number(0.0, MOST_RETURN)),
        **dict.fromkeys(("reward_terms", "mean_genome_terms"), ObjectOf(_RETURN)),
        **dict.fromkeys(("diverged", "terminations", "warnings"), whole()),
        **dict.fromkeys(("mean_genome_diverged", "mean_genome_terminations"), whole()),
        "lives": whole(1),
        **dict.fromkeys(("steps", "steps_total"), whole()),
        **dict.fromkeys(("seconds", "seconds_ask", "seconds_lifetimes", "seconds_tell"), number(0.0)),
        "seconds_evaluation": number(0.0),
        "steps_per_second": or_null(number(0.0)),
    },
    agree=lambda record: _disagreement(record),
)
"""A line of metrics.jsonl; a learner of one's own may leave out what it does not know."""


def _disagreement(record: Mapping[str, Any]) -> str | None:
    """Return which numbers of a generation cannot be those of the same lives, or None."""
    lives, diverged = record.get("lives"), record.get("diverged")
    if (lives is None) != (diverged is None):
        return "lives and diverged: expected both or none"
    if lives is not None and diverged > lives:
        return f"diverged={diverged}: expected at most the {lives} lives"
    if lives is not None and "return_mean" in record and (record["return_mean"] is None) != (diverged == lives):
        return f"return_mean={record['return_mean']}: expected null where all of {lives} lives diverged, not {diverged}"
    for name in ("return_max", "return_min"):
        if name in record and (record[name] is None) != (record.get("return_mean") is None):
            return f"{name}={record[name]}: expected null where return_mean is, and nowhere else"
    if "training_ticks" in record and "steps" not in record:
        return "steps is missing beside training_ticks"
    evaluated, lost = record.get("mean_genome_return"), record.get("mean_genome_diverged")
    if evaluated is not None and lost is None:
        return "mean_genome_diverged is missing beside a mean_genome_return"
    if "mean_genome_return" in record and evaluated is None and lost == 0:
        return "mean_genome_return=null: expected a number, since none of its lives diverged"
    return None


def append_metrics(path: Path, record: dict[str, Any]) -> None:
    """Append a record as one line and flush it; NaN and infinity become null, which strict JSON can hold.

    Raises HebbaxError where the file cannot be written.
    """
    line = json.dumps(_strict(record), allow_nan=False) + "\n"
    try:
        with open(path, "ab") as stream:
            stream.write(line.encode())
    except OSError as error:
        raise write_error(path, error) from error


def sync_metrics(path: Path) -> None:
    """Wait until all lines are on the disk, where a power cut leaves them. Raises HebbaxError where it fails."""
    if not path.exists():
        return
    try:
        with open(path, "rb+") as stream:
            os.fsync(stream.fileno())
    except OSError as error:
        raise write_error(path, error) from error


def read_metrics(path: Path, *needed: str) -> list[dict[str, Any]]:
    """Return all records, oldest first; a missing file has none, and a last line that was cut off is left out.

    Each has the `needed` keys. Raises HebbaxError, naming the line, for one that is broken or holds anything else than
    metrics, and where generations do not follow each other.
    """
    return [record for _, record in _read_lines(path, needed)]


def truncate_metrics(path: Path, generation: int) -> int:
    """Keep only the records of generations before this one, atomically and as they stand; return how many they are.

    A checkpoint of generation G has finished generations 0 to G - 1, so this is called with G when a run resumes,
    before anything is appended: it also drops a last line that was cut off, which the next would be glued to.
    Raises HebbaxError as `read_metrics` does.
    """
    if not path.exists():
        return 0
    lines = [line + b"\n" for line, record in _read_lines(path) if record["generation"] < generation]
    write_bytes_atomically(path, b"".join(lines))
    return len(lines)


def _read_lines(path: Path, needed: Sequence[str] = ()) -> list[tuple[bytes, dict[str, Any]]]:
    """Return each line as it stands, without its end, and the record it holds."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise HebbaxError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    if lines[-1] == b"":  # the end of a last line that is whole
        lines.pop()
    shape, last = METRICS.needing(*needed), -1
    records: list[tuple[bytes, dict[str, Any]]] = []
    for place, line in enumerate(lines, start=1):
        if not _is_json(line):
            if place == len(lines):
                break  # it was cut off
            raise _broken_line_error(path, place, "it is not a JSON object")
        try:
            record = _record(line, shape, last)
        except HebbaxError as error:
            raise _broken_line_error(path, place, str(error)) from None
        last = record["generation"]
        records.append((line, record))
    return records


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return True


def _record(line: bytes, shape: Fields, last: int) -> dict[str, Any]:
    """Return the record of a line, whose generation comes after the last. Raises HebbaxError for anything else."""
    record = parse_json(line.decode("utf-8"))
    if not isinstance(record, dict):
        raise HebbaxError("it is not a JSON object")
    shape.check(record)
    if record["generation"] <= last:
        raise HebbaxError(f"generation={record['generation']}: expected more than the {last} before it")
    return record


def _broken_line_error(path: Path, number: int, reason: str) -> HebbaxError:
    return HebbaxError(f"line {number} of {path} is broken: {reason}; repair or remove that line")


def _strict(value: Any) -> Any:
    """Return a value with NumPy's numbers as Python's, and those that JSON has no word for, or no reader, as None."""
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _strict(value.tolist())
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    if isinstance(value, float) and not abs(value) <= LARGEST:  # written so that NaN is not
        return None
    return value
