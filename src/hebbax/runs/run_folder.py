"""A run is a folder that holds everything needed to resume, explain and repeat it.

config.yaml      the resolved configuration; a folder without it is no run
run.json         package versions, CPU model, the literal command
model.xml        the compiled model of a MuJoCo world; world.py the functions of one of a user's own
assets/          meshes, textures and the like that model.xml names
metrics.jsonl    one line per generation
checkpoints/     generation-000123.safetensors, the newest few, with the parts of large ones
.lock            held by the process that trains
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hebbax.config.stored import STORED
from hebbax.config.train import TrainConfig, from_stored
from hebbax.errors import HebbaxError, about
from hebbax.evolution.run_lock import LOCK_NAME, locked
from hebbax.expected import shown
from hebbax.files.atomic_write import TEMPORARY_SUFFIX, write_bytes_atomically, write_error, write_text_atomically
from hebbax.files.documents import read_text, read_yaml
from hebbax.runs import metrics_log
from hebbax.runs.checkpoint import Checkpoint, UnusableCheckpointError, read_checkpoint, write_checkpoint
from hebbax.runs.checkpoint_parts import PART_NAME, remove_stray_parts
from hebbax.runs.run_record import read_run_record

_CHECKPOINT_NAME = re.compile(r"generation-(\d{6,})\.safetensors")
_TEMPORARY_NAME = re.compile(f"({_CHECKPOINT_NAME.pattern}|{PART_NAME.pattern}){re.escape(TEMPORARY_SUFFIX)}")


def path_of(path: object) -> Path:
    """Return a path that a user gave. Raises HebbaxError for what is none."""
    if not isinstance(path, str | os.PathLike):
        raise HebbaxError(f"path={path!r:.60}: expected that of a run's folder")
    return Path(path)


# What a run consists of before its first checkpoint, the first thing that it could go on from.
_UNBORN = frozenset({"config.yaml", "run.json", "model.xml", "assets", "world.py", "checkpoints"})


@dataclass(frozen=True)
class RunFolder:
    """The files of one run: where they are, and how they are written and read safely."""

    path: Path

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        config: str,
        record: dict[str, Any],
        source: tuple[str, str] | None = None,
        files: Mapping[str, bytes] = MappingProxyType({}),
    ) -> RunFolder:
        """Make the folder of a new run; see `claim`, `fill`."""
        folder = cls(path_of(path))
        with folder.claim():
            folder.fill(config=config, record=record, source=source, files=files)
        return folder

    @contextmanager
    def claim(self) -> Iterator[None]:
        """Make the folder of a new run, and hold its lock until the end of the block.

        An empty folder is taken as it is, and one whose process was killed before its first checkpoint is emptied. What
        was written in a block that fails is removed, the folder too if it was made for it. Raises HebbaxError where
        the path is anything else, and says how to resume: a run is never overwritten.
        """
        was_there = os.path.lexists(self.path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if self._taken():  # before a lock is put there
                raise _taken_error(self)
            with self.lock():
                if self._taken():
                    raise _taken_error(self)
                self._empty()
                try:
                    yield
                except BaseException:
                    with contextlib.suppress(OSError):
                        self._empty()
                        if not was_there:
                            (self.path / LOCK_NAME).unlink()
                            self.path.rmdir()
                    raise
        except FileExistsError:
            raise _taken_error(self) from None
        except OSError as error:
            raise write_error(self.path, error) from error

    def fill(
        self,
        *,
        config: str,
        record: dict[str, Any],
        source: tuple[str, str] | None = None,
        files: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        """Write the text of config.yaml, and the record for run.json.

        `source` is the name and the text of the file that says what the world is, `files` what that needs beside it.

        Raises HebbaxError where one cannot be written.
        """
        self.checkpoints_path.mkdir()  # first: it tells what a killed process has left from a folder of the user's
        self.write_record(record)
        if source is not None:
            write_text_atomically(self.path / source[0], source[1])
        for name, content in files.items():
            (self.path / name).parent.mkdir(exist_ok=True)
            write_bytes_atomically(self.path / name, content)
        write_text_atomically(self.config_path, config)  # last, because this is what makes the folder a run

    def _taken(self) -> bool:
        """Whether the folder holds more than a killed process leaves before its first checkpoint."""
        names = {entry.name.removesuffix(TEMPORARY_SUFFIX) for entry in self.path.iterdir()} - {LOCK_NAME}
        return bool(names and not names >= {self.checkpoints_path.name}) or not names <= _UNBORN or self._has_tensors()

    def _has_tensors(self) -> bool:
        """Whether there is a checkpoint, or a user's file in its place: parts without one are what a kill has left."""
        return self.checkpoints_path.is_dir() and any(
            not (_TEMPORARY_NAME.fullmatch(entry.name) or PART_NAME.fullmatch(entry.name))
            for entry in self.checkpoints_path.iterdir()
        )

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != LOCK_NAME:
                entry.unlink()

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Return an existing run.

        Raises HebbaxError where the path is missing (with the nearest runs beside it) or is not a run (with the runs
        that it holds).
        """
        folder = cls(path_of(path))
        # os.path, unlike Path, answers no where the system denies a look.
        if not os.path.exists(folder.path):
            raise _missing_error(folder.path)
        if not os.path.isdir(folder.path):
            raise HebbaxError(f"{folder.path} is a file, not a run: give the folder that holds config.yaml")
        if not os.path.isfile(folder.config_path):
            raise _no_run_error(folder.path)
        return folder

    @property
    def config_path(self) -> Path:
        """The resolved configuration."""
        return self.path / "config.yaml"

    @property
    def record_path(self) -> Path:
        """Versions, CPU model and command."""
        return self.path / "run.json"

    @property
    def model_path(self) -> Path:
        """The compiled model, absent where the task has none."""
        return self.path / "model.xml"

    @property
    def metrics_path(self) -> Path:
        """One JSON line per generation."""
        return self.path / "metrics.jsonl"

    @property
    def checkpoints_path(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / "checkpoints"

    def lock(self) -> AbstractContextManager[None]:
        """Keep every other process, and any second trainer in this one, off the run; see `run_lock.locked`."""
        return locked(self.path)

    def read_config(self) -> str:
        """Return the text of config.yaml. Raises HebbaxError where it cannot be read."""
        return read_text(self.config_path)

    def stored_config(self) -> TrainConfig:
        """Return the configuration of config.yaml. Raises HebbaxError for what is none, of any version."""
        values = read_yaml(self.config_path, STORED)
        with about(self.config_path):
            return from_stored(values)

    def read_record(self, *needed: str) -> dict[str, Any]:
        """Return what run.json holds; see `run_record.read_run_record`."""
        return read_run_record(self.record_path, *needed)

    def write_record(self, record: dict[str, Any]) -> None:
        """Write run.json atomically. Raises HebbaxError where it cannot be written."""
        write_text_atomically(self.record_path, json.dumps(record, indent=2, sort_keys=True) + "\n")

    def append_metrics(self, record: dict[str, Any]) -> None:
        """Append one line to metrics.jsonl; see `metrics_log.append_metrics`."""
        metrics_log.append_metrics(self.metrics_path, record)

    def sync_metrics(self) -> None:
        """Bring metrics.jsonl onto the disk; see `metrics_log.sync_metrics`."""
        metrics_log.sync_metrics(self.metrics_path)

    def read_metrics(self, *needed: str) -> list[dict[str, Any]]:
        """Return the records of metrics.jsonl; see `metrics_log.read_metrics`.

        Raises HebbaxError also for a line of another run than run.json names.
        """
        records, own = metrics_log.read_metrics(self.metrics_path, *needed), self.tag().get("run")
        for number, record in enumerate(records, start=1):
            if own is not None and (other := record.get("run", own)) != own:
                raise HebbaxError(
                    f"line {number} of {self.metrics_path} is of run {shown(other)}, run.json of run {shown(own)}: put "
                    "back the file that is not this run's"
                )
        return records

    def record_if_readable(self) -> dict[str, Any]:
        """Return what run.json holds, nothing where it is missing or broken: for those who can do without."""
        try:
            return self.read_record()
        except HebbaxError:
            return {}

    def tag(self) -> dict[str, str]:
        """Return what a line of metrics.jsonl says of whose it is: `run`, the id in run.json, where that has one."""
        record = self.record_if_readable()
        return {"run": record["id"]} if "id" in record else {}

    def truncate_metrics(self, generation: int) -> int:
        """Cut metrics.jsonl back to a checkpoint; see `metrics_log.truncate_metrics`."""
        return metrics_log.truncate_metrics(self.metrics_path, generation)

    def checkpoints(self) -> list[Path]:
        """Return the checkpoint files, oldest generation first, whether they are good or not."""
        return sorted(_matching(self.checkpoints_path, _CHECKPOINT_NAME), key=_generation)

    def save_checkpoint(self, checkpoint: Checkpoint, keep: int) -> Path:
        """Write a checkpoint, then remove the oldest so that `keep` are left with it; return its path.

        Files of later generations are left alone and not counted: they are damaged ones that a resume fell back from.
        To be called under the lock, because what a killed process has left is removed too, parts as well. Raises
        HebbaxError where the file cannot be written; the checkpoints before it stay then.
        """
        if keep < 1:
            raise HebbaxError(f"cannot keep {keep} checkpoints: at least 1 is needed to resume")
        path = self.checkpoints_path / f"generation-{checkpoint.generation:06d}.safetensors"
        for stale in _matching(self.checkpoints_path, _TEMPORARY_NAME):
            stale.unlink(missing_ok=True)
        files = write_checkpoint(path, checkpoint)
        up_to_this = [other for other in self.checkpoints() if _generation(other) <= checkpoint.generation]
        for old in up_to_this[:-keep]:
            old.unlink(missing_ok=True)
        remove_stray_parts(self.checkpoints_path, [other.stem for other in self.checkpoints()], files)
        return path

    def newest_checkpoint(
        self,
        on_fallback: Callable[[str], None],
        foreign: Callable[[Checkpoint], str | None] = lambda checkpoint: None,
    ) -> tuple[Path, Checkpoint]:
        """Return the newest good checkpoint of the run.

        Args:
            on_fallback: gets each newer one that is not used and why, in one line.
            foreign: says in what a checkpoint is another run's, or None.

        Raises NoCheckpointOfRunError where all good ones are other runs', HebbaxError where none is good, and
        NewerSchemaError where the newest good one needs a newer hebbax.
        """
        unusable: list[UnusableCheckpointError] = []
        others: list[tuple[str, str]] = []
        for path in reversed(self.checkpoints()):
            try:
                checkpoint = _read_named(path)
            except UnusableCheckpointError as error:
                unusable.append(error)
                continue
            with about(path):
                reason = foreign(checkpoint)
            if reason is not None:
                others.append((path.name, reason))
                unusable.append(UnusableCheckpointError(path, f"it {reason}"))
                continue
            for error in unusable:
                on_fallback(f"cannot use checkpoint {error.path}: {error.reason}; going on from {path.name} instead")
            return path, checkpoint
        if others:
            raise NoCheckpointOfRunError(self.path, *others[0])
        raise _no_good_checkpoint_error(self.path, unusable)


class NoCheckpointOfRunError(HebbaxError):
    """A folder whose checkpoints are other runs', or whose config.yaml was edited; `reason` says what differs."""

    def __init__(self, path: Path, name: str, reason: str) -> None:
        super().__init__(
            f"run {path} has no checkpoint of its own: {name} {reason}; put back the one that is not this run's or was "
            "edited, or begin another run with what you want changed"
        )
        self.reason = reason


