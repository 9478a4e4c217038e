"""The errors a user can cause, each one line that names the value, what was expected and the nearest choice."""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import isfinite
from numbers import Real
from operator import index
from pathlib import Path
from typing import SupportsIndex, cast

_FRAMES_OF_OURS = 2  # of a traceback: `calling`, and who calls the function


class HebbaxError(ValueError):
    """Bad input, or a file that cannot be used. The command line prints the message and exits with 2.

    `field` is the argument or field that is wrong where the message begins with it, as in "window=0: expected ...": a
    user of the command line knows it by another name, which `cli/keys.py` puts in its place.

    >>> raise HebbaxError("window=0: expected at least 1; nearest valid: 1", field="window")
    Traceback (most recent call last):
    hebbax.errors.HebbaxError: window=0: expected at least 1; nearest valid: 1
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(_in_one_line(message))
        self.field = field


def _in_one_line(message: str) -> str:
    """Return a message with ends of lines and the like as Python writes them: values in it may be anybody's."""
    if message.isprintable():
        return message
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in message)


def unknown_name(kind: str, name: object, choices: Iterable[str]) -> HebbaxError:
    """Return the error for a name that is not among the choices, with the nearest of them first."""
    known = sorted(choices)
    near = _nearest(str(name), known)
    hint = f"did you mean {' or '.join(repr(n) for n in near)}?" if near else f"known: {', '.join(known)}"
    return HebbaxError(f"unknown {kind} {str(name)!r}: {hint}")


def check_seed(seed: int) -> None:
    """Raise HebbaxError for a number that is no seed."""
    check_number("seed", seed, 0, 2**32 - 1)
    check_whole("seed", seed, 0, 2**32 - 1)


def check_whole(name: str, value: object, least: int, most: int, *, field: str | None = None, unit: str = "") -> int:
    """Return a whole number. Raises HebbaxError for one outside [least, most], and for anything else.

    `field` is the error's; `unit` says what is counted, as in "of ticks ".

    >>> check_whole("ticks", 1.5, 1, 100)
    Traceback (most recent call last):
    hebbax.errors.HebbaxError: ticks=1.5: expected a whole number of at least 1; nearest valid: 2
    """
    try:
        number = None if isinstance(value, bool) else index(cast("SupportsIndex", value))
    except TypeError:
        number = None
    if number is None or number < least:
        nearest = max(round(value), least) if isinstance(value, float) and isfinite(value) else least
        expected = f"expected a whole number {unit}of at least {least}; nearest valid: {nearest}"
        raise HebbaxError(f"{name}={value!r}: {expected}", field=field)
    if number > most:
        raise HebbaxError(f"{name}={value!r}: expected at most {most}; nearest valid: {most}", field=field)
    return number


def check_number(name: str, value: float, least: float, most: float) -> None:
    """Raise HebbaxError for a number outside [least, most], or that is none."""
    if not is_number(value):
        raise HebbaxError(f"{name}={value!r}: expected a number from {least} to {most}")
    if not least <= value <= most:
        # Whole numbers in full: of a seed every digit counts.
        told = [f"{n:g}" if isinstance(n, float) else str(n) for n in (value, least, most)]
        nearest = told[2] if value > most else told[1]
        raise HebbaxError(f"{name}={told[0]}: expected {told[1]} to {told[2]}; nearest valid: {nearest}")


def is_number(value: object) -> bool:
    """Whether a value is a real number, which True and False are not meant as.

    >>> is_number(0.5), is_number(True), is_number("3")
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def are_real(values: object) -> bool:
    """Whether a value or an array is of real numbers or truth values, not of text, complex numbers or objects.

    >>> import numpy as np
    >>> are_real(0.5), are_real(np.ones(3, bool)), are_real("0.5"), are_real(None), are_real(1j)
    (True, True, False, False, False)
    """
    import numpy as np

    return np.asarray(values).dtype.kind in "biuf"


def one_line(error: BaseException) -> str:
    """Return what another package's error says, in one line; its type where it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__


@contextmanager
def about(path: Path) -> Iterator[None]:
    """Raise HebbaxErrors of the block with the file that they are about before them."""
    try:
        yield
    except HebbaxError as error:
        raise HebbaxError(f"{path}: {error}") from error


@contextmanager
def calling(what: str) -> Iterator[None]:
    """Raise HebbaxError with the line where a function of a user's own fails, by what it is called.

    A function that could not be called at all has no such line.
    """
    try:
        yield
    except HebbaxError:
        raise
    except (Exception, SystemExit) as error:  # any: it is another's code
        frames = traceback.extract_tb(error.__traceback__)[_FRAMES_OF_OURS:]
        where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
        raise HebbaxError(f"{what} fails{where}: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    """Return what an error says; of a field that a state does not have, the nearest that it has."""
    if isinstance(error, AttributeError) and (fields := getattr(error.obj, "_fields", ())):
        return str(unknown_name(f"field of a {type(error.obj).__name__}", error.name, fields))
    return one_line(error)


def _nearest(name: str, known: list[str]) -> list[str]:
    """Return up to three names, the nearest first, all nearly as near as the first; capitals count as small letters."""
    spelt = {other.casefold(): other for other in known}
    near = difflib.get_close_matches(name.casefold(), spelt, n=3, cutoff=0.4)
    likeness = [difflib.SequenceMatcher(None, other, name.casefold()).ratio() for other in near]
    return [spelt[other] for other, value in zip(near, likeness, strict=True) if value > likeness[0] - 0.1]
