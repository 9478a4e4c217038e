"""Conditions A to E of Hebbian Attractor Networks beside what the paper says of them: two tables of docs/attractors.md.

`python -m hebbax.reproduction.conditions FILE ...` prints them from files that `hebbax analyze` wrote: one row per
condition, then one row per controller. The paper: Dittrich, van Diggelen, Floreano, ICRA 2026, arXiv 2603.22512.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.analysis.document import read_analysis
from hebbax.attractors.verdict import LABELS
from hebbax.errors import HebbaxError

CLAIMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "han-a": ("unbounded", ("diverging",)),
    "han-b": ("limit cycle", ("limit-cycle",)),
    "han-c": ("either", ("fixed-point", "limit-cycle")),
    "han-d": ("either", ("fixed-point", "limit-cycle")),
    "han-e": ("fixed point", ("fixed-point",)),
}
"""What the paper says of each condition's weights, and the verdicts that agree with it."""


def conditions_table(documents: Sequence[dict[str, Any]]) -> str:
    """Return the Markdown table of analyses, those of one condition together.

    Raises HebbaxError for an analysis of another policy, or where there is none.
    """
    _check(documents)
    head = ["condition", "published", "controllers", "lives", "verdicts", "agree", "motion", "λ a tick", "ratio rule"]
    lines = [_line(head), _line(["---", "---", "--:", "--:", "---", "--:", "--:", "--:", "---"])]
    for policy in CLAIMS:
        group = [document for document in documents if document["policy"] == policy]
        if group:
            lines.append(_line(_cells(policy, group)))
    return "\n".join(lines)


def controllers_table(analyses: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """Return the Markdown table of analyses with their names, one row per analysis.

    Raises HebbaxError as `conditions_table` does.
    """
    _check([document for _, document in analyses])
    head = ["controller", "median return", "verdicts", "agree", "motion", "λ a tick"]
    lines = [_line(head), _line(["---", "--:", "---", "--:", "--:", "--:"])]
    for name, document in analyses:
        returns = [life["return"] for life in document["lives"]]
        lines.append(_line([name, _median(returns, "{:,.0f}"), *_verdict_cells(document["policy"], document["lives"])]))
    return "\n".join(lines)


def _check(documents: Sequence[dict[str, Any]]) -> None:
    if not documents:
        raise HebbaxError("no analysis given: expected files that `hebbax analyze` wrote")
    for document in documents:
        if document["policy"] not in CLAIMS:
            raise HebbaxError(f"policy {document['policy']!r}: expected one of {', '.join(CLAIMS)}")


def _cells(policy: str, group: Sequence[dict[str, Any]]) -> list[str]:
    lives = [life for document in group for life in document["lives"]]
    ratios = Counter(life["published_ratio"]["label"] for life in lives if life["published_ratio"])
    counts = (str(len(group)), str(len(lives)))
    return [policy, CLAIMS[policy][0], *counts, *_verdict_cells(policy, lives), _counts(ratios, LABELS)]


def _verdict_cells(policy: str, lives: Sequence[dict[str, Any]]) -> list[str]:
    """Return the cells that both tables have: verdicts, agree, motion, λ."""
    verdicts = [life["verdict"] for life in lives if life["verdict"]]
    labels = Counter(verdict["label"] for verdict in verdicts)
    motions = [verdict["evidence"]["shared_motion"] for verdict in verdicts if "shared_motion" in verdict["evidence"]]
    exponents = [life["lyapunov"]["with_body"]["exponent"] for life in lives if life["lyapunov"]["with_body"]]
    agree = sum(labels[label] for label in CLAIMS[policy][1])
    return [
        _counts(labels, LABELS),
        f"{agree} of {len(verdicts)}",
        _median(motions, "{:.2f}"),
        _median(exponents, "{:+.3f}"),
    ]


def _counts(labels: Counter[str], order: Sequence[str]) -> str:
    return ", ".join(f"{labels[label]} {label}" for label in order if labels[label]) or "–"


def _median(values: Sequence[float | None], form: str) -> str:
    numbers = [value for value in values if value is not None]
    return form.format(np.median(numbers)) if numbers else "–"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _main() -> None:
    options = argparse.ArgumentParser(prog="python -m hebbax.reproduction.conditions")
    options.add_argument("files", nargs="+", type=Path, metavar="FILE", help="analysis.json of a run")
    analyses = [(path.parent.name, read_analysis(path)) for path in options.parse_args().files]
    sys.stdout.write(f"{conditions_table([document for _, document in analyses])}\n\n{controllers_table(analyses)}\n")


if __name__ == "__main__":
    _main()
