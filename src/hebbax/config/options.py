"""Options of a part, as fields of its own frozen dataclass that say themselves which values they can have."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from typing import Any

from hebbax.errors import HebbaxError, check_whole, is_number, unknown_name

_CHECK = "check"  # where a field keeps its check


def check_options(options: Any) -> None:
    """Raise HebbaxError for the first option of a dataclass that has a value it cannot have."""
    for option in dataclasses.fields(options):
        if _CHECK in option.metadata:
            option.metadata[_CHECK](option.name, getattr(options, option.name))


def positive(default: float | None) -> Any:
    """Return a number above 0; of a default of None, it may be None."""
    usual = ", or null" if default is None else f" such as {default}, the default"

    def check(name: str, value: Any) -> None:
        if value is None and default is None:
            return
        if value is None or not is_number(value) or not 0 < value < float("inf"):
            raise _error(name, value, f"expected a positive number{usual}")

    return _option(default, check)


def at_least_zero(default: float) -> Any:
    """Return a number that is not negative."""

    def check(name: str, value: Any) -> None:
        if not is_number(value) or not 0 <= value < float("inf"):
            nearest = "; nearest valid: 0" if is_number(value) and value < 0 else ""
            raise _error(name, value, f"expected a number of at least 0, where 0 is none{nearest}")

    return _option(default, check)


def decay_factor(default: float) -> Any:
    """Return the factor by which a value decays: above 0, and at most 1."""

    def check(name: str, value: Any) -> None:
        if not is_number(value) or not 0 < value <= 1:
            nearest = "; nearest valid: 1" if is_number(value) and value > 1 else ", such as 0.99"
            raise _error(
                name, value, f"expected a number above 0 and at most 1, where 1 keeps the value constant{nearest}"
            )

    return _option(default, check)


def share(default: float) -> Any:
    """Return a share of the population, between 0 and 1."""

    def check(name: str, value: Any) -> None:
        if not is_number(value) or not 0 < value < 1:
            usual = f"such as {default}, the default"
            raise _error(name, value, f"expected a share of the population between 0 and 1, {usual}")

    return _option(default, check)


def count(default: int) -> Any:
    """Return a whole number of at least 1."""

    def check(name: str, value: Any) -> None:
        check_whole(name, value, 1, 2**31 - 1, field=name)

    return _option(default, check)


def choice(kind: str, default: str, choices: Collection[str]) -> Any:
    """Return one of some names; `kind` says in an error what they are."""

    def check(name: str, value: Any) -> None:
        if not isinstance(value, str) or value not in choices:
            raise unknown_name(kind, value, choices)

    return _option(default, check)


def _option(default: Any, check: Callable[[str, Any], None]) -> Any:
    return dataclasses.field(default=default, metadata={_CHECK: check})


def _error(name: str, value: Any, expected: str) -> HebbaxError:
    return HebbaxError(f"{name}={value}: {expected}", field=name)
