"""How often verdicts on known systems are right, over noise and record lengths: the tables of docs/attractors.md.

`python -m hebbax.attractors.validation.error_rates` prints them, and with `--json FILE` writes the counts behind them;
the lives are others than those that the thresholds were set on.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.attractors.han_ratio import published_ratio
from hebbax.attractors.validation.known_systems import KNOWN_SYSTEMS, sample_lives, system_named
from hebbax.attractors.verdict import verdict
from hebbax.files.atomic_write import write_text_atomically
from hebbax.versions import environment

TICKS = (300, 1000, 3000)
SNR_DB = (math.inf, 40, 30, 20, 10)
REFERENCE = (1000, 20)
"""Ticks and decibels of the cell with the most lives."""

SEED = 2026
"""Of the tables. Thresholds were set on lives of the seeds 777 to 779."""

PERIOD_ERROR = 0.01
"""Relative error up to which a period is right."""

SURE = 0.75
"""Confidence above which a verdict counts as sure."""


@dataclass(frozen=True)
class Cell:
    """Verdicts on lives of one system, of one length and with one level of noise."""

    system: str
    ticks: int
    snr_db: float  # infinite without noise
    labels: dict[str, int]  # how often each verdict came
    published: dict[str, int]  # the same of HAN's ratio
    sure: int  # verdicts above SURE
    sure_right: int
    cycles: int = 0  # verdicts of a limit cycle where the period is known
    periods_right: int = 0  # of those, within 1 %

    @property
    def lives(self) -> int:
        """How many lives there are."""
        return sum(self.labels.values())

    @property
    def right(self) -> float:
        """The part of the verdicts that are right."""
        return self.labels.get(system_named(self.system).label, 0) / self.lives

    @property
    def han_ratio_right(self) -> float:
        """The part of what HAN's ratio says that is right."""
        return self.published.get(system_named(self.system).label, 0) / self.lives


def measure_cell(system: str, ticks: int, snr_db: float, lives: int, seed: int = SEED) -> Cell:
    """Give verdicts on lives of a system, and count how many are right.

    Args:
        system: name of one of `KNOWN_SYSTEMS`.
        ticks: length of each life.
        snr_db: signal over noise in decibels, infinite without noise.
        lives: how many.
        seed: the lives of each cell are drawn from it, and from the cell's own place.

    Raises HebbaxError for an unknown system.
    """
    known_system = system_named(system)
    place = [other.name for other in KNOWN_SYSTEMS].index(system)
    generator = np.random.default_rng([seed, place, ticks, 1000 if math.isinf(snr_db) else int(snr_db)])
    samples = sample_lives(known_system, generator, lives, ticks, snr_db)
    verdicts = [verdict(life.weights, 0.05) for life in samples]
    periods = [
        (one.period_ticks, life.period)
        for one, life in zip(verdicts, samples, strict=True)
        if one.period_ticks is not None and life.period is not None
    ]
    sure = [one for one in verdicts if one.confidence > SURE]
    return Cell(
        system=system,
        ticks=ticks,
        snr_db=snr_db,
        labels=dict(Counter(one.label for one in verdicts)),
        published=dict(Counter(published_ratio(life.weights).label for life in samples)),
        sure=len(sure),
        sure_right=sum(one.label == known_system.label for one in sure),
        cycles=len(periods),
        periods_right=sum(abs(period / true - 1) <= PERIOD_ERROR for period, true in periods),
    )


def measure_cells(lives: int, reference_lives: int, workers: int) -> list[Cell]:
    """Measure every system at all lengths and noises, the reference cell with more lives, in `workers` processes."""
    jobs = [
        (system.name, ticks, snr_db, reference_lives if (ticks, snr_db) == REFERENCE else lives)
        for system, ticks, snr_db in product(KNOWN_SYSTEMS, TICKS, SNR_DB)
    ]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(measure_cell, *zip(*jobs, strict=True)))


def noise_table(cells: Sequence[Cell]) -> str:
    """Return the Markdown table of how many verdicts in a hundred are right, one column per length and noise."""
    columns = list(product(TICKS, SNR_DB))
    by_place = {(cell.system, cell.ticks, cell.snr_db): cell for cell in cells}
    head = ["known system", "deserves", *(column_name(*column) for column in columns)]
    lines = [_row(head), _row(["---", "---", *["--:"] * len(columns)])]
    for system in KNOWN_SYSTEMS:
        row = [by_place[system.name, *column] for column in columns]
        lines.append(_row([system.name, system.label, *(_percent(cell.right) for cell in row)]))
    return "\n".join(lines)


