"""A comparison of runs as rows, Markdown and JSON, and the files that hold them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.comparison.comparison import LEAST_SEEDS, Group, Table, improvement, summarise
from hebbax.comparison.curves import METRICS, Curve
from hebbax.comparison.figure import plot_comparison_curves
from hebbax.errors import unknown_name
from hebbax.files.atomic_write import write_text_atomically
from hebbax.policies.sizes import SIZE_COLUMNS, size_cells
from hebbax.report.style import save_figure, save_vector_figure

MARKDOWN, DATA, CURVES = "comparison.md", "comparison.json", "learning-curves"

Rows = tuple[list[str], list[list[str]]]


def check_baseline(tables: Sequence[Table], baseline: str | None) -> None:
    """Raise HebbaxError if no table has a group or policy of this name."""
    names = {name for table in tables for group in table.groups for name in (group.name, group.policy)}
    if baseline is not None and baseline not in names:
        raise unknown_name("baseline", baseline, names)


def baseline_of(table: Table, baseline: str | None) -> Group:
    """Return the group that the others of a table are compared with: the named one, else the first."""
    for group in table.groups:
        if baseline in (group.name, group.policy):
            return group
    return table.groups[0]


def rows_of(table: Table, baseline: str | None = None) -> Rows:
    """Return the columns and one row per group, as text.

    From LEAST_SEEDS seeds on a group has its statistics, below that one number per seed.
    """
    base = baseline_of(table, baseline)
    statistics = any(group.enough for group in table.groups)
    singles = any(not group.enough for group in table.groups)
    improvements = base.enough and sum(group.enough for group in table.groups) > 1
    columns = ["policy", *SIZE_COLUMNS, "seeds"]
    columns += ["mean", "95 % interval", "interquartile mean", "95 % interval of it"] if statistics else []
    columns += [f"P(better than {base.name})"] if improvements else []
    columns += ["single results"] if singles else []
    rows = []
    for group in table.groups:
        row = [group.name, *size_cells(group.sizes), str(len(group.valid_curves))]
        row += _statistics_cells(group) if statistics else []
        row += [_improvement_cell(group, base)] if improvements else []
        row += ["" if group.enough else _singles(group)] if singles else []
        rows.append(row)
    return columns, rows


def remarks_of(table: Table) -> list[str]:
    """Return the remarks below a table: on runs that do not count, and on lives that diverged."""
    remarks = []
    for group in table.groups:
        for curve in group.curves:
            where = f"{group.name} seed {curve.config.seed} ({curve.source})"
            at = f"generation {curve.generation} of {curve.config.generations}"
            if not curve.finished:
                remarks.append(f"unfinished, not counted: {where}: {at}, {text_of(curve.final)} so far")
            elif not np.isfinite(curve.final):
                remarks.append(f"no return, not counted: {where}: every life at the end diverged")
            elif curve.diverged:
                remarks.append(f"{where}: {curve.diverged:.0%} of the lives at the end diverged and are left out")
    return remarks


def markdown_of(
    tables: Sequence[Table], metric: str, baseline: str | None = None, generations: int | None = None
) -> str:
    """Return the tables as a page of Markdown; `generations` is what runs were compared at, else their end."""
    when = "at the end of each run" if generations is None else f"at generation {generations} of each run"
    parts = [f"Return: {METRICS[metric]} (`{metric}`), {when}. {_RULE}\n"]
    for table in tables:
        columns, rows = rows_of(table, baseline)
        lines = [f"### {table.name}\n", _line(columns), _line(["---"] * len(columns)), *(_line(row) for row in rows)]
        remarks = [f"- {remark}" for remark in remarks_of(table)]
        parts.append("\n".join([*lines, *(["", *remarks] if remarks else [])]) + "\n")
    return "\n".join(parts)


def json_of(tables: Sequence[Table], metric: str, generations: int | None = None) -> dict[str, Any]:
    """Return the tables under the documented keys, with the probability of improvement of every pair of groups."""
    return {"metric": metric, "generations": generations, "tables": [_table_json(table) for table in tables]}


def comparison_paths(folder: Path) -> list[Path]:
    """Return the files that `write_comparison` writes into a folder."""
    return [folder / name for name in (MARKDOWN, DATA, f"{CURVES}.png", f"{CURVES}.svg")]


def write_comparison(
    folder: Path,
    tables: Sequence[Table],
    metric: str,
    *,
    baseline: str | None = None,
    generations: int | None = None,
    across: str | None = None,
    on_file: Callable[[Path], None] = lambda path: None,
) -> None:
    """Write the tables as Markdown and JSON, and the learning curves as PNG and SVG.

    Args:
        folder: where to; made if missing.
        tables: of `compare`.
        metric: what the runs were compared by, one of METRICS.
        baseline: group or policy that the others are compared with; by default the first of each table.
        generations: what runs were compared at; by default their end.
        across: what the curves are drawn over, as `plot_comparison_curves` has it.
        on_file: gets the path of each file once all are written.

    Raises HebbaxError where one cannot be written.
    """
    figure = plot_comparison_curves(tables, across=across, ylabel=f"return ({metric.replace('-', ' ')})")
    save_figure(figure, folder / f"{CURVES}.png")  # makes the folder
    save_vector_figure(figure, folder / f"{CURVES}.svg")
    write_text_atomically(folder / MARKDOWN, markdown_of(tables, metric, baseline, generations))
    write_text_atomically(folder / DATA, json.dumps(json_of(tables, metric, generations), indent=1) + "\n")
    for path in comparison_paths(folder):
        on_file(path)


def text_of(value: float | None) -> str:
    """Return a return as text, with a decimal below 1,000, or a dash where there is none."""
    if value is None or not np.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}"


_RULE = (
    f"From {LEAST_SEEDS} finished seeds on: mean and interquartile mean over seeds, each with its 95 % bootstrap "
    "interval (Agarwal et al. 2021). Below that: one number a seed."
)


def _statistics_cells(group: Group) -> list[str]:
    summary = summarise(group)
    return [
        text_of(summary.mean),
        _interval(summary.mean_ci95),
        text_of(summary.interquartile_mean),
        _interval(summary.interquartile_mean_ci95),
    ]


def _improvement_cell(group: Group, base: Group) -> str:
    estimate = None if group is base else improvement(group, base)
    return "–" if estimate is None else f"{estimate.probability:.2f} ({estimate.ci95[0]:.2f} to {estimate.ci95[1]:.2f})"


def _interval(interval: tuple[float, float] | None) -> str:
    return "–" if interval is None else " to ".join(text_of(bound) for bound in interval)


def _singles(group: Group) -> str:
    return "; ".join(f"{text_of(curve.final)} (seed {curve.config.seed})" for curve in group.valid_curves) or "–"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table_json(table: Table) -> dict[str, Any]:
    pairs = (improvement(group, over) for over, group in combinations(table.groups, 2))
    return {
        "task": table.settings["task.name"],
        "settings": table.settings,
        "groups": [_group_json(group) for group in table.groups],
        "improvements": [
            {"group": pair.group, "over": pair.over, "probability": pair.probability, "ci95": list(pair.ci95)}
            for pair in pairs
            if pair is not None
        ],
    }


def _group_json(group: Group) -> dict[str, Any]:
    summary = summarise(group)
    return {
        "name": group.name,
        "policy": group.policy,
        **group.sizes,
        "settings": group.settings,
        "seeds": [curve.config.seed for curve in group.valid_curves],
        "returns": group.finals.tolist(),
        "mean": summary.mean,
        "mean_ci95": _as_list(summary.mean_ci95),
        "interquartile_mean": summary.interquartile_mean,
        "interquartile_mean_ci95": _as_list(summary.interquartile_mean_ci95),
        "runs": [_run_json(curve) for curve in group.curves],
    }


def _as_list(interval: tuple[float, float] | None) -> list[float] | None:
    return None if interval is None else list(interval)


def _run_json(curve: Curve) -> dict[str, Any]:
    return {
        "run": curve.source,
        "seed": curve.config.seed,
        "generation": curve.generation,
        "generations": curve.config.generations,
        "return": curve.final if np.isfinite(curve.final) else None,
        "diverged": curve.diverged,
    }
