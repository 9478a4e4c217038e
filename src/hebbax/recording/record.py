"""Records lives of a stored controller into one file, on all cores, while they are lived."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import jax
import numpy as np

from hebbax.engines.scenario import variant_of
from hebbax.errors import HebbaxError
from hebbax.files.destination import check_file
from hebbax.recording.layout import columns_of
from hebbax.recording.redraw import Redraw, is_redrawn
from hebbax.recording.writer import RecordingWriter, create_recording
from hebbax.runs.trials import Runner, Source
from hebbax.types import Lives
from hebbax.versions import environment

if TYPE_CHECKING:
    from hebbax.tasks.task import Task

_PART_BYTES = 8 << 20  # of a life's arrays that are written at a time


def record_lives(
    source: Source,
    path: Path,
    *,
    every: int = 1,
    runner: Runner | None = None,
    on_life: Callable[[int, Lives], None] = lambda life, row: None,
) -> int:
    """Record the lives of a source; return how many the file holds.

    Args:
        source: of which controller, how many and how long.
        path: of the file, which must not exist.
        every: ticks from one that is kept to the next, from tick 0 on.
        runner: to run them, so that a caller can stop them. Lives that are cut short by that end as `stopped`, those
            that have not begun are left out, and the file is whole.
        on_life: told of every life that is over.

    Raises HebbaxError if `every` is below 1, or the file exists or cannot be written.
    """
    check_recording(path, every)
    runner = runner or source.runner()
    writing = create_recording(
        path,
        attributes=_attributes(source, every, runner.engine.name),
        arrays={
            "genome": source.genome,
            "observation_mean": source.normaliser.mean,
            "observation_scale": source.normaliser.scale,
        },
        connections=source.policy.plastic_connections,
        columns=columns_of(source.task),
        control_period=source.task.control_period,
        every=every,
        state_units=source.task.world.state_units(),
        redraw_of=partial(_redraw_of, source) if is_redrawn(source.task) else None,
    )
    chunk = max(1, min(1000, _PART_BYTES // _row_bytes(source)))
    with writing as writer:
        found = runner.map(
            partial(_live, source, runner, writer, threading.Lock(), chunk, on_life), range(source.lifetimes)
        )
    return sum(found)


def check_recording(path: Path, every: int) -> None:
    """Raise HebbaxError unless a recording could go to a path, with every n-th tick kept."""
    if every < 1:
        raise HebbaxError(f"every={every}: expected a whole number of ticks of at least 1; nearest valid: 1")
    if os.path.lexists(path):
        raise HebbaxError(f"{path} exists already: remove it, or choose another file with --out")
    check_file(path)


def _redraw_of(source: Source, life: int) -> Redraw:
    """Return what draws the pictures that a life observed."""
    key = np.asarray(jax.random.key_data(source.key(life)))
    return Redraw(cast("Task", source.task), source.policy, variant_of(source.damages, life), key)


def _attributes(source: Source, every: int, engine: str) -> dict[str, Any]:
    return {
        **source.setting(),
        "every": every,
        "control_period": source.task.control_period,
        "engine": engine,
        "config": source.config,
        "versions": environment(),
    }


def _live(
    source: Source,
    runner: Runner,
    writer: RecordingWriter,
    writing: threading.Lock,
    chunk: int,
    on_life: Callable[[int, Lives], None],
    life: int,
) -> bool:
    """Live one life and write it part by part, in turn with others; return whether it has begun."""
    # Who lives also writes: a thread only for writing would be one more than there are cores, and those that live would
    # wait for its turns of the interpreter's lock.
    try:
        for record, row in runner.stream(life, chunk=chunk):
            if row is not None and row.stopped and not row.lengths[0]:
                return False
            with writing:
                writer.append(life, record)
                if row is not None:
                    writer.finish(life, np.asarray(jax.random.key_data(source.key(life))), row)
                    on_life(life, row)
    except BaseException:
        runner.stop()  # the others need not live on for a file that will not be
        raise
    return True


def _row_bytes(source: Source) -> int:
    """Return about how many bytes a tick has."""
    return 4 * source.policy.weight_count + 8 * (4 * source.task.observation_size + 14 * source.task.action_size) + 64
