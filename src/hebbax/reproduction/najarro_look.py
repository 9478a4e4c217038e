"""What experiments on single controllers of Najarro and Risi (2020) share: one is made, kept, and drawn again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbax.expected import TEXT, Fields
from hebbax.experiments.context import Context
from hebbax.experiments.registry import draw
from hebbax.experiments.result import Result
from hebbax.experiments.shapes import SETTING
from hebbax.reproduction.study import figure_line, save_both
from hebbax.runs.stored_run import StoredRun

LIVES = 20


def context_of(run: StoredRun, lifetimes: int = LIVES, damage: str = "") -> Context:
    """Return a controller on the whole body or a damaged one, whatever it was evolved on, and so many lives."""
    return Context.open(run.under(damage=damage), name=run.folder.path.name, lifetimes=lifetimes)


def kept(result: Result) -> dict[str, Any]:
    """Return what is kept of the result of an experiment."""
    return {"sentence": result.sentence, "setting": result.setting, "values": result.values}


def kept_shape(values: Fields) -> Fields:
    """Return what `kept` returns, of an experiment with these values."""
    return Fields({"sentence": TEXT, "setting": SETTING, "values": values})


def figure_name(what: str, controller: str) -> str:
    """Return the name of a controller's figure, without its ending."""
    return f"{what}-{re.sub(r'[^A-Za-z0-9_.=-]+', '_', controller).strip('_')}"


def draw_kept(experiment: str, numbers: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw an experiment on each controller, of what is kept of it."""
    paths = []
    for name, entry in numbers.items():
        figure = draw(Result(experiment, entry["sentence"], entry["setting"], entry["values"]))
        paths += save_both(figure, folder, figure_name(experiment, name))
    return paths


def pictures(what: str, numbers: Mapping[str, Any], folder: Path, text: str) -> list[str]:
    """Return of each controller its sentence, if it has one, and its figure."""
    lines = []
    for name, entry in numbers.items():
        said = f"**{name}**: {entry['sentence']}" if "sentence" in entry else ""
        lines += [said, figure_line(folder, f"{figure_name(what, name)}.png", f"{text}, {name}")]
    return lines


def interval_text(low: float, high: float, digits: int = 0) -> str:
    """Return an interval in brackets, after a blank."""
    return f" ({low:,.{digits}f} to {high:,.{digits}f})"


def median_text(summary: Mapping[str, Any], unit: str = "") -> str:
    """Return the median of a summary with its 95 % interval, such as "48 (40 to 61) ticks"; a dash where none is."""
    if summary["median"] is None:
        return "–"
    ends = summary["median_ci95"]
    return f"{summary['median']:,.0f}{'' if ends is None else interval_text(*ends)}{unit and f' {unit}'}"
