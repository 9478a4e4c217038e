"""What `hebbax reproduce` leaves behind: learning curves, tables, figure, and a page that explains them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from hebbax.comparison.comparison import Group, Table, compare, summarise
from hebbax.comparison.tables import CURVES, markdown_of, text_of, write_comparison
from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_text_atomically
from hebbax.files.documents import read_text
from hebbax.reproduction.experiment import Budget, Experiment
from hebbax.reproduction.records import METRIC, curve_of, read_records, record_of, records_path, write_records
from hebbax.reproduction.study import STUDY, write_study, write_study_of
from hebbax.reproduction.verdict import group_of, verdict_of
from hebbax.runs.run_folder import is_run

README, DISCUSSION = "README.md", "discussion.md"


@dataclass(frozen=True)
class Reproduction:
    """A published experiment as far as it has been run."""

    experiment: Experiment
    budget: Budget
    command: str  # which goes on with it
    folders: Sequence[Path]  # of all runs in order, which are there where they have begun
    missing: Mapping[str, str]  # why a run failed or could not begin, by its name
    kept: Mapping[str, dict[str, Any]] = field(default_factory=dict)  # records of earlier results, by name of the run


def write_reproduction(
    reproduction: Reproduction,
    folder: Path,
    on_file: Callable[[Path], None] = lambda path: None,
    tell: Callable[[str], None] = lambda text: None,
) -> bool:
    """Write the results of what has been run so far into a folder, telling each file, and what is looked at.

    Return False, and write nothing, if no run has finished a generation. Raises HebbaxError where a file cannot be read
    or written.
    """
    records = _records(reproduction)
    if not records:
        return False
    curves = [curve_of(record) for record in records]  # of what is kept, so that it gives the same tables again
    tables = compare(curves)
    write_comparison(folder, tables, METRIC, baseline=reproduction.experiment.baseline, on_file=on_file)
    for task, of_task in groupby(sorted(records, key=_task), key=_task):
        path = records_path(folder, task)
        write_records(path, list(of_task))
        on_file(path)
    experiment, kept = reproduction.experiment, list(reproduction.kept)
    folders = reproduction.folders
    study = "" if experiment.study is None else write_study(experiment, folders, kept, folder, on_file, tell)
    write_text_atomically(folder / README, _readme(reproduction, tables, records, folder, study))
    on_file(folder / README)
    return True


def write_look(
    experiment: Experiment,
    names: Sequence[str],
    command: str,
    folder: Path,
    on_file: Callable[[Path], None] = lambda path: None,
    tell: Callable[[str], None] = lambda text: None,
) -> None:
    """Write what an experiment's study says of controllers from elsewhere into a folder, telling what it looks at.

    Raises HebbaxError as `write_study_of` does, and where the folder holds results of runs, which it would contradict.
    """
    if records := read_records(folder):
        raise HebbaxError(
            f"{folder} holds results of the experiment's own runs, such as {next(iter(records))}: choose another "
            "folder with --out"
        )
    study = write_study_of(experiment, names, folder, on_file, tell)
    parts = [
        f"# {experiment.title}",
        f"{experiment.reference}.",
        f"Of controllers that were evolved elsewhere: {', '.join(f'`{name}`' for name in names)}.",
        f"```console\n$ {command}\n```",
        study,
        "## What to know",
        _notes(experiment),
        *_discussion(folder),
        "## Files",
        _STUDY_FILE,
    ]
    write_text_atomically(folder / README, "\n\n".join(parts) + "\n")
    on_file(folder / README)


def _notes(experiment: Experiment) -> str:
    return "\n".join(f"- {note}" for note in experiment.notes)


def _discussion(folder: Path) -> list[str]:
    path = folder / DISCUSSION
    return [read_text(path, "write it in UTF-8").strip()] if path.is_file() else []


def _records(reproduction: Reproduction) -> list[dict[str, Any]]:
    """Return a record per run that has finished a generation: of its folder, or the kept one where that is further."""
    records = []
    for path in reproduction.folders:
        found = [record_of(path)] if is_run(path) else []
        found += [reproduction.kept[path.name]] if path.name in reproduction.kept else []
        furthest = max(found, key=lambda record: record["reached"], default=None)  # of two as far, that of the folder
        if furthest is not None and furthest["reached"]:
            records.append(furthest)
    return records


def _task(record: Mapping[str, Any]) -> str:
    return record["task"]


def _readme(
    reproduction: Reproduction, tables: Sequence[Table], records: Sequence[Mapping[str, Any]], folder: Path, study: str
) -> str:
    experiment = reproduction.experiment
    finished = sum(record["reached"] >= record["generations"] for record in records)
    parts = [
        f"# {experiment.title}",
        f"{experiment.reference}.",
        reproduction.budget.summary,
        _status(reproduction, finished),
        "This command goes on with it, and wrote this page. Finished runs are skipped, interrupted ones resumed; "
        "`--keep` also skips those that only these files hold.",
        f"```console\n$ {reproduction.command}\n```",
        study,
        "## Learning curves" if study else "## Results",
        f"![Learning curves]({CURVES}.png)",
        markdown_of(tables, METRIC, experiment.baseline).rstrip(),
        "## Beside the published figures" if experiment.published else "## What to know",
        _published_table(reproduction, tables) if experiment.published else "",
        _notes(experiment),
        *(
            ["## What the authors say, and what is seen here", _claims_table(reproduction, tables)]
            if experiment.claims
            else []
        ),
    ]
    parts += _discussion(folder)
    files = f"{_FILES}\n{_STUDY_FILE}" if study else _FILES
    parts += ["## Made with", _environments(records), "## Files", files]
    return "\n\n".join(part for part in parts if part) + "\n"


_FILES = f"""\
- `metrics-TASK.jsonl`: one line per run, with its configuration, the mean return of every generation, each evaluation
  of the mean genome as [finished generations, return], the control ticks up to then, the command, and the seconds and
  control ticks that it took. `--report-only --keep` makes this page, its tables and its figure of these lines again.
