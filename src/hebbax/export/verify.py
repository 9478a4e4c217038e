"""Whether an exported controller is still the same: its test vector, what is not a number, and whole lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario, in_turn
from hebbax.errors import HebbaxError
from hebbax.export.closed_loop import ExportedPolicy
from hebbax.export.describe import describe_run
from hebbax.export.description import Description
from hebbax.export.manifest import Manifest, check_files, read_manifest
from hebbax.export.numpy_controller import FINE, NOT_FINITE, Controller
from hebbax.export.steppers import NumpyStepper, OnnxStepper, Stepper, c_stepper, compiler
from hebbax.export.test_vector import Vector, read_vector
from hebbax.export.write import code_of
from hebbax.keys import evaluation_key, fold_in, life_words
from hebbax.runs.evaluation import mean_interval
from hebbax.runs.stored_run import StoredRun
from hebbax.streams import WEIGHT_STREAM
from hebbax.types import Lives

LIVES = 20
NO_COMPILER = "no C compiler was found (cc, gcc, clang, or what CC names): NumPy runs in place of the C"
_AFTER = 5  # ticks before and after an observation that is not a number


@dataclass(frozen=True, eq=False)
class Verification:
    """What was found of an exported folder."""

    manifest: Manifest
    compiled: bool  # whether the C itself has run; true for other formats
    ticks: int  # of the test vector
    largest_difference: float  # of an action of the test vector
    answers: bool  # whether an observation that is not a number gets the documented answer
    original: Lives | None  # None where no lives were asked for
    exported: Lives | None

    @property
    def same_actions(self) -> bool:
        """Whether the test vector's actions are as they should be."""
        return self.largest_difference <= self.manifest.tolerance

    @property
    def same_lives(self) -> bool:
        """Whether the intervals of both mean returns meet, and as many lives diverge."""
        if self.original is None or self.exported is None:
            return True
        return agree(self.original, self.exported)

    @property
    def passed(self) -> bool:
        """Whether all is as it should be."""
        return self.same_actions and self.answers and self.same_lives

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        lives = {"original": self.original, "exported": self.exported}
        return {
            "format": self.manifest.format,
            "run": self.manifest.run,
            "bits": self.manifest.bits,
            "compiled": self.compiled,
            "ticks": self.ticks,
            "largest_difference": self.largest_difference,
            "tolerance": self.manifest.tolerance,
            "not_a_number_is_answered": self.answers,
            "returns": {name: None if one is None else _returns(one) for name, one in lives.items()},
            "passed": self.passed,
        }


def _returns(lives: Lives) -> dict[str, Any]:
    returns = lives.returns[~lives.diverged]
    interval = mean_interval(returns)
    return {
        "mean": float(returns.mean()) if len(returns) else None,
        "ci95": None if interval is None else list(interval),
        "lives": len(lives.returns),
        "diverged": int(lives.diverged.sum()),
    }


def agree(one: Lives, other: Lives) -> bool:
    """Whether the 95 % intervals of mean returns meet, each at least a part in a thousand wide, and as many diverge."""
    if int(one.diverged.sum()) != int(other.diverged.sum()):
        return False
    ends = []
    for lives in (one, other):
        returns = lives.returns[~lives.diverged]
        if not len(returns):
            return True  # all have diverged, in both
        low, high = mean_interval(returns) or (returns.mean(), returns.mean())
        slack = 5e-4 * abs(float(returns.mean()))
        ends.append((low - slack, high + slack))
    (low, high), (other_low, other_high) = ends
    return bool(low <= other_high and other_low <= high)


def read_export(folder: Path) -> Manifest:
    """Return the manifest of a folder whose files are as exported. Raises HebbaxError for any other."""
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    return manifest


def verify_export(folder: Path, run: StoredRun, *, lives: int = LIVES, seed: int = 1) -> Verification:
    """Return whether an exported controller does what the run's does.

    Args:
        folder: that `hebbax export` has made.
        run: that it was exported from.
        lives: of the task, through both; 0 for none.
        seed: of these lives.

    No code in the folder is run that this version of hebbax would not write. Raises HebbaxError for a folder that was
    cut, edited, or is of another controller.
    """
    manifest = read_export(folder)
    found = describe_run(run, manifest.genome, manifest.bits)
    check_belongs(folder, manifest, found)
    vector = read_vector(folder, found)
    with _stepper(folder, found, manifest) as (stepper, compiled):
        difference = largest_difference(stepper, vector, manifest.seed)
        answers = answers_not_a_number(stepper, vector, manifest.seed)
        original, exported = _both(run, manifest, stepper, lives, seed) if lives else (None, None)
    ticks = len(vector.observations)
    return Verification(manifest, compiled, ticks, difference, answers, original, exported)


