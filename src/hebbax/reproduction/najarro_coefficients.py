"""What evolution made of the coefficients of quadrupeds of Najarro and Risi (2020): histograms, and how normal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.evolution.first_mean import first_mean, lives_before_mean
from hebbax.expected import Fields, ObjectOf, number, or_null, whole
from hebbax.report.plots.coefficients import coefficients_of, plot_coefficients
from hebbax.report.style import figure_of
from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_look import figure_name
from hebbax.reproduction.najarro_quadruped import HEBBIAN, NORMED, RUNS, shipped_rules, some_of_them
from hebbax.reproduction.study import figure_line, save_both, table
from hebbax.runs.stored_run import StoredRun

EXPERIMENT = Experiment(
    title="The coefficients of a quadruped's rules",
    reference=NAJARRO,
    asks="histograms of the evolved coefficients, and how near they are to a normal distribution",
    out="results/najarro/coefficients",
    budgets=some_of_them({HEBBIAN: 1, NORMED: 1}),
    notes=(
        "The authors show histograms that look normal. A search that begins at N(0, 1) and adds normal steps keeps "
        "such a histogram whatever it learns; the correlation with its first mean says how much of that is left.",
    ),
    runs_of=RUNS,
    also=shipped_rules(),
    study="hebbax.reproduction.najarro_coefficients",
)

_SHAPE = Fields(
    {
        "count": whole(1),
        "mean": number(),
        "deviation": number(0.0),
        "skewness": number(),
        "kurtosis": number(),
        "first": or_null(number(-1.001, 1.001)),
    }
)
NUMBERS = Fields({"coefficients": ObjectOf(_SHAPE)})


def measure(run: StoredRun) -> dict[str, Any]:
    """Return the moments of each coefficient over all synapses, and if there is a first mean its correlation with that.

    Raises HebbaxError for a policy without a rule.
    """
    first, found = _first(run), {}
    for name, values in _evolved(run).items():
        correlation = None if first is None else _correlation(values, first[name])
        found[name] = {**moments(values), "first": correlation}
    return {"coefficients": found}


def _evolved(run: StoredRun) -> dict[str, np.ndarray]:
    if not run.policy.plastic:
        raise HebbaxError(f"coefficients: policy {run.policy.name!r} has no rule")
    return coefficients_of(run.policy, run.controller("best").genome[None])


def _first(run: StoredRun) -> dict[str, np.ndarray] | None:
    """Return the coefficients of the first mean; None where it is another run's controller, or lives have made it."""
    if run.trained.training.begins_elsewhere or lives_before_mean(run.trained):
        return None
    return coefficients_of(run.policy, np.asarray(first_mean(run.trained, run.policy))[None])


def moments(values: np.ndarray) -> dict[str, Any]:
    """Return count, mean, standard deviation, skewness and excess kurtosis of values [n]; 0 where all are the same.

    >>> found = moments(np.array([-1.0, 1.0]))
    >>> found["deviation"], found["skewness"], found["kurtosis"]
    (1.0, 0.0, -2.0)
    """
    values = values.astype(np.float64)
    deviation = float(values.std())
    standard = (values - values.mean()) / (deviation or 1.0)
    return {
        "count": len(values),
        "mean": float(values.mean()),
        "deviation": deviation,
        "skewness": float(np.mean(standard**3)),
        "kurtosis": float(np.mean(standard**4)) - 3.0 if deviation else 0.0,
    }


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if not (first.std() and second.std()):
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def draw(runs: Mapping[str, StoredRun], numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw a histogram of each coefficient of each controller, and of the first mean in outline."""
    paths = []
    for name, run in runs.items():
        paths += save_both(figure_of(plot_coefficients(_evolved(run), _first(run))), folder, _figure(name))
    return paths


def _figure(name: str) -> str:
    return figure_name("coefficients", name)


def section(numbers: Mapping[str, Any], folder: Path) -> str:
    """Return the moments of each coefficient, beside those of a normal distribution."""
    rows = [["published", "all", "–", "–", "about 0 (normal)", "about 0 (normal)", "–"]]
    for name, entry in numbers.items():
        rows += [_row(name, sign, shape) for sign, shape in entry["coefficients"].items()]
    head = [
        "controller",
        "coefficient",
        "mean",
        "deviation",
        "skewness",
        "excess kurtosis",
        "correlation with the first",
    ]
    parts = [
        "## How normal the coefficients are",
        "Over all synapses of the best genome. Both measures are 0 for a normal distribution; ± there is the 95 % "
        "interval that so many normal values would have about it.",
        table(head, rows),
        *(figure_line(folder, f"{_figure(name)}.png", f"Coefficients, {name}") for name in numbers),
    ]
    return "\n\n".join(part for part in parts if part)


def _row(name: str, sign: str, shape: Mapping[str, Any]) -> list[str]:
    errors = [1.96 * np.sqrt(factor / shape["count"]) for factor in (6, 24)]  # of large normal samples
    measures = [f"{shape[key]:.3f} ± {error:.3f}" for key, error in zip(("skewness", "kurtosis"), errors, strict=True)]
    first = "–" if shape["first"] is None else f"{shape['first']:.2f}"
    return [name, sign, f"{shape['mean']:.3f}", f"{shape['deviation']:.3f}", *measures, first]
