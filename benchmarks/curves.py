"""Collect the learning curves of runs: what was tried, each with its literal command, in one JSON file.

    python benchmarks/curves.py benchmarks/results/ant_run-settings.json RUN ... --reach 1000 2000 3000

prints a table too: after how many million control ticks the mean genome had earned so much over full lives, confirmed
by the next evaluation, and what it earned last and at best.
"""

from __future__ import annotations

import argparse
import json
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from hebbax.runs.run_folder import RunFolder
from hebbax.runs.run_record import without_place


def curve_of(path: Path) -> dict[str, Any]:
    """Return a run's name, command, versions, and evaluations of its mean genome."""
    folder = RunFolder.open(path)
    record, metrics = folder.read_record(), folder.read_metrics()
    seconds, evaluations = 0.0, []
    for line in metrics:
        seconds += line["seconds"]
        if line["mean_genome_return"] is not None:
            evaluations.append(
                {
                    "generation": line["generation"] + 1,
                    "steps": line["steps_total"],
                    "seconds": round(seconds, 1),
                    "training_ticks": line["training_ticks"],
                    "return_mean": float(f"{line['mean_genome_return']:.5g}"),
                }
            )
    return {
        "run": path.name,
        "command": shlex.join(without_place(record["command"])),
        "training": yaml.safe_load(folder.read_config())["training"],  # defaults of the task may have changed since
        "versions": {key: record[key] for key in ("hebbax", "mujoco", "cpu")},
        "evaluations": evaluations,
        # Of the population, over lives of training: those that shape fitness are in no return.
        "last_reward_terms": {name: float(f"{value:.4g}") for name, value in metrics[-1]["reward_terms"].items()},
    }


def row_of(curve: dict[str, Any], thresholds: list[float]) -> str:
    """Return the row of a Markdown table."""
    evaluations = curve["evaluations"]
    cells = []
    for threshold in thresholds:
        pairs = pairwise(evaluations)
        at = next((b["steps"] for a, b in pairs if min(a["return_mean"], b["return_mean"]) >= threshold), None)
        cells.append("–" if at is None else f"{at / 1e6:.2f}")
    best = max(one["return_mean"] for one in evaluations)
    last = evaluations[-1]
    cells += [f"{last['steps'] / 1e6:.1f}", f"{last['return_mean']:,.4g}", f"{best:,.4g}"]
    return "| " + " | ".join([curve["run"], *cells]) + " |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=Path, metavar="FILE.json")
    options.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    options.add_argument("--reach", nargs="+", type=float, default=[], metavar="RETURN")
    asked = options.parse_args()
    curves = [curve_of(path) for path in asked.runs]
    asked.out.write_text(json.dumps({"curves": curves}, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    names = [f"{threshold:,.0f}" for threshold in asked.reach] + ["ticks (M)", "last", "best"]
    print("| run | " + " | ".join(names) + " |")
    print("|---|" + "--:|" * len(names))
    for curve in curves:
        print(row_of(curve, asked.reach))


if __name__ == "__main__":
    main()
