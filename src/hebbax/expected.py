"""What a document must hold, said as data: shapes of plain values, checked before anybody uses them.

A document that was edited, damaged or forged is refused in one line that names the key, its value and what was
expected. Objects may hold more than their shape names, as those of a later hebbax do.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral
from typing import Any, Protocol

from hebbax.errors import HebbaxError, is_number

LARGEST = 1e100
"""Beyond any number that is measured. Its square is still a number, and so is a sum of many."""

LARGEST_WHOLE = 2**53
"""Up to which every whole number is one of float64 too."""


class Shape(Protocol):
    """What a value must be."""

    @property
    def words(self) -> str:
        """The same in words."""
        ...

    def check(self, value: Any, at: str = "") -> None:
        """Raise HebbaxError for anything else; `at` is where the value stands, such as `lives[3].verdict`."""
        ...


@dataclass(frozen=True)
class Single:
    """A single value."""

    words: str
    holds: Callable[[Any], bool]

    def check(self, value: Any, at: str = "") -> None:
        """Raise HebbaxError for anything else."""
        if not self.holds(value):
            raise _refusal(at, value, self.words)


@dataclass(frozen=True)
class ListOf:
    """A list of values of one shape, of a length if there is one."""

    shape: Shape
    length: int | None = None

    @property
    def words(self) -> str:
        """The same in words."""
        count = "" if self.length is None else f"{self.length} "
        return f"a list of {count}values, each {self.shape.words}"

    def check(self, value: Any, at: str = "") -> None:
        """Raise HebbaxError for anything else."""
        if not isinstance(value, list | tuple) or self.length not in (None, len(value)):
            raise _refusal(at, value, self.words)
        if isinstance(self.shape, Single) and all(map(self.shape.holds, value)):
            return  # the same as below, for long lists of numbers
        for number, part in enumerate(value):
            self.shape.check(part, f"{at}[{number}]")


@dataclass(frozen=True)
class ObjectOf:
    """An object whose keys are anybody's, and whose values are of one shape."""

    shape: Shape
    words: str = "an object"

    def check(self, value: Any, at: str = "") -> None:
        """Raise HebbaxError for anything else."""
        _check_object(value, at)
        for key, part in value.items():
            self.shape.check(part, _place(at, key))


@dataclass(frozen=True)
class Fields:
    """An object with these keys, and with others that are nobody's business.

    `agree` returns what is wrong of an object whose values are right each for itself, or None.
    """

    needed: Mapping[str, Shape] = field(default_factory=dict)
    known: Mapping[str, Shape] = field(default_factory=dict)  # which may be missing
    agree: Callable[[Any], str | None] = lambda value: None
    words: str = "an object"

    def check(self, value: Any, at: str = "") -> None:
        """Raise HebbaxError for anything else."""
        _check_object(value, at)
        for key, shape in self.needed.items():
            if key not in value:
                raise HebbaxError(f"{_place(at, key)} is missing: expected {shape.words}")
        for key, shape in {**self.needed, **self.known}.items():
            if key in value:
                shape.check(value[key], _place(at, key))
        wrong = self.agree(value)
        if wrong is not None:
            raise HebbaxError(f"{at}: {wrong}" if at else wrong)

    def needing(self, *keys: str) -> Fields:
        """Return the same where some of the known keys must be there."""
        needed = {**self.needed, **{key: self.known[key] for key in keys if key not in self.needed}}
        return replace(self, needed=needed)


@dataclass(frozen=True)
class OrNull:
    """Null, or a value of a shape."""

    shape: Shape

    @property
    def words(self) -> str:
        """The same in words."""
        return f"{self.shape.words}, or null"

    def check(self, value: Any, at: str = "") -> None:
        """Raise HebbaxError for anything else."""
        if value is not None:
            self.shape.check(value, at)


def or_null(shape: Shape) -> Shape:
    """Return a shape that null has too."""
    if isinstance(shape, Single):
        return Single(f"{shape.words}, or null", lambda value: value is None or shape.holds(value))
    return OrNull(shape)


def whole(least: int = 0, most: int = LARGEST_WHOLE) -> Single:
    """Return a whole number."""
    up_to = "" if most == LARGEST_WHOLE else f" and at most {most}"
    from_on = "" if least == -LARGEST_WHOLE else f" of at least {least}"
    return Single(f"a whole number{from_on}{up_to}", lambda value: _is_whole(value) and least <= value <= most)


def number(least: float = -LARGEST, most: float = LARGEST) -> Single:
    """Return a finite number."""
    words = "a number" if (least, most) == (-LARGEST, LARGEST) else f"a number from {least:g} to {most:g}"
    return Single(words, lambda value: is_number(value) and least <= _plain(value) <= most)


def one_of(*choices: str) -> Single:
    """Return one of some texts."""
    return Single(f"one of {', '.join(choices)}", lambda value: isinstance(value, str) and value in choices)


def exactly(wanted: Any) -> Single:
    """Return one value alone."""
    return Single(repr(wanted), lambda value: type(value) is type(wanted) and value == wanted)


TEXT = Single("a text", lambda value: isinstance(value, str))
TRUTH = Single("true or false", lambda value: isinstance(value, bool))
TEXTS = ListOf(TEXT)


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    """Return a number as one of Python's: a float of NumPy would be compared in its own width."""
    return value if isinstance(value, Integral) else float(value)


def _check_object(value: Any, at: str) -> None:
    if not isinstance(value, Mapping):
        raise _refusal(at, value, "an object")
    for key in value:
        if not isinstance(key, str):
            raise HebbaxError(f"{f'{at}: ' if at else ''}a key {shown(key)}: expected a text")


def _place(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _refusal(at: str, value: Any, words: str) -> HebbaxError:
    return HebbaxError(f"{at}={shown(value)}: expected {words}" if at else f"it holds {shown(value)}: expected {words}")


_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 2, 40, 40


def shown(value: Any) -> str:
    """Return a value in one short line, however large it is."""
    return " ".join(_SHORT.repr(value).split())
