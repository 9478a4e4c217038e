"""What `hebbax reproduce` leaves behind: learning curves, tables, figure, and a page that explains them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from hebbax.comparison.comparison import Group, Table, compare, improvement, summarise
from hebbax.comparison.curves import Curve, read_curve
from hebbax.comparison.tables import CURVES, markdown_of, text_of, write_comparison
from hebbax.files.atomic_write import write_text_atomically
from hebbax.reproduction.published import Budget, Claim, Experiment
from hebbax.runs.run_folder import RunFolder

README, DISCUSSION = "README.md", "discussion.md"
METRIC = "mean-genome"


@dataclass(frozen=True)
class Reproduction:
    """A published experiment as far as it has been run."""

    experiment: Experiment
    budget: Budget
    command: str  # which goes on with it
    folders: Sequence[Path]  # of the runs that have begun
    missing: Mapping[str, str]  # why a run failed or could not begin, by its name


def write_reproduction(
    reproduction: Reproduction, folder: Path, on_file: Callable[[Path], None] = lambda path: None
) -> bool:
    """Write the results of what has been run so far into a folder, telling each file to `on_file`.

    Return False, and write nothing, if no run has finished a generation. Raises HebbaxError where a file cannot be read
    or written.
    """
    curves = [curve for path in reproduction.folders if (curve := read_curve(path, METRIC)).generation]
    if not curves:
        return False
    tables = compare(curves)
    write_comparison(folder, tables, METRIC, baseline=reproduction.experiment.baseline, on_file=on_file)
    by_task = sorted(curves, key=lambda curve: curve.config.task.name)
    for task, of_task in groupby(by_task, key=lambda curve: curve.config.task.name):
        lines = [json.dumps(_record(curve)) for curve in of_task]
        path = folder / f"metrics-{task.replace('/', '_')}.jsonl"
        write_text_atomically(path, "\n".join(lines) + "\n")
        on_file(path)
    write_text_atomically(folder / README, _readme(reproduction, tables, curves, folder))
    on_file(folder / README)
    return True


def verdict_of(claim: Claim, table: Table) -> str | None:
    """Return whether a table agrees with a claim, in words; None where a policy of it has not been run."""
    first, second = _group(table, claim.first), _group(table, claim.second)
    if first is None or second is None or not (len(first.valid_curves) and len(second.valid_curves)):
        return None
    estimate = improvement(first, second)
    if estimate is None:
        ours = " against ".join(", ".join(text_of(value) for value in group.finals) for group in (first, second))
        return f"too few seeds for a verdict: {ours}"
    low, high = estimate.ci95
    text = f"P({first.name} better than {second.name}) = {estimate.probability:.2f} ({low:.2f} to {high:.2f})"
    if low > 0.5:
        return f"{'no' if claim.tie else 'yes'}: {text}"
    if high < 0.5:
        return f"no: {text}"
    return f"{'not contradicted' if claim.tie else 'undecided'}, no difference is seen: {text}"


def _group(table: Table, policy: str) -> Group | None:
    return next((group for group in table.groups if group.policy == policy), None)


def _record(curve: Curve) -> dict[str, Any]:
    """Return a run's learning curve in few words: returns rounded to a hundredth."""
    folder = RunFolder.open(Path(curve.source))
    records, run = folder.read_metrics(), folder.read_record()
    return {
        "run": Path(curve.source).name,
        "task": curve.config.task.name,
        "policy": curve.config.policy.name,
        "seed": curve.config.seed,
        "generations": curve.config.generations,
        "reached": curve.generation,
        "command": run["command"],
        "seconds": round(sum(record["seconds"] for record in records), 1),
        "steps": sum(record["steps"] for record in records),
        "return_mean": [_round(record["return_mean"]) for record in records],
        "mean_genome_return": [
            [int(at), _round(value)] for at, value in zip(curve.generations, curve.values, strict=True)
        ],
        "diverged": sum(record["diverged"] for record in records),
    }


def _round(value: float | None) -> float | None:
    return None if value is None or value != value else round(float(value), 2)


