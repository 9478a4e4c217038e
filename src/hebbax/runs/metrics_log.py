"""The metrics of a run: one JSON line per generation, appended while it trains and cut back when it resumes."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_bytes_atomically, write_error


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


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Return all records, oldest first; a missing file has none, and a last line that was cut off is left out.

    Raises HebbaxError, naming the line, for a broken line that others follow.
    """
    return [record for _, record in _read_lines(path)]


def truncate_metrics(path: Path, generation: int) -> int:
    """Keep only the records of generations before this one, atomically and as they stand; return how many they are.

    A checkpoint of generation G has finished generations 0 to G - 1, so this is called with G when a run resumes,
    before anything is appended: it also drops a last line that was cut off, which the next would be glued to.
    Raises HebbaxError, naming the line, for a broken line or one without a generation.
    """
    if not path.exists():
        return 0
    lines = []
    for number, (line, record) in enumerate(_read_lines(path), start=1):
        if not isinstance(record.get("generation"), int):
            raise _broken_line_error(path, number, 'it has no whole number "generation"')
        if record["generation"] < generation:
            lines.append(line + b"\n")
    write_bytes_atomically(path, b"".join(lines))
    return len(lines)


def _read_lines(path: Path) -> list[tuple[bytes, dict[str, Any]]]:
    """Return each line as it stands, without its end, and the record it holds."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise HebbaxError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    if lines[-1] == b"":  # the end of a last line that is whole
        lines.pop()
    records = []
    for number, line in enumerate(lines, start=1):
        record = _parse(line)
        if record is not None:
            records.append((line, record))
        elif number < len(lines):
            raise _broken_line_error(path, number, "it is not a JSON object")
    return records


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _broken_line_error(path: Path, number: int, reason: str) -> HebbaxError:
    return HebbaxError(f"line {number} of {path} is broken: {reason}; repair or remove that line")


def _strict(value: Any) -> Any:
    """Return a value with NumPy's numbers as Python's and those that JSON has no word for as None."""
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _strict(value.tolist())
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
