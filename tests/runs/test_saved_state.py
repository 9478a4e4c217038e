"""Controllers stored by themselves: used as they were rounded, and not trained on."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.runs.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from hebbax.runs.saved_state import controllers_alone
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training

RUN = Path(__file__).parents[1] / "golden/run-schema-1"


@pytest.fixture
def rounded(tmp_path: Path) -> Path:
    """Return a copy of a run with controllers alone, as float16."""
    path = shutil.copytree(RUN, tmp_path / "run")
    (file,) = (path / "checkpoints").iterdir()
    write_checkpoint(file, controllers_alone(read_checkpoint(file), np.float16))
    return path


def silent(line: str) -> None:
    pass


def test_a_controller_is_what_was_rounded(rounded: Path) -> None:
    """Each number is the nearest of float16: 11 bits of a significand."""
    before, after = (StoredRun.open(path, silent).controller("best") for path in (RUN, rounded))
    assert after.genome.dtype == np.float32
    error = np.abs(after.genome - before.genome)
    assert 0 < error.max() <= 2.0**-11 * np.abs(before.genome).max()
    assert after.genome.tobytes() == before.genome.astype(np.float16).astype(np.float32).tobytes()
    assert after.statistics.mean.tobytes() == before.statistics.mean.tobytes()


def test_it_is_not_trained_on(rounded: Path) -> None:
    with pytest.raises(HebbaxError, match=r"it holds controllers alone, to be used and not trained on"):
        Training.resume(rounded, generations=9, on_note=silent)


def test_numbers_too_large_for_float16_are_refused() -> None:
    tensors = {"mean/genome": np.array([0.5, -7e4], np.float32)}
    with pytest.raises(HebbaxError, match=r"'mean/genome' holds 70000: expected numbers up to 65504, as float16"):
        controllers_alone(Checkpoint(1, tensors, {}), np.float16)