def _readme(reproduction: Reproduction, tables: Sequence[Table], curves: Sequence[Curve], folder: Path) -> str:
    finished = sum(curve.finished for curve in curves)
    parts = [
        f"# {reproduction.experiment.title}",
        f"{reproduction.experiment.reference}.",
        reproduction.budget.summary,
        _status(reproduction, finished),
        "This command goes on with it, and wrote this page. Finished runs are skipped, interrupted ones resumed.",
        f"```console\n$ {reproduction.command}\n```",
        "## Results",
        f"![Learning curves]({CURVES}.png)",
        markdown_of(tables, METRIC, reproduction.experiment.baseline).rstrip(),
        "## Beside the published figures",
        _published_table(reproduction, tables),
        "\n".join(f"- {note}" for note in reproduction.experiment.notes),
        "## What the authors say, and what is seen here",
        _claims_table(reproduction, tables),
    ]
    discussion = folder / DISCUSSION
    if discussion.is_file():
        parts.append(discussion.read_text("utf-8").strip())
    parts += ["## Made with", _environments(curves), "## Files", _FILES]
    return "\n\n".join(part for part in parts if part) + "\n"


_FILES = f"""\
- `metrics-TASK.jsonl`: a run a line, with the mean return of every generation, each evaluation of the mean genome as
  [finished generations, return], the command, and the seconds and control ticks that it took.
- `comparison.json`: the numbers behind the tables, with the probability of improvement of every pair.
- `{CURVES}.png`, `{CURVES}.svg`: the figure.
- `{DISCUSSION}`, where there is one, is written by hand and is part of this page."""


def _status(reproduction: Reproduction, finished: int) -> str:
    if finished == len(reproduction.budget.runs()):
        return f"All {finished} runs are finished."
    text = f"**Partial: {finished} of {len(reproduction.budget.runs())} runs are finished.**"
    if not reproduction.missing:
        return text
    reasons = "\n".join(f"- {name}: {reason}" for name, reason in reproduction.missing.items())
    return f"{text} These failed or could not begin:\n\n{reasons}"


def _published_table(reproduction: Reproduction, tables: Sequence[Table]) -> str:
    by_task = {str(table.settings["task.name"]): table for table in tables}
    rows = []
    for number in reproduction.experiment.published:
        table = by_task.get(number.task)
        group = None if table is None else _group(table, number.policy)
        rows.append(f"| {number.task} | {number.policy} | {text_of(number.value)} | {number.what} | {_ours(group)} |")
    return "\n".join(["| task | policy | published | what it is | here |", "| --- | --- | --- | --- | --- |", *rows])


def _ours(group: Group | None) -> str:
    if group is None or not len(group.valid_curves):
        return "not run"
    if group.enough:
        return f"{text_of(summarise(group).mean)} (mean of {len(group.valid_curves)} seeds)"
    return "; ".join(text_of(value) for value in group.finals) + " (single results)"


def _claims_table(reproduction: Reproduction, tables: Sequence[Table]) -> str:
    rows = []
    for claim in reproduction.experiment.claims:
        for table in tables:
            rows.append(f"| {claim.text} | {table.name} | {verdict_of(claim, table) or 'not run'} |")
    return "\n".join(["| claim | task | here |", "| --- | --- | --- |", *rows])


def _environments(curves: Sequence[Curve]) -> str:
    """Return the versions and processors that occur, a line for each set with the number of its runs."""
    counts: Counter[str] = Counter()
    for curve in curves:
        record = RunFolder.open(Path(curve.source)).read_record()
        counts.update({_environment(entry) for entry in [record, *record["resumed"]]})
    return "\n".join(f"- {text} ({runs} {'run' if runs == 1 else 'runs'})" for text, runs in counts.items())


def _environment(record: Mapping[str, Any]) -> str:
    return f"{', '.join(f'{name} {record[name]}' for name in _RECORD_KEYS if name in record)}; {record['cpu']}"


_RECORD_KEYS = ("hebbax", "python", "mujoco", "gymnasium", "numba", "llvmlite", "numpy", "jax", "evosax", "optax")
