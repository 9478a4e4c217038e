"""The first table of Najarro and Risi (2020): plastic and static quadrupeds on two seen bodies and an unseen one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebbax.comparison.comparison import LEAST_SEEDS
from hebbax.expected import TEXT, Fields
from hebbax.report.style import INK, LAYER_COLOURS, MUTED, figure_style
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_quadruped import (
    BODIES,
    BODY,
    BUDGETS,
    LIVES,
    SEEN,
    SOLVED,
    STATIC,
    UNSEEN,
    condition_of,
    metres,
    on_bodies,
    trained_on,
)
from hebbax.reproduction.study import controllers_text, figure_line, mean_text, save_both, table
from hebbax.runs.evaluation import interval_or_mean
from hebbax.runs.stored_run import StoredRun

PUBLISHED = {
    "Hebbian": {"none": (1051, 113), "right-front": (1019, 116), "left-front": (452, 95)},
    "static": {"none": (1604, 171), "right-front": (1431, 54), "left-front": (68, 56)},
}
"""Mean and standard deviation over 100 lives of the best of several runs."""

FIGURE = "three-bodies"

EXPERIMENT = Experiment(
    title="Quadrupeds with a short leg",
    reference=NAJARRO,
    asks="quadrupeds evolved on two bodies and put on a third: Hebbian, with and without max norm, and static",
    out="results/najarro/table1",
    baseline=STATIC,
    budgets=BUDGETS,
    notes=(
        "Returns are sums of progress, as the authors have them: 100 are 1.7 m, 1,051 are 18.2 m. Theirs are of "
        "PyBullet's ant, ours of the same body in MuJoCo.",
        "The authors give of each column their best run, and say that runs differ much on the unseen body. "
        "Intervals here are of a mean, ± there is a standard deviation.",
        "A life of `quadruped` ends at a fall; a published one goes on for 201 ticks at least.",
    ),
    study="hebbax.reproduction.najarro_table1",
)

NUMBERS = Fields({"condition": TEXT, "trained_on": TEXT, "bodies": Fields(dict.fromkeys(BODIES, BODY))})

Entries = Sequence[tuple[str, Mapping[str, Any]]]


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what 100 lives on each of the three bodies earn."""
    bodies = on_bodies(run, list(BODIES))
    return {"condition": condition_of(run), "trained_on": trained_on(run), "bodies": bodies}


