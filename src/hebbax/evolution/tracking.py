"""Trackers look on at a training, beside metrics.jsonl: none by default, and none can stop a run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from hebbax.config.train import TrainConfig, to_dict
from hebbax.files.atomic_write import write_text_atomically
from hebbax.installing import pip_install_extra
from hebbax.registry import Registry

Note = Callable[[str], None]

_TENSORBOARD_FOLDER = "tensorboard"

PROJECT = "hebbax"
"""The project where WANDB_PROJECT names none."""

_ID_NAME = "wandb-id.txt"


class Tracker(Protocol):
    """Gets the metrics of every generation, as metrics.jsonl does."""

    def log(self, generation: int, metrics: Mapping[str, float]) -> None:
        """Record the numbers of a generation."""
        ...

    def close(self) -> None:
        """Write what is left."""
        ...


class TrackerUnavailable(Exception):
    """Why a tracker cannot be used here: an extra or an account that is missing, in one line."""


def _flatten(metrics: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield names and values, those of an object within as NAME/KEY."""
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}/{key}", inner) for key, inner in value.items())
        else:
            yield name, value


class Tracking:
    """A run's tracker. Whatever goes wrong in it is told in one line, once, and the run goes on without it."""

    def __init__(self, name: str, tracker: Tracker | None, on_note: Note) -> None:
        self._name, self._tracker, self._on_note = name, tracker, on_note

    def log(self, metrics: Mapping[str, Any]) -> None:
        """Record a generation; values that are missing or no numbers are left out."""
        numbers = {
            key: float(value)
            for key, value in _flatten(metrics)
            if key != "generation" and isinstance(value, int | float) and value == value
        }
        self._call(lambda tracker: tracker.log(metrics["generation"], numbers))

    def __enter__(self) -> Tracking:
        return self

    def __exit__(self, *_: object) -> None:
        self._call(lambda tracker: tracker.close())
        self._tracker = None

    def _call(self, act: Callable[[Tracker], None]) -> None:
        if self._tracker is None:
            return
        try:
            act(self._tracker)
        except Exception as error:  # any: a tracker is another's code, a network and a disk
            self._tracker = None
            self._on_note(f"track={self._name} failed, the run goes on without it: {_one_line(error)}")


def start_tracking(config: TrainConfig, folder: Path, generation: int, on_note: Note) -> Tracking:
    """Return the tracking of a run that goes on after `generation` finished generations, to be used in a `with`.

    Where the tracker cannot be used, `on_note` gets the reason in one line and the run has none.
    """
    try:
        return Tracking(config.track, TRACKERS.get(config.track)(config, folder, generation, on_note), on_note)
    except TrackerUnavailable as error:
        on_note(f"track={config.track} is not used: {error}")
    except Exception as error:  # any, as above
        on_note(f"track={config.track} failed, the run goes on without it: {_one_line(error)}")
    return Tracking(config.track, None, on_note)


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]


class TensorBoardTracker:
    """Writes one scalar per metric and generation, by tensorboardX; a resumed run continues the same curves."""

    def __init__(self, folder: Path, generation: int) -> None:
        try:
            from tensorboardX import SummaryWriter  # pyright: ignore[reportMissingImports]
        except ImportError as error:
            raise TrackerUnavailable(f"{pip_install_extra('tensorboard')} ({error})") from error
        # What a killed process wrote after the checkpoint is run again: TensorBoard hides it from this step on.
        purge = generation if (folder / _TENSORBOARD_FOLDER).exists() else None
        self._writer = SummaryWriter(logdir=str(folder / _TENSORBOARD_FOLDER), purge_step=purge)

    def log(self, generation: int, metrics: Mapping[str, float]) -> None:
        """Record the numbers of a generation."""
        for name, value in metrics.items():
            self._writer.add_scalar(name, value, generation)
        self._writer.flush()  # a generation takes seconds; a viewer should not wait for the buffer

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()


class WandbTracker:
    """One wandb run per run folder; a resumed run continues the same curves, by an id that the folder keeps."""

    def __init__(self, config: TrainConfig, folder: Path, on_note: Note) -> None:
        try:
            import wandb  # pyright: ignore[reportMissingImports]
        except ImportError as error:
            raise TrackerUnavailable(f"{pip_install_extra('wandb')} ({error})") from error
        mode = _mode(wandb)
        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            id=_run_id(folder),
            name=folder.name,
            config=to_dict(config),
            dir=str(folder),
            resume="allow",
            mode=mode,
            settings=wandb.Settings(silent=True, console="off", disable_git=True, save_code=False),
        )
        if mode == "offline" and "WANDB_MODE" not in os.environ:
            on_note(f"track=wandb: no account on this machine, so it is recorded offline; `wandb sync {self._path}`")

    @property
    def _path(self) -> Path:
        return Path(self._run.dir).parent

    def log(self, generation: int, metrics: Mapping[str, float]) -> None:
        """Record the numbers of a generation; wandb ignores one that it has already, as after a killed process."""
        self._run.log(dict(metrics), step=generation)

    def close(self) -> None:
        """Write what is left."""
        self._run.finish()


def _mode(wandb: Any) -> str:
    """Return WANDB_MODE, else online where there is an account: wandb itself would ask for one and wait."""
    if "WANDB_MODE" in os.environ:
        return os.environ["WANDB_MODE"]
    return "online" if wandb.login(prompt=False, verify=False) else "offline"


def _run_id(folder: Path) -> str:
    path = folder / _ID_NAME
    if not path.exists():
        write_text_atomically(path, secrets.token_hex(8) + "\n")  # a name for the service; no result depends on it
    return path.read_text("utf-8").strip()


def _none(config: TrainConfig, folder: Path, generation: int, on_note: Note) -> None:
    return None


def _tensorboard(config: TrainConfig, folder: Path, generation: int, on_note: Note) -> Tracker:
    return TensorBoardTracker(folder, generation)


def _wandb(config: TrainConfig, folder: Path, generation: int, on_note: Note) -> Tracker:
    return WandbTracker(config, folder, on_note)


MakeTracker = Callable[[TrainConfig, Path, int, Note], Tracker | None]
"""From a run's configuration, its folder, how many generations it has finished, and where a note to the user goes."""

TRACKERS: Registry[MakeTracker] = Registry("tracker", {"none": _none, "tensorboard": _tensorboard, "wandb": _wandb})


def register_tracker(name: str, make: MakeTracker) -> None:
    """Add a tracker, for `track=NAME`: `make(config, folder, generation, on_note)` returns a `Tracker`.

    What it raises becomes one line, and the run goes on without it. One of your own is replaced. Raises HebbaxError
    for a name that ships or is a plug-in's.
    """
    TRACKERS.register(name, make)
