"""Trackers look on at a training, beside metrics.jsonl: none by default, and none can stop a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from hebbax.config.train import TrainConfig
from hebbax.registry import Registry

Note = Callable[[str], None]


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


class Tracking:
    """A run's tracker. Whatever goes wrong in it is told in one line, once, and the run goes on without it."""

    def __init__(self, name: str, tracker: Tracker | None, on_note: Note) -> None:
        self._name, self._tracker, self._on_note = name, tracker, on_note

    def log(self, metrics: Mapping[str, Any]) -> None:
        """Record a generation; what is no number or missing is left out."""
        numbers = {
            key: float(value)
            for key, value in metrics.items()
            if key != "generation" and isinstance(value, int | float) and value == value
        }
        self._guarded(lambda tracker: tracker.log(metrics["generation"], numbers))

    def __enter__(self) -> Tracking:
        return self

    def __exit__(self, *_: object) -> None:
        self._guarded(lambda tracker: tracker.close())
        self._tracker = None

    def _guarded(self, act: Callable[[Tracker], None]) -> None:
        if self._tracker is None:
            return
        try:
            act(self._tracker)
        except Exception as error:  # any: a tracker is another's code, a network and a disk
            self._tracker = None
            self._on_note(f"track={self._name} failed, the run goes on without it: {_one_line(error)}")


def start_tracking(config: TrainConfig, folder: Path, generation: int, on_note: Note) -> Tracking:
    """Return the tracking of a run that goes on after so many finished generations, to be used in a `with`.

    Where the tracker cannot be used, `on_note` gets the reason in one line and the run has none.
    """
    try:
        return Tracking(config.track, TRACKERS.get(config.track)(config, folder, generation, on_note), on_note)
    except TrackerUnavailable as error:
        on_note(f"track={config.track} is not used: {error}")
    except Exception as error:  # any, as above
        on_note(f"track={config.track} failed, the run goes on without it: {_one_line(error)}")
    return Tracking(config.track, None, on_note)


def _none(config: TrainConfig, folder: Path, generation: int, on_note: Note) -> None:
    return None


def _tensorboard(config: TrainConfig, folder: Path, generation: int, on_note: Note) -> Tracker:
    from hebbax.evolution.tracking_tensorboard import TensorBoardTracker

    return TensorBoardTracker(folder, generation)


def _wandb(config: TrainConfig, folder: Path, generation: int, on_note: Note) -> Tracker:
    from hebbax.evolution.tracking_wandb import WandbTracker

    return WandbTracker(config, folder, on_note)


MakeTracker = Callable[[TrainConfig, Path, int, Note], Tracker | None]
"""From a run's configuration, its folder, how many generations it has finished, and where a note to the user goes."""

TRACKERS: Registry[MakeTracker] = Registry("tracker", {"none": _none, "tensorboard": _tensorboard, "wandb": _wandb})


def register_tracker(name: str, make: MakeTracker) -> None:
    """Add a tracker, for `track=NAME`: `make(config, folder, generation, on_note)` returns a `Tracker`.

    What it raises becomes one line, and the run goes on without it. Raises HebbaxError if the name is taken.
    """
    TRACKERS.register(name, make)


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]
