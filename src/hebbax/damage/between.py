"""A number that every life draws anew, from a range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

from hebbax.errors import HebbaxError


@dataclass(frozen=True)
class Between:
    """A number, or each of three, that a life draws evenly from `low` to `high` by its key.

    Raises HebbaxError for ends that are no finite numbers, of different lengths, or in the wrong order.

    >>> Between(0.8, 1.2).at((0.5,))
    1.0
    """

    low: float | tuple[float, ...]
    high: float | tuple[float, ...]

    def __post_init__(self) -> None:
        low, high = _tuple(self.low), _tuple(self.high)
        if len(low) != len(high) or not all(map(_is_finite, (*low, *high))):
            raise HebbaxError(
                f"between {self.low!r} and {self.high!r}: expected two finite numbers, or two of three each"
            )
        if any(one > other for one, other in zip(low, high, strict=True)):
            raise HebbaxError(f"between {self.low!r} and {self.high!r}: expected the lower end first")

    def at(self, shares: tuple[float, ...]) -> float | tuple[float, ...]:
        """Return the number at a share of the way from `low` to `high`; each of three at its own share."""
        ends = zip(_tuple(self.low), _tuple(self.high), shares, strict=False)
        values = tuple(low + share * (high - low) for low, high, share in ends)
        return values if isinstance(self.low, tuple) else values[0]


def _tuple(end: float | tuple[float, ...]) -> tuple[float, ...]:
    return end if isinstance(end, tuple) else (end,)


def _is_finite(number: object) -> bool:
    return isinstance(number, Real) and not isinstance(number, bool) and math.isfinite(number)
