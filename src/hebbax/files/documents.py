"""Documents read back from disk: text, JSON and YAML, checked against the shape that they must have.

What is wrong is one HebbaxError that names the file, the key, its value, what was expected, and what to do. JSON is
that of its standard: NaN and infinity are no numbers, and a key that stands twice in an object is an error, of which
Python would take the last.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from hebbax.errors import HebbaxError, one_line
from hebbax.expected import Shape, shown

RESTORE = "restore it from a copy"
"""What to do about a document that nothing writes anew."""


def read_text(path: Path, remedy: str = RESTORE) -> str:
    """Return the text of a file. Raises HebbaxError where it cannot be read, or is no UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise HebbaxError(f"cannot read {path}: {error.strerror}; {remedy}") from error
    except UnicodeDecodeError:
        raise HebbaxError(f"cannot read {path}: it is not UTF-8 text; {remedy}") from None


def read_json(path: Path, shape: Shape, remedy: str = RESTORE) -> Any:
    """Return what a file of JSON holds. Raises HebbaxError where it cannot be read, or is of another shape."""
    return _read(path, "JSON", parse_json, shape, remedy)


def read_yaml(path: Path, shape: Shape, remedy: str = RESTORE) -> Any:
    """Return what a file of YAML holds. Raises HebbaxError as `read_json` does."""
    return _read(path, "YAML", parse_yaml, shape, remedy)


def _read(path: Path, language: str, parse: Callable[[str], Any], shape: Shape, remedy: str) -> Any:
    text = read_text(path, remedy)
    try:
        value = parse(text)
    except HebbaxError as error:
        raise HebbaxError(f"{path} is not {language}: {error}; {remedy}") from None
    return checked(path, value, shape, remedy)


def checked(path: Path, value: Any, shape: Shape, remedy: str = RESTORE) -> Any:
    """Return what a file holds. Raises HebbaxError, naming the file, where it is of another shape."""
    try:
        shape.check(value)
    except HebbaxError as error:
        raise HebbaxError(f"{path}: {error}; {remedy}") from None
    return value


def parse_json(text: str) -> Any:
    """Return the value of a JSON text. Raises HebbaxError for what is none, in one line."""
    try:
        return json.loads(text, parse_constant=_no_number, object_pairs_hook=_each_once)
    except HebbaxError:
        raise
    except ValueError as error:
        raise HebbaxError(one_line(error)) from None
    except RecursionError:
        raise HebbaxError("it is nested too deeply") from None


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text. Raises HebbaxError for what is none, in one line."""
    try:
        return yaml.load(text, _Loader)  # a safe one
    except HebbaxError:
        raise
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError) as error:  # of dates and numbers too
        raise HebbaxError(_short(one_line(error))) from None
    except RecursionError:
        raise HebbaxError("it is nested too deeply") from None


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which takes the last of two keys that are the same."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping. Raises HebbaxError for a key that stands twice."""
        names = [key.value for key, _ in getattr(node, "value", ()) if isinstance(key, yaml.ScalarNode)]
        _check_once(names)
        return super().construct_mapping(node, deep)


def _no_number(word: str) -> Any:
    raise HebbaxError(f"{word} is no number of JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _check_once([key for key, _ in pairs])
    return dict(pairs)


def _check_once(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise HebbaxError(f"the key {shown(name)} stands twice in one object")
        seen.add(name)


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:120]}…"
