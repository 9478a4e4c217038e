"""What controllers keep of their return: a line per case, a point with its interval per controller."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.report.style import LAYER_COLOURS, MUTED, figure_style
from hebbax.stress.stress import Stressed
from hebbax.stress.suites import Case

_LINE = 0.19  # inches of a case
_APART = 0.9  # lines between suites
_SPREAD = 0.5  # lines over which the controllers of a case stand
_LOWEST = -0.25


def plot_stress(stressed: Sequence[Stressed], cases: Sequence[Case]) -> Figure:
    """Draw the share of the return that each controller keeps in each case; what training had seen is filled."""
    places = _places(cases)
    height = _LINE * (max(places, default=0.0) + 2) + 0.8
    with figure_style():
        figure = Figure(figsize=(7.0, max(2.5, height)), layout="constrained")
        axes = figure.add_subplot()
        axes.axvline(1.0, color=MUTED, linewidth=0.8)
        axes.axvline(0.0, color=MUTED, linewidth=0.8)
        for number, one in enumerate(stressed):
            shift = _SPREAD * ((number + 0.5) / len(stressed) - 0.5)
            _draw(axes, one, cases, [place + shift for place in places], LAYER_COLOURS[number % len(LAYER_COLOURS)])
        axes.set_yticks(places, [case.label for case in cases])
        axes.set_ylim(max(places, default=0.0) + 1, -1)
        _label_suites(axes, cases, places)
        low, high = axes.get_xlim()
        axes.set_xlim(max(low, _LOWEST), max(high, 1.1))
        axes.set_xlabel("return kept, and 95 % of resampled lives")
        figure.legend(loc="outside upper left", ncols=2)
    return figure


def _places(cases: Sequence[Case]) -> list[float]:
    """Return where each case stands, with room between suites."""
    places, at, before = [], 0.0, None
    for case in cases:
        at += _APART if before not in (None, case.suite) else 0.0
        places.append(at)
        at, before = at + 1.0, case.suite
    return places


def _draw(axes: Axes, one: Stressed, cases: Sequence[Case], places: Sequence[float], colour: str) -> None:
    axes.plot([], [], "o", color=colour, label=f"{one.name} (filled: seen in training)")
    for case, place in zip(cases, places, strict=True):
        outcome = one.of(case)
        if outcome is None or outcome.retained is None:
            continue
        if outcome.interval is not None:
            axes.plot(outcome.interval, [place, place], color=colour, linewidth=1.2)
        fill = colour if outcome.seen else "white"
        axes.plot(outcome.retained, place, "o", markersize=4.5, color=colour, markerfacecolor=fill)


def _label_suites(axes: Axes, cases: Sequence[Case], places: Sequence[float]) -> None:
    """Write the name of each suite beside its first case."""
    before = None
    for case, place in zip(cases, places, strict=True):
        if case.suite != before:
            axes.annotate(case.suite, (1.0, place), xycoords=("axes fraction", "data"), ha="right", color=MUTED)
        before = case.suite