- `comparison.json`: the numbers behind the tables, with the probability of improvement of every pair.
- `{CURVES}.png`, `{CURVES}.svg`: the figure.
- `{DISCUSSION}`, where there is one, is written by hand and is part of this page."""

_STUDY_FILE = f"- `{STUDY}`: the numbers of every controller. Figures of lives are drawn while the runs are there."


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
        group = None if table is None else group_of(table, number.policy)
        rows.append(f"| {number.task} | {number.policy} | {text_of(number.value)} | {number.what} | {_ours(group)} |")
    return "\n".join(["| task | policy | published | what it is | here |", "| --- | --- | --- | --- | --- |", *rows])


def _ours(group: Group | None) -> str:
    if group is None:
        return "not run"
    if group.enough:
        return f"{text_of(summarise(group).mean)} (mean of {len(group.valid_curves)} seeds)"
    return "; ".join(text_of(value) for value in group.finals) + " (single results)"


def _claims_table(reproduction: Reproduction, tables: Sequence[Table]) -> str:
    rows = [
        f"| {claim.text} | {table.name} | {verdict_of(claim, table) or 'not run'} |"
        for claim in reproduction.experiment.claims
        for table in tables
        if claim.tasks is None or table.settings["task.name"] in claim.tasks
    ]
    return "\n".join(["| claim | task | here |", "| --- | --- | --- |", *rows])


def _environments(records: Sequence[Mapping[str, Any]]) -> str:
    """Return the versions and processors that occur, a line for each set with the number of its runs."""
    counts: Counter[str] = Counter()
    for record in records:
        counts.update(set(record["made_with"]))
    return "\n".join(f"- {text} ({runs} {'run' if runs == 1 else 'runs'})" for text, runs in counts.items())
