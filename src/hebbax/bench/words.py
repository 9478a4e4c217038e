"""Numbers as the tables of benchmarks show them."""

from __future__ import annotations

from typing import Any


def with_interval(summary: dict[str, Any], decimals: int = 2, unit: str = "") -> str:
    """Return a median with its interval."""
    low, high = summary["interval"]
    return f"{summary['median']:,.{decimals}f}{unit} ({low:,.{decimals}f} to {high:,.{decimals}f})"


def rate(summary: dict[str, Any]) -> str:
    """Return the median of a number of steps per second."""
    return f"{summary['median']:,.0f}"
