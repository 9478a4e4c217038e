"""What a report tells of: the lives that were run for it, one of them recorded, and their analysis.

The analysis is the one that `hebbax analyze` has written, or one made now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hebbax.analysis.analyze import analyze_source
from hebbax.analysis.document import ANALYSIS, WRITE_ANEW
from hebbax.analysis.summary import SCHEMA
from hebbax.errors import HebbaxError
from hebbax.expected import Fields, shown
from hebbax.files.documents import checked, read_json
from hebbax.runs.evaluation import Evaluation, evaluate_run
from hebbax.runs.stored_run import StoredRun, results_path
from hebbax.runs.trials import Source
from hebbax.types import Record

ANALYSIS_FILE = "analysis.json"

UNTOLD = "does not say which controller it is about, as those of earlier versions"


@dataclass(frozen=True, eq=False)
class Material:
    """The lives behind a report."""

    run: StoredRun
    target: str  # the run as the user named it
    evaluation: Evaluation
    record: Record  # of the first life
    analysis: dict[str, Any] | None  # what analysis.json holds; None where weights are static
    further: tuple[Record, ...] = ()  # of the lives after the first that are shown beside it

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
    def records(self) -> tuple[Record, ...]:
        """All lives that are recorded, the first of them first."""
        return (self.record, *self.further)

    @property
    def transient(self) -> int:
        """Ticks of the recorded life before its weights were on what they end on."""
        return self.transient_of(0)

    def transient_of(self, life: int) -> int:
        """Return the ticks of a life before its weights were on what they end on."""
        verdict = None if self.analysis is None else self.analysis["lives"][life]["verdict"]
        return 0 if verdict is None else verdict["transient_ticks"]

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


def gather(
    run: StoredRun,
    target: str,
    *,
    genome: str = "best",
    seed: int = 1,
    lifetimes: int = 20,
    shown: int = 1,
    on_note: Callable[[str], None] = print,
) -> Material:
    """Run lives of a controller, keep the first whole, and analyse them unless that has been done.

    Args:
        run: whose controller it is.
        target: the run as the user named it.
        genome: "best" or "mean".
        seed: the lives are those that `hebbax evaluate` runs with the same one.
        lifetimes: how many lives.
        shown: how many of them are kept whole, at most `lifetimes`.
        on_note: gets why an analysis that is there is not used, in one line.

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
    analysis = None if not run.policy.plastic else analysis_of(run, source, on_note)
    further = tuple(runner.record(life)[1] for life in range(1, min(shown, lifetimes)))
    return Material(run, target, evaluation, record, analysis, tuple(one for one in further if len(one.rewards)))


def analysis_of(run: StoredRun, source: Source, on_note: Callable[[str], None] = print) -> dict[str, Any]:
    """Return what analysis.json holds of a controller: from the file if it is about these lives, else made anew.

    A file is about them if the controller's genome and statistics are the same to the byte, as are its world, seed,
    number of lives, ticks, termination and damage. Raises HebbaxError for a file that is no analysis.
    """
    path = results_path(run, "", "analysis") / ANALYSIS_FILE
    if path.is_file():
        document = _read(path)
        if (other := _what_differs(document, source)) is None:
            return checked(path, document, ANALYSIS, WRITE_ANEW)
        on_note(f"{path} {other}: it is not used, the lives are analysed anew")
    return analyze_source(source)


def _read(path: Path) -> dict[str, Any]:
    return read_json(path, Fields(), WRITE_ANEW)


def _what_differs(document: Mapping[str, Any], source: Source) -> str | None:
    """Return in what a document is not about the lives of a source, or None."""
    summary = document.get("summary")
    if isinstance(summary, Mapping) and not {"motions", "reality", "gaits"} <= summary.keys():
        return "is of an earlier version"
    expected = {**source.setting(), "schema": SCHEMA, "lifetimes": source.lifetimes, "recording": None}
    if (differing := unlike(expected, document)) is not None:
        return differing
    return next(
        (
            f"has {key}={shown(document.get(key))}, not {shown(value)}"
            for key, value in expected.items()
            if document.get(key, "") != value
        ),
        None,
    )


def unlike(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    """Return in what the controller or the world of some result is not the expected one, or None."""
    for key in ("task", "policy", "genome"):
        if found.get(key) != expected[key]:
            return f"is about {key} {shown(found.get(key))}, not {shown(expected[key])}"
    if found.get("controller_sha256") is None:
        return UNTOLD
    if found["controller_sha256"] != expected["controller_sha256"]:
        return "is about another controller"
    return "is about another model or world" if found.get("world") != expected["world"] else None