def unique_run_path(base: Path, task: str, policy: str, seed: int, date: str) -> Path:
    """Return `base/<task>-<policy>-s<seed>-<date>`, with -2, -3, … where that is taken.

    Args:
        base: folder of the runs.
        task: name of the task.
        policy: name of the policy.
        seed: of the run.
        date: the caller's, as YYYYMMDD-HHMMSS.

    Slashes and the like in names become underscores. Nothing is created.
    """
    name = re.sub(r"[^\w.-]+", "_", f"{task}-{policy}-s{seed}-{date}")
    path, count = Path(base) / name, 1
    while os.path.lexists(path):
        count += 1
        path = path.with_name(f"{name}-{count}")
    return path


def _matching(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if pattern.fullmatch(path.name)]


def _read_named(path: Path) -> Checkpoint:
    """Return a checkpoint. Raises UnusableCheckpointError also where it is of another generation than its name says."""
    checkpoint = read_checkpoint(path)
    if checkpoint.generation != _generation(path):
        raise UnusableCheckpointError(path, f"it is of generation {checkpoint.generation}, its name of another")
    return checkpoint


def _generation(path: Path) -> int:
    return int(path.name.removeprefix("generation-").removesuffix(".safetensors"))


def is_run(path: Path) -> bool:
    """Whether a folder is that of a run, whatever else it lacks."""
    return RunFolder(path).config_path.is_file()


