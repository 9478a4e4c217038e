"""Forgeries: one change at a time to a document that is whole, as an editor, a disk or a stranger makes them.

Every function yields pairs of a name, which says what was changed and where, and a function that makes it. They are in
an order that does not change, so `sample` takes the same ones again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import h5py
import numpy as np
import yaml

from hebbax.recording.attributes import CHECKSUMS, checksum
from hebbax.runs.checkpoint import Checkpoint

Forged = TypeVar("Forged")
Forgeries = Iterator[tuple[str, Callable[[], Any]]]

LOSSES = ("is gone", "is null", "is another type", "is nested")
"""Changes by which a value is lost: what is accepted after one cannot have been needed."""

_DEEP = 3  # of a list, so many of its parts are changed, the first and the last among them


def sample(forgeries: Iterable[tuple[str, Forged]], count: int, seed: int = 0) -> list[tuple[str, Forged]]:
    """Return so many of them, spread by a seed; all if there are no more."""
    every = list(forgeries)
    if count >= len(every):
        return every
    chosen = np.random.default_rng(seed).choice(len(every), count, replace=False)
    return [every[index] for index in sorted(chosen)]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value in a document; of long lists, the first, the middle and the last part."""
    if isinstance(value, dict):
        for key in value:
            yield (*at, key)
            yield from places(value[key], (*at, key))
    if isinstance(value, list):
        for index in sorted({0, len(value) // 2, len(value) - 1})[:_DEEP] if value else ():
            yield (*at, index)
            yield from places(value[index], (*at, index))


def values(document: Any) -> Forgeries:
    """Yield documents with one value changed: gone, null, of another type, nested, out of range, empty, twice."""
    for at in places(document):
        for name, change in _changes(_get(document, at)):
            yield f"{_told(at)} {name}", partial(_changed, document, at, change)
        if isinstance(at[-1], int):
            yield f"{_told(at)} is there twice", partial(_changed, document, at, _TWICE)
    for other in (None, [], [document], "text", 3, {}):
        yield f"all is {json.dumps(other)[:20]}", partial(deepcopy, other)


def _changed(document: Any, at: tuple[Any, ...], change: Any) -> Any:
    forged = deepcopy(document)
    parent = _get(forged, at[:-1])
    if change is _GONE:
        del parent[at[-1]]
    elif change is _TWICE:
        parent.insert(at[-1], deepcopy(parent[at[-1]]))
    else:
        parent[at[-1]] = change
    return forged


_GONE, _TWICE = object(), object()


def _changes(value: Any) -> Iterator[tuple[str, Any]]:
    yield "is gone", _GONE
    yield "is null", None
    yield "is another type", 7 if isinstance(value, str | list | dict | bool) else "seven"
    yield "is nested", [[value]]
    if isinstance(value, dict):
        yield "is a list", [value]
        yield "is empty", {}
    elif isinstance(value, list):
        yield "is an object", {"0": value}
        yield "is empty", []
    elif isinstance(value, str):
        yield "is empty", ""
        yield "is strange", "../\0\n\u202e" + 300 * "x"
    elif not isinstance(value, bool):
        for number in (-1, 0, 0.5, 10**20, 1e308, -1e308, float("nan"), float("inf"), 10**400):
            yield f"is {str(number)[:8]}", number
        yield "is true", True


def texts(text: str) -> Forgeries:
    """Yield the bytes of a text file that was cut off, encoded otherwise, or overwritten in part."""
    content = text.encode()
    forged = {f"cut off at {part:.0%}": content[: int(part * len(content))] for part in (0.0, 0.1, 0.5, 0.9)}
    forged |= {f"in {encoding}": text.encode(encoding) for encoding in ("utf-16", "utf-32", "utf-8-sig")}
    forged |= {
        "with a byte of another encoding": content.replace(b"a", b"\xe4", 1),
        "with a zero in it": content[:20] + b"\0" + content[20:],
        "zeros": bytes(len(content)),
        "noise": np.random.default_rng(3).bytes(len(content)),
        "twice": content + content,
        "with a tail": content.rstrip(b"\n") + b"}}]\n",
        "nested deeply": 100_000 * b"[" + 100_000 * b"]",
        "nested deeply, as an object": 50_000 * b'{"a":' + b"1" + 50_000 * b"}",
        "a number of 5,000 digits": 5_000 * b"9",
        "not a number": b"NaN",
    }
    yield from ((name, partial(bytes, one)) for name, one in forged.items())


def twice_in_one(document: dict[str, Any]) -> Forgeries:
    """Yield JSON in which a key stands twice, the second time with another value."""
    for key in document:
        yield f"{key} stands twice", partial(_with_key, document, key)


def _with_key(document: dict[str, Any], key: str) -> bytes:
    return (json.dumps(document)[:-1] + f", {json.dumps(key)}: 3}}").encode()


def json_files(document: dict[str, Any]) -> Forgeries:
    """Yield the bytes of a forged file of one JSON document."""
    for name, make in values(document):
        yield name, lambda make=make: json.dumps(make()).encode()
    yield from twice_in_one(document)
    yield from texts(json.dumps(document, indent=1))


def line_files(records: list[dict[str, Any]]) -> Forgeries:
    """Yield the bytes of a forged file of one JSON document per line."""

    def joined(lines: list[Any]) -> bytes:
        return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)

    for number in sorted({0, len(records) // 2, len(records) - 1}):
        before, after = records[:number], records[number + 1 :]
        for name, make in (*values(records[number]), *twice_in_one(records[number])):
            forge = lambda make=make, before=before, after=after: joined([*before, make(), *after])  # noqa: E731
            yield f"line {number}: {name}", forge
        for name, lines in {"there twice": 2 * records[number : number + 1], "empty": [b""]}.items():
            yield f"line {number} is {name}", partial(joined, [*before, *lines, *after])
    yield "lines in another order", partial(joined, records[::-1])
    yield from texts(joined(records).decode())


def yaml_files(document: dict[str, Any]) -> Forgeries:
    """Yield the bytes of a forged file of YAML."""
    for name, make in values(document):
        yield name, lambda make=make: yaml.safe_dump(make(), sort_keys=False).encode()
    text = yaml.safe_dump(document, sort_keys=False)
    lines = {f"{key} stands twice": f"{key}: 3" for key in document} | {
        "an object of Python": "x: !!python/object/apply:os.getcwd []",
        "a date that is none": "x: 2001-13-45",
        "a key that is a list": "[1, 2]: 3",
        "an alias of nothing": "x: *nothing",
        "two documents": "---\nx: 1",
    }
    yield from ((name, partial(f"{text}{line}\n".encode)) for name, line in lines.items())
    yield from texts(text)


def tensors(checkpoint: Checkpoint) -> Forgeries:
    """Yield checkpoints with one tensor changed, which are written with a right checksum."""
    for name, tensor in checkpoint.tensors.items():
        for what, forged in _arrays(tensor):
            others = {key: value for key, value in checkpoint.tensors.items() if key != name}
            changed = others if forged is None else {**others, name: forged}
            yield f"{name} {what}", partial(replace, checkpoint, tensors=changed)


def envelopes(checkpoint: Checkpoint) -> Forgeries:
    """Yield checkpoints with one value of the document changed, or another generation."""
    for name, make in values(checkpoint.document):
        yield name, lambda make=make: replace(checkpoint, document=make())
    for generation in (-1, 0, 10**9, 1.5, "3", None, [3]):
        yield f"generation is {generation}", partial(replace, checkpoint, generation=generation)


def _arrays(array: np.ndarray) -> Iterator[tuple[str, np.ndarray | None]]:
    """Yield what an array may have become; None where it is gone."""
    yield "is gone", None
    yield "is longer", np.concatenate([np.atleast_1d(array), np.atleast_1d(array)])
    yield "is empty", np.zeros((0, *array.shape[1:]), array.dtype)
    yield "has one axis more", array[None]
    yield "is a single number", np.zeros((), array.dtype)
    yield "is another type", array.astype(np.int16 if array.dtype.kind == "f" else np.float32)
    yield "is of truth values", np.zeros(array.shape, bool)
    if array.dtype.kind == "f":
        yield "is wider", array.astype(np.float64 if array.dtype == np.float32 else np.float32)
        for number in (np.nan, np.inf, -np.inf, 3e38):
            yield f"holds {number}", _with(array, number)
    if array.dtype.kind in "fi":
        yield "is negative", _with(array, -1)
    if array.dtype.kind in "iu":
        yield "is huge", _with(array, np.iinfo(array.dtype).max)


def _with(array: np.ndarray, number: float) -> np.ndarray:
    forged = array.copy()
    forged.reshape(-1)[:1] = number
    return forged


def hdf5_files(path: Path) -> Forgeries:
    """Yield changes to an HDF5 file, functions of a copy that is open: of every array, group and attribute."""
    with h5py.File(path) as file:
        found: list[tuple[str, Any]] = [("/", None)]
        file.visititems(lambda name, item: found.append((name, item[()] if isinstance(item, h5py.Dataset) else None)))
        attributes = [(name, key) for name, _ in found for key in file[name].attrs]
    for name, array in found[1:]:
        others: dict[str, Any] = {"is gone": _GONE, "is an array": np.zeros(3), "is a group": None}
        others |= {"is of texts": ["a", "b"], "holds nothing": h5py.Empty("f8")}
        if array is not None:
            others |= {what: forged for what, forged in _arrays(array) if forged is not None}
        for what, value in others.items():
            yield f"{name} {what}", partial(partial, _put, name=name, value=value)
    numbers = (7, -1, 1.5, np.nan, np.inf, 10**18, True)
    for name, key in attributes:
        for value in (_GONE, *numbers, "text", "", b"\xff", [1, 2, 3], [[1.0]], ["a"], h5py.Empty("f8")):
            what = "gone" if value is _GONE else repr(value)
            yield f"{name}@{key} is {what}", partial(partial, _set, name=name, key=key, value=value)


def _set(file: h5py.File, name: str, key: str, value: Any) -> None:
    """Change an attribute and its checksum, or what the value is would not be asked."""
    attributes = file[name].attrs
    checksums = json.loads(attributes.get(CHECKSUMS, "{}"))
    del attributes[key]
    checksums.pop(key, None)
    if value is not _GONE:
        attributes[key] = value
        checksums[key] = checksum(attributes[key])
    if key != CHECKSUMS:
        attributes[CHECKSUMS] = json.dumps(checksums)


def _put(file: h5py.File, name: str, value: Any) -> None:
    del file[name]
    if value is None:
        file.create_group(name)
    elif value is not _GONE:
        file[name] = value


def _get(document: Any, at: tuple[Any, ...]) -> Any:
    for key in at:
        document = document[key]
    return document


def _told(at: tuple[Any, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in at).lstrip(".")