def check_belongs(folder: Path, manifest: Manifest, found: Description) -> None:
    """Raise HebbaxError unless a folder holds what is now printed of a controller."""
    if (found.name, found.controller_sha256) != (manifest.name, manifest.controller_sha256):
        raise HebbaxError(
            f"{folder}: it is of another controller ({manifest.name}, {manifest.controller_sha256[:12]}) than the "
            f"{manifest.genome} genome of the run ({found.name}, {found.controller_sha256[:12]}); export it again, or "
            "name its run with --run"
        )
    for name, content in code_of(found, manifest.format, manifest.seed).items():
        path = folder / name
        # Two versions of onnx may write the same model in other bytes; a model runs nothing but its operations.
        if name not in manifest.files or (path.suffix != ".onnx" and path.read_bytes() != content):
            made = f"hebbax {manifest.hebbax}" if manifest.hebbax != found.made_with else "this hebbax"
            raise HebbaxError(
                f"{path}: it is not what hebbax {found.made_with} writes, {made} has made it or somebody "
                "edited it; export the controller again"
            )


@contextmanager
def _stepper(folder: Path, found: Description, manifest: Manifest) -> Iterator[tuple[Stepper, bool]]:
    """Lend what runs an export, and whether it is itself that runs."""
    if manifest.format == "c" and (chosen := compiler()) is not None:
        with c_stepper(found, code_of(found, "c", manifest.seed), chosen) as stepper:
            yield stepper, True
    elif manifest.format == "onnx":
        yield OnnxStepper(found, folder / f"{found.name}.onnx"), True
    else:
        yield NumpyStepper(Controller(found.to_json())), manifest.format != "c"


def _newborn(stepper: Stepper, seed: int) -> np.ndarray:
    return stepper.begin(fold_in(life_words(seed, 0), WEIGHT_STREAM))


def largest_difference(stepper: Stepper, vector: Vector, seed: int) -> float:
    """Return how far an action is from that of a vector, at most; infinite where the controller gives up."""
    state, largest = _newborn(stepper, seed), 0.0
    for observation, signal, expected in zip(vector.observations, vector.signals, vector.actions, strict=True):
        status, action, state = stepper.step(state, observation, signal)
        if status != FINE:
            return float("inf")
        largest = max(largest, float(np.abs(action - expected).max()))
    return largest


def answers_not_a_number(stepper: Stepper, vector: Vector, seed: int) -> bool:
    """Whether a tick whose observation is not a number is left out, as README.md says."""
    plain = state = _newborn(stepper, seed)
    last = np.zeros(vector.actions.shape[1], np.float32)
    rows = list(zip(vector.observations, vector.signals, strict=True))[: 2 * _AFTER]
    for observation, signal in rows:
        for place, value in ((0, np.nan), (-1, np.inf)):
            wrong = np.array(observation)
            wrong[place] = value
            status, action, state = stepper.step(state, wrong, signal)
            if status != NOT_FINITE or not np.array_equal(action, last):
                return False
        _, last, plain = stepper.step(plain, observation, signal)
        status, action, state = stepper.step(state, observation, signal)
        if status != FINE or not np.array_equal(action, last):
            return False
    return bool(rows)


def _both(run: StoredRun, manifest: Manifest, stepper: Stepper, lives: int, seed: int) -> tuple[Lives, Lives]:
    """Return lives of the original and of what was exported: of the same keys, through the same damages."""
    controller, config = run.controller(manifest.genome), run.config
    ticks, damages = config.task.ticks, in_turn(run.variants, lives)
    normaliser = controller.statistics.normaliser()
    found = []
    for policy, own in ((run.policy, normaliser), (ExportedPolicy(run.policy, stepper), None)):
        engine = make_engine(run.task, policy, "auto")
        scenario = Scenario(ticks, own, config.termination, damages)
        found.append(engine.evaluate(controller.genome[None], evaluation_key(seed), scenario, lifetimes=lives))
    return found[0], found[1]
