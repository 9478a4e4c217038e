"""What a report tells of: the lives that were run for it, one of them recorded, and their analysis.

The analysis is the one that `hebbax analyze` has written, or one made now.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hebbax.analysis.analyze import analyze_source
from hebbax.analysis.document import ANALYSIS, WRITE_ANEW
from hebbax.analysis.summary import SCHEMA
from hebbax.errors import HebbaxError
from hebbax.expected import Fields
from hebbax.files.documents import checked, read_json
from hebbax.runs.evaluation import Evaluation, evaluate_run
from hebbax.runs.stored_run import StoredRun, results_path
from hebbax.runs.trials import Source
from hebbax.types import Record

ANALYSIS_FILE = "analysis.json"


@dataclass(frozen=True, eq=False)
class Material:
    """The lives behind a report."""

    run: StoredRun
    target: str  # the run as the user named it
    evaluation: Evaluation
    record: Record  # of the first life
    analysis: dict[str, Any] | None  # what analysis.json holds; None where weights are static

    @property
    def name(self) -> str:
        """Task and policy."""
        return f"{self.run.task.name}, {self.run.policy.name}"

    @property
    def title(self) -> str:
        """What the page calls it: a shipped controller by its name, a run by that of its folder."""
        return self.target if self.target.startswith("zoo:") else self.run.folder.path.resolve().name

    @property
    def plastic(self) -> bool:
        """Whether weights change during a life."""
        return bool(self.run.policy.plastic)

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """The verdict on each life that was long enough for one, as in analysis.json."""
        lives = [] if self.analysis is None else self.analysis["lives"]
        return [life["verdict"] for life in lives if life["verdict"] is not None]

    @property
    def shown_verdict(self) -> dict[str, Any] | None:
        """The verdict on the life that is recorded."""
        return None if self.analysis is None else self.analysis["lives"][0]["verdict"]

    @property
    def transient(self) -> int:
        """Ticks of the recorded life before its weights were on what they end on."""
        return 0 if self.shown_verdict is None else self.shown_verdict["transient_ticks"]

    @property
    def motions(self) -> dict[str, int]:
        """How many lives have a gait, move without one, or stand; nothing where that was not looked at."""
        return {} if self.analysis is None else self.analysis["summary"]["motions"]

    @property
    def shown_gait(self) -> bool:
        """Whether the body has a gait in the life that is recorded."""
        gait = None if self.analysis is None else self.analysis["lives"][0]["gait"]
        return gait is not None and gait["motion"] == "gait"

    @property
    def labels(self) -> list[tuple[str, int]]:
        """The verdicts and how many lives had each, the most frequent first."""
        counts = {} if self.analysis is None else self.analysis["summary"]["verdicts"]
        return sorted(((label, count) for label, count in counts.items() if count), key=lambda item: -item[1])


def gather(run: StoredRun, target: str, *, genome: str = "best", seed: int = 1, lifetimes: int = 20) -> Material:
    """Run lives of a controller, keep the first whole, and analyse them unless that has been done.

    Args:
        run: whose controller it is.
        target: the run as the user named it.
        genome: "best" or "mean".
        seed: the lives are those that `hebbax evaluate` runs with the same one.
        lifetimes: how many lives.

    Raises HebbaxError for an unknown genome, fewer than one lifetime, a seed out of range, or a first life that
    diverges at its first tick.
    """
    source = Source.of_run(run, lifetimes=lifetimes, seed=seed, genome=genome)
    runner = source.runner()
    _, record = runner.record(0)
    if not len(record.rewards):
        raise HebbaxError(
            f"life 0 of seed {seed} diverges at its first tick, so a report has no life to show: choose another seed "
            f"or genome than {genome!r}"
        )
    evaluation = evaluate_run(run, runner.engine, genome=genome, lifetimes=lifetimes, seed=seed)
    analysis = None if not run.policy.plastic else analysis_of(run, source)
    return Material(run, target, evaluation, record, analysis)


def analysis_of(run: StoredRun, source: Source) -> dict[str, Any]:
    """Return what analysis.json holds of a controller: from the file if it is about these lives, else made anew.

    A file is about them if genome, seed, number of lives, ticks and termination are the same, and it is newer than the
    controller. Raises HebbaxError for a file that is no analysis.
    """
    path = results_path(run, "", "analysis") / ANALYSIS_FILE
    document = _read(path) if path.is_file() and not _is_old(path, run) else None
    if document is None or not _is_about(document, source):
        return analyze_source(source)
    return checked(path, document, ANALYSIS, WRITE_ANEW)


def _read(path: Path) -> dict[str, Any]:
    return read_json(path, Fields(), WRITE_ANEW)


def _is_old(path: Path, run: StoredRun) -> bool:
    """Whether the controller has evolved on since a file was written."""
    checkpoints = run.folder.checkpoints_path.glob("*.safetensors")
    return any(checkpoint.stat().st_mtime > path.stat().st_mtime for checkpoint in checkpoints)


def _is_about(document: dict[str, Any], source: Source) -> bool:
    summary = document.get("summary")
    if isinstance(summary, dict) and "motions" not in summary:  # of before there were motions
        return False
    expected = {"schema": SCHEMA, **source.setting(), "lifetimes": source.lifetimes, "recording": None}
    return {key: document.get(key, "") for key in expected} == expected
