"""Make the attractor results again: sixteen controllers of half cheetah, their analyses, and the tables of the docs.

    python benchmarks/attractors.py

Runs that `results/attractors` holds are not evolved again; remove a folder, or name another with --out, to begin anew.
Each run is evolved as `hebbax reproduce han-gymnasium --budget laptop` does, and 20 lives of it are analysed. Evolving
all takes about half an hour on two cores, the analyses six minutes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from hebbax.reproduction.registry import budget_named, experiment_named

BUDGET = budget_named(experiment_named("han-gymnasium"), "laptop")
SEEDS = {policy: seeds for policy, seeds in sorted(BUDGET.seeds.items()) if policy.startswith("han-")}
TRAINING = ("task=half_cheetah", *BUDGET.overrides, "keep_checkpoints=1")
LIVES = 20


def hebbax(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "hebbax.cli.main", *arguments], check=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, default=Path("results/attractors"))
    folder = options.parse_args().out
    runs = [
        (folder / f"half_cheetah-{policy}-s{seed}", policy, seed)
        for policy, seeds in SEEDS.items()
        for seed in range(seeds)
    ]
    for run, policy, seed in runs:
        if not run.exists():
            hebbax("train", *TRAINING, f"policy={policy}", f"seed={seed}", "--run", str(run))
        hebbax("analyze", str(run), "--lifetimes", str(LIVES))
    files = [str(run / "analysis.json") for run, _, _ in runs]
    tables = subprocess.run(
        [sys.executable, "-m", "hebbax.reproduction.conditions", *files], check=True, capture_output=True, text=True
    ).stdout
    (folder / "README.md").write_text(
        "# Conditions A to E on half cheetah\n\nMade by `python benchmarks/attractors.py`; "
        f"docs/attractors.md says what it means.\n\n{tables}",
        encoding="utf-8",
    )
    sys.stdout.write(tables)


if __name__ == "__main__":
    main()