def reference_table(cells: Sequence[Cell]) -> str:
    """Return the Markdown table of all verdicts of the reference cell, beside what HAN's ratio says."""
    lines = [
        _row(["known system", "deserves", "verdicts", "right", "periods right", "published ratio says", "right"]),
        _row(["---", "---", "---", "--:", "--:", "---", "--:"]),
    ]
    for cell in cells:
        if (cell.ticks, cell.snr_db) == REFERENCE:
            label = system_named(cell.system).label
            verdicts, ratio_labels = _counts(cell.labels), _counts(cell.published)
            right, han_ratio_right = _percent(cell.right), _percent(cell.han_ratio_right)
            periods = f"{cell.periods_right} of {cell.cycles}" if cell.cycles else "–"
            lines.append(_row([cell.system, label, verdicts, right, periods, ratio_labels, han_ratio_right]))
    return "\n".join(lines)


def han_ratio_table(cells: Sequence[Cell]) -> str:
    """Return the Markdown table of how often HAN's ratio is right, on systems whose label it can give."""
    ticks = REFERENCE[0]
    by_place = {(cell.system, cell.ticks, cell.snr_db): cell for cell in cells}
    lines = [
        _row(["known system", "deserves", *(_noise(snr_db) for snr_db in SNR_DB)]),
        _row(["---", "---", *["--:"] * len(SNR_DB)]),
    ]
    for system in KNOWN_SYSTEMS:
        if system.label in ("fixed-point", "limit-cycle"):
            shares = [_percent(by_place[system.name, ticks, snr_db].han_ratio_right) for snr_db in SNR_DB]
            lines.append(_row([system.name, system.label, *shares]))
    return "\n".join(lines)


def confidence_line(cells: Sequence[Cell]) -> str:
    """Return the sentence on how far confidence can be trusted."""
    sure, sure_right = sum(cell.sure for cell in cells), sum(cell.sure_right for cell in cells)
    lives, right = sum(cell.lives for cell in cells), sum(round(cell.right * cell.lives) for cell in cells)
    return (
        f"Over all {lives:,} lives, {100 * sure_right / sure:.1f} % of the {sure:,} verdicts with a confidence above "
        f"{SURE} are right, and {100 * (right - sure_right) / (lives - sure):.1f} % of the others."
    )


def to_json(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return the counts behind the tables, of which `from_json` makes the cells again."""
    return {"schema": 1, "seed": SEED, "versions": environment(), "cells": [_plain(cell) for cell in cells]}


def from_json(document: dict[str, Any]) -> list[Cell]:
    """Return the cells of what `to_json` returned."""
    return [
        Cell(**{**cell, "snr_db": math.inf if cell["snr_db"] is None else cell["snr_db"]}) for cell in document["cells"]
    ]


def _plain(cell: Cell) -> dict[str, Any]:
    """Return a cell without infinity, which JSON has no word for: no noise is null."""
    return {**asdict(cell), "snr_db": None if math.isinf(cell.snr_db) else cell.snr_db}


def tables(cells: Sequence[Cell]) -> list[str]:
    """Return the three tables and the sentence on confidence, Markdown, as docs/attractors.md holds them."""
    return [reference_table(cells), noise_table(cells), han_ratio_table(cells), confidence_line(cells)]


def column_name(ticks: int, snr_db: float) -> str:
    """Return the head of a column."""
    return f"{ticks:,}: {_noise(snr_db)}"


def _noise(snr_db: float) -> str:
    return "no noise" if math.isinf(snr_db) else f"{snr_db:.0f} dB"


def _counts(labels: dict[str, int]) -> str:
    return ", ".join(f"{count} {label}" for label, count in sorted(labels.items(), key=lambda item: -item[1]))


def _percent(part: float) -> str:
    return f"{100 * part:.1f}".removesuffix(".0")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _main() -> None:
    options = argparse.ArgumentParser(prog="python -m hebbax.attractors.validation.error_rates")
    options.add_argument("--json", type=Path, metavar="FILE", help="write the counts behind the tables")
    arguments = options.parse_args()
    cells = measure_cells(lives=20, reference_lives=200, workers=2)
    if arguments.json is not None:
        write_text_atomically(arguments.json, json.dumps(to_json(cells), indent=1) + "\n")
    sys.stdout.write("\n\n".join(tables(cells)) + "\n")


if __name__ == "__main__":
    _main()