def _taken_error(folder: RunFolder) -> HebbaxError:
    path = folder.path
    if not path.is_dir():
        return HebbaxError(f"cannot create run {path}: it is a file; choose another folder", field="path")
    if not folder.config_path.exists():
        return HebbaxError(f"cannot create run {path}: the folder is not empty; choose another folder", field="path")
    resume = f"hebbax train --resume {shlex.quote(str(path))}"
    return HebbaxError(f"run {path} exists already: go on with `{resume}` or choose another folder", field="path")


def _missing_error(path: Path) -> HebbaxError:
    runs = [config.parent.name for config in path.parent.glob("*/config.yaml")]
    near = difflib.get_close_matches(path.name, runs, n=3, cutoff=0.4)
    choices = " or ".join(repr(str(path.parent / name)) for name in near)
    return HebbaxError(f"no run at {path}: " + (f"did you mean {choices}?" if near else "`hebbax train` starts one"))


def _no_run_error(path: Path) -> HebbaxError:
    children = sorted(config.parent for config in path.glob("*/config.yaml"))
    runs = children or sorted(config.parent for config in path.glob("*/*/config.yaml"))
    if not runs:
        return HebbaxError(f"{path} is not a run: it holds no config.yaml; give the folder of a run")
    held = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    compare = f"hebbax compare {shlex.quote(str(runs[0].parent))}"
    return HebbaxError(
        f"{path} is not a run, but holds {held}: give one, such as {runs[0]}; `{compare}` puts them side by side"
    )


def _no_good_checkpoint_error(path: Path, unusable: list[UnusableCheckpointError]) -> HebbaxError:
    if not unusable:
        return HebbaxError(f"run {path} has no checkpoint yet: repeat the command that began it, which starts anew")
    reasons = ", ".join(f"{error.path.name} ({error.reason})" for error in unusable)
    return HebbaxError(f"run {path} has no good checkpoint: {reasons}; restore one from a copy or start a new run")
