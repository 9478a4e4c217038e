"""Whether quadrupeds of Najarro and Risi (2020) also walk from first weights of another distribution."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.errors import HebbaxError
from hebbax.expected import TEXT, Fields, ListOf, number, whole
from hebbax.experiments.initial_weights import label, why_not_drawn
from hebbax.networks.initial import InitialWeights
from hebbax.report.style import LAYER_COLOURS, figure_style
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_look import context_of, interval_text
from hebbax.reproduction.najarro_quadruped import HEBBIAN, NORMED, RUNS, metres, shipped_rules, some_of_them
from hebbax.reproduction.study import figure_line, mean_text, save_both, table
from hebbax.runs.evaluation import interval_or_mean
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.stress import retained_return, returns_of
from hebbax.types import MOST_RETURN

FIGURE = "first-weights"
_LIVES = 100
OWN, PUBLISHED = InitialWeights("uniform", 0.1), InitialWeights("normal", 0.1)
DISTRIBUTIONS = (
    OWN,
    PUBLISHED,
    InitialWeights("normal", 0.316),
    InitialWeights("normal", 0.024),
    InitialWeights("constant", 0.0),
    InitialWeights("uniform", 1.0),
)
"""The paper's, both readings of its N(0, 0.1), the normal one of its code, no weights at all, and large ones."""

EXPERIMENT = Experiment(
    title="First weights that evolution did not meet",
    reference=NAJARRO,
    asks="whether rules that were evolved from weights U(±0.1) also work from N(0, 0.1) and others",
    out="results/najarro/init",
    budgets=some_of_them({HEBBIAN: 1, NORMED: 1}),
    notes=(
        "The authors say that their rules, evolved from U(−0.1, 0.1), work as well from N(0, 0.1), without a number. "
        "Whether 0.1 is the deviation or the variance is not said: both are here.",
    ),
    runs_of=RUNS,
    also=shipped_rules(),
    study="hebbax.reproduction.najarro_init",
)

_GROUP = Fields({"distribution": TEXT, "returns": ListOf(number(-MOST_RETURN, MOST_RETURN)), "diverged": whole()})
NUMBERS = Fields({"groups": ListOf(_GROUP, len(DISTRIBUTIONS))})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return what lives earn with first weights of each distribution; life i has the same body in all of them.

    Raises HebbaxError for a policy whose first weights are not drawn from one distribution.
    """
    context = context_of(run, _LIVES)
    if not context.policy.plastic:
        raise HebbaxError(f"first weights: the weights of policy {context.policy.name!r} do not change during a life")
    if (reason := why_not_drawn(context.policy)) is not None:
        raise HebbaxError(f"first weights: {reason}")
    groups = []
    for distribution in DISTRIBUTIONS:
        lives = context.with_policy(context.policy.with_initial(distribution)).evaluate()
        groups.append(
            {
                "distribution": label(distribution),
                "returns": returns_of(lives).tolist(),
                "diverged": int(lives.diverged.sum()),
            }
        )
    return {"groups": groups}


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw the mean return of each controller from each distribution."""
    with figure_style():
        figure = Figure(figsize=(7.0, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for place, (name, entry) in enumerate(numbers.items()):
            at = np.arange(len(DISTRIBUTIONS)) + 0.1 * (place - (len(numbers) - 1) / 2)
            returns = [np.array(group["returns"]) for group in entry["groups"]]
            colour = LAYER_COLOURS[place % len(LAYER_COLOURS)]
            axes.plot(at, [one.mean() for one in returns], "o", markersize=5, color=colour, label=name)
            for where, one in zip(at, returns, strict=True):
                axes.plot([where] * 2, interval_or_mean(one), color=colour, linewidth=1.2)
        axes.set_xticks(range(len(DISTRIBUTIONS)), [label(one) for one in DISTRIBUTIONS], rotation=20)
        axes.set(ylabel="return of a life", title=f"mean over {_LIVES} lives, 95 % interval over lives")
        axes.grid(axis="x", visible=False)
        figure.legend(loc="outside lower center")
    return save_both(figure, folder, FIGURE)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return the returns from each distribution, and what is kept of that from the evolved one."""
    rows = []
    for name, entry in numbers.items():
        own = np.array(entry["groups"][0]["returns"])
        for group in entry["groups"]:
            returns = np.array(group["returns"])
            share, interval = retained_return(returns, own)
            kept = "–" if share is None else f"{share:.2f}" + ("" if interval is None else interval_text(*interval, 2))
            said = {label(PUBLISHED): "works", label(OWN): "evolved on it"}.get(group["distribution"], "–")
            far = metres(float(returns.mean()))
            rows.append([name, group["distribution"], said, mean_text(returns.tolist()), far, kept])
    head = ["controller", "first weights", "published", "return", "distance", "of its own"]
    parts = [
        "## First weights",
        f"Mean return of the best genome over {_LIVES} lives on the whole body, with 95 % intervals over lives. *Of "
        "its own* is the return over that from U(±0.1), life by life with the same body and its interval from "
        "resampled pairs.",
        table(head, rows),
        figure_line(folder, f"{FIGURE}.png", "Returns by the distribution of first weights"),
    ]
    return "\n\n".join(part for part in parts if part)
