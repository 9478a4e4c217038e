"""How results are said: numbers with their intervals, and lives in counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hebbax.analysis.gait import MOTIONS

_SMALLEST = 0.001


def number(value: float | None) -> str:
    """Return a number as people read it: no decimals from 100 on, three digits below."""
    if value is None:
        return "–"
    if 0 < abs(value) < _SMALLEST:
        return f"below {_SMALLEST}"
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return text.replace("-", "−")


def with_interval(summary: Mapping[str, Any], name: str = "median", unit: str = "") -> str:
    """Return one number of a summary with its interval, such as "4,312 (95 %: 4,290 to 4,330)"."""
    ends = summary[f"{name}_ci95"]
    if ends is not None and number(ends[0]) == number(ends[1]) == number(summary[name]):
        ends = None  # nothing to tell apart
    unit = f" {unit}" if unit else ""
    interval = "" if ends is None else f" (95 %: {number(ends[0])} to {number(ends[1])})"
    return f"{number(summary[name])}{unit}{interval}"


def of_lives(count: int, lives: int) -> str:
    """Return a count of lives, such as "18 of 20 lives"."""
    return f"{count} of {lives} lives"


def count_list(labels: Mapping[str, int]) -> str:
    """Return how many lives had each verdict, the most frequent first."""
    return ", ".join(f"{count} {label}" for label, count in sorted(labels.items(), key=lambda item: -item[1]))


def no_gait_sentence(no_gait: Mapping[str, int], lives: int, where: str) -> str:
    """Return a sentence on undisturbed lives that have no gait, with a blank before it; nothing if all have one."""
    words = {**MOTIONS, "unseen": "is not seen to have a gait"}
    parts = ", ".join(f"{words[motion]} in {of_lives(count, lives)}" for motion, count in no_gait.items())
    return f" {where}, it {parts}." if parts else ""


def ended_early_sentence(early: int) -> str:
    """Return a sentence on lives that a termination ended early, with a blank before it; nothing if there is none."""
    who = "1 life ended before its time" if early == 1 else f"{early} lives ended before their time"
    return f" {who}." if early else ""


def diverged_sentence(diverged: int) -> str:
    """Return a sentence on lives that diverged, with a blank before it; nothing if there is none."""
    who = "1 life diverged and is" if diverged == 1 else f"{diverged} lives diverged and are"
    return f" {who} left out." if diverged else ""
