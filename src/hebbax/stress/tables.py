"""Stressed controllers side by side: rows to print and as Markdown, and the files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hebbax.analysis.statistics import resting_on
from hebbax.comparison.tables import text_of
from hebbax.files.atomic_write import write_text_atomically
from hebbax.report.style import save_figure, save_vector_figure
from hebbax.stress.figure import plot_stress
from hebbax.stress.physics import HELD, SUITE
from hebbax.stress.stress import Outcome, Stressed, holds_up, returns_of
from hebbax.stress.suites import Case

MARKDOWN, DATA, FIGURE = "stress.md", "stress.json", "stress"


def cases_side_by_side(stressed: Sequence[Stressed]) -> list[Case]:
    """Return every case that any controller was put through, in order."""
    cases: dict[tuple[str, str], Case] = {}
    for one in stressed:
        for outcome in one.outcomes[1:]:
            if outcome.case is not None:
                cases.setdefault((outcome.case.suite, outcome.case.label), outcome.case)
    return list(cases.values())


def rows_of(stressed: Sequence[Stressed]) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns, and the rows: the unharmed lives first, then case by case."""
    columns = ["suite", "what happens", *(f"{one.name}: return kept" for one in stressed)]
    rows = [["–", "nothing: mean return", *(text_of(float(returns_of(one.unharmed.lives).mean())) for one in stressed)]]
    for case in cases_side_by_side(stressed):
        rows.append([case.suite, case.label, *(_cell(one.of(case)) for one in stressed)])
    return columns, rows


def _cell(outcome: Outcome | None) -> str:
    if outcome is None:
        return "–"
    seen = ", seen" if outcome.seen else ""
    if outcome.retained is None:
        return f"– (return {text_of(float(returns_of(outcome.lives).mean()))}{seen})"
    interval = "–" if outcome.interval is None else " to ".join(f"{bound:.2f}" for bound in outcome.interval)
    return f"{outcome.retained:.2f} ({interval}{seen})"


def remarks_of(stressed: Sequence[Stressed]) -> list[str]:
    """Return sentences that a reader of the table needs."""
    lives = sorted({len(one.unharmed.lives.returns) for one in stressed})
    remarks = [
        "Kept is the mean return over that of the same lives with nothing happening, with the interval of resampled "
        f"lives. Seen is what training had. {resting_on(lives[0], lives[-1])}"
    ]
    for one in stressed:
        held = holds_up(one)
        if held is not None:
            least = f"{100 * HELD:.0f} %"
            remarks.append(
                f"{one.name} keeps {least} or more of its return in all other physics."
                if held
                else f"{one.name} does not hold up in other physics: it keeps less than {least} {_where(one)}."
            )
        remarks += [f"{one.name}: {line}." for line in one.left_out]
    return remarks


def _where(stressed: Stressed) -> str:
    """Return in which physics a controller keeps too little."""
    fallen = [
        f"{outcome.retained:.2f} with {outcome.case.label}"
        for outcome in stressed.outcomes[1:]
        if outcome.case and outcome.case.suite == SUITE and outcome.retained is not None and outcome.retained < HELD
    ]
    return f"({', '.join(fallen)})"


def markdown_of(stressed: Sequence[Stressed]) -> str:
    """Return the table with its remarks."""
    columns, rows = rows_of(stressed)
    lines = [columns, ["---"] * len(columns), *rows]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"# Under stress\n\n{table}\n\n" + "\n".join(f"- {remark}" for remark in remarks_of(stressed)) + "\n"


def stress_paths(folder: Path) -> list[Path]:
    """Return the files that `write_stress` writes."""
    return [folder / name for name in (MARKDOWN, DATA, f"{FIGURE}.png", f"{FIGURE}.svg")]


def write_stress(folder: Path, stressed: Sequence[Stressed], values: dict[str, Any]) -> None:
    """Write table, document and figure into a folder, made if missing. Raises HebbaxError where one cannot be."""
    figure = plot_stress(stressed, cases_side_by_side(stressed))
    save_figure(figure, folder / f"{FIGURE}.png")  # makes the folder
    save_vector_figure(figure, folder / f"{FIGURE}.svg")
    write_text_atomically(folder / MARKDOWN, markdown_of(stressed))
    write_text_atomically(folder / DATA, json.dumps(values, indent=1, allow_nan=False) + "\n")
