"""How many lives an interval rests on, in words: few are said to be few."""

from __future__ import annotations

ENOUGH_LIVES = 20
"""Lives that an interval should rest on."""


def resting_on(fewest: int, most: int | None = None) -> str:
    """Return a sentence on how many lives 95 % intervals rest on, from `fewest` to `most` if these differ."""
    count = f"{fewest:,}" if most in (None, fewest) else f"{fewest:,} to {most:,}"
    lives = "life" if count == "1" else "lives"
    few = f"; from fewer than {ENOUGH_LIVES} they are rough" if fewest < ENOUGH_LIVES else ""
    return f"95 % intervals rest on {count} {lives}{few}."