def _groups(numbers: Mapping[str, Any]) -> dict[str, Entries]:
    """Return the controllers of each condition, those that were evolved on other bodies apart."""
    groups: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for name, entry in numbers.items():
        usual = entry["trained_on"] == " and ".join(SEEN)
        title = entry["condition"] + ("" if usual else f", evolved on {entry['trained_on']}")
        groups.setdefault(title, []).append((name, entry))
    return dict(groups)


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the mean return of every controller on every body, beside the published ones."""
    groups = _groups(numbers)
    with figure_style():
        figure = Figure(figsize=(7.0, 4.0), layout="constrained")
        axes = figure.add_subplot()
        for place, (title, entries) in enumerate(groups.items()):
            shift = 0.7 * ((place + 0.5) / len(groups) - 0.5)
            _draw_group(axes, title, entries, shift, LAYER_COLOURS[place % len(LAYER_COLOURS)])
        for name, style in (("Hebbian", ":"), ("static", "--")):
            for place, body in enumerate(BODIES):
                label = "_" if place else f"{name} as published"  # an underscore keeps it out of the legend
                value = PUBLISHED[name][body][0]
                axes.hlines(value, place - 0.4, place + 0.4, color=INK, linestyle=style, linewidth=1.0, label=label)
        axes.axhline(SOLVED, color=MUTED, linewidth=0.8)
        labels = [f"{body}\n{'unseen' if body == UNSEEN else 'seen'}" for body in BODIES]
        axes.set_xticks(range(len(BODIES)), labels)
        axes.set(ylabel="return of a life", title=f"mean over {LIVES} lives, 95 % interval over lives")
        axes.grid(axis="x", visible=False)
        figure.legend(loc="outside lower center", ncols=2)
    return save_both(figure, folder, FIGURE)


def _draw_group(axes: Axes, title: str, entries: Entries, shift: float, colour: str) -> None:
    for number, (_, entry) in enumerate(entries):
        at = np.arange(len(BODIES)) + shift + 0.03 * (number - (len(entries) - 1) / 2)
        returns = [np.array(entry["bodies"][body]["returns"]) for body in BODIES]
        means = [one.mean() for one in returns]
        label = title if number == 0 else None
        axes.plot(at, means, "o", markersize=4, color=colour, label=label)
        for place, one in enumerate(returns):
            axes.plot([at[place]] * 2, interval_or_mean(one), color=colour, linewidth=1.2)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return the table of three bodies, its figure, and every controller on the unseen one."""
    head = ["controllers", "runs", *(f"{body}, {'unseen' if body == UNSEEN else 'seen'}" for body in BODIES)]
    rows = [
        [f"{name}, published", "best", *(f"{mean:,} ± {deviation}" for mean, deviation in bodies.values())]
        for name, bodies in PUBLISHED.items()
    ]
    for title, entries in _groups(numbers).items():
        returns = {body: [entry["bodies"][body]["returns"] for _, entry in entries] for body in BODIES}
        rows.append([title, str(len(entries)), *map(controllers_text, returns.values())])
        if len(entries) > 1:
            rows.append([title, "best", *(mean_text(max(of, key=np.mean)) for of in returns.values())])
    parts = [
        "## Three bodies",
        f"Mean return of the best genome over {LIVES} lives on each body, on random numbers that no training uses; in "
        "brackets the 95 % interval, over lives where there is one controller, over controllers where there are "
        f"{LEAST_SEEDS} or more. With fewer, each is named. *Best* is the best run of each column, as in the paper.",
        table(head, rows),
        figure_line(folder, f"{FIGURE}.png", "Returns on three bodies"),
        "\n".join(f"- {_solved(title, entries)}" for title, entries in _groups(numbers).items()),
        "## Every run on the unseen body",
        f"Solved is a mean return of at least {SOLVED:g}, {metres(SOLVED)}.",
        table(
            [
                "run",
                "evolved on",
                "return on the short left front leg",
                "distance",
                "lives of 100 or more",
                "falls",
                "solved",
            ],
            [_unseen(name, entry) for name, entry in numbers.items()],
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _unseen(name: str, entry: Mapping[str, Any]) -> list[str]:
    returns = np.array(entry["bodies"][UNSEEN]["returns"])
    mean = float(returns.mean())
    far = f"{int((returns >= SOLVED).sum())} of {len(returns)}"
    falls = str(entry["bodies"][UNSEEN]["terminated"])
    return [name, entry["trained_on"], mean_text(returns.tolist()), metres(mean), far, falls, _yes(mean >= SOLVED)]


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _solved(title: str, entries: Entries) -> str:
    """Return on which bodies controllers of one kind get along, in a sentence."""
    counts = {body: sum(np.mean(entry["bodies"][body]["returns"]) >= SOLVED for _, entry in entries) for body in BODIES}
    shares = [
        np.mean(entry["bodies"][UNSEEN]["returns"]) / seen
        for _, entry in entries
        if (seen := np.mean([entry["bodies"][body]["returns"] for body in SEEN])) > 0
    ]
    ends = sorted({f"{share:.2f}" for share in (min(shares), max(shares))}) if shares else []
    kept = f" Of their return on seen bodies they keep {' to '.join(ends)} on the unseen one." if ends else ""
    said = ", ".join(f"{body} by {count} of {len(entries)} runs" for body, count in counts.items())
    return f"{title}: solved are {said}.{kept}"
