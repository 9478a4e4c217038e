"""What the quadrupeds of Najarro and Risi (2020) need to recover: a table for `najarro-saturate` and `najarro-zero`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebbax.reproduction.najarro_look import LIVES, median_text, pictures
from hebbax.reproduction.study import table


def recovery_section(
    experiment: str, title: str, published: str, numbers: Mapping[str, Any], folder: Path, explained: str
) -> str:
    """Return how long each controller takes, beside the published number, and its figure.

    Args:
        experiment: of `hebbax experiment`.
        title: of the section.
        published: what the authors report, in ticks.
        numbers: of all controllers, as `najarro_look.kept` has them.
        folder: of the results.
        explained: what was done to the lives.
    """
    head = ["controller", "reward rate is back after", "in so many lives", "weights are back after"]
    rows = [["published", published, "–", "–"]]
    control = any("control" in entry["values"] for entry in numbers.values())
    if control:
        head += ["reward rate, weights held meanwhile"]
        rows[0].append("–")
    for name, entry in numbers.items():
        values = entry["values"]
        weights = values["weights_ticks"]
        row = [name, median_text(values["recovery_ticks"], "ticks"), _share(values["recovered"])]
        row.append("–" if weights is None else median_text(weights, "ticks"))
        if control:
            row.append(median_text(values["control"]["recovery_ticks"], "ticks") if "control" in values else "–")
        rows.append(row)
    parts = [
        f"## {title}",
        f"{explained} {LIVES} lives of the best genome on the whole body, each beside its undisturbed twin; medians "
        "with 95 % intervals, over lives that recover and had something to lose.",
        table(head, rows),
        *pictures(experiment, numbers, folder, "Recovery"),
    ]
    return "\n\n".join(part for part in parts if part)


def _share(share: Mapping[str, Any]) -> str:
    count = f"{sum(share['values'])} of {len(share['values'])}"
    ends = share["share_ci95"]
    return count if ends is None else f"{count} ({100 * ends[0]:.0f} to {100 * ends[1]:.0f} %)"
