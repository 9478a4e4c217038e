"""Records lives of a stored controller into one file, on all cores, while they are lived."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from queue import Queue
from typing import Any

import jax
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.recording.layout import columns_of
from hebbax.recording.source import Runner, Source
from hebbax.recording.writer import create_recording
from hebbax.types import Lives, Record
from hebbax.versions import environment

_PART_BYTES = 8 << 20  # of a life's arrays that are handed over at a time
_WAITING = 4  # parts between the lives and the file


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
    found = 0
    writing = create_recording(
        path,
        attributes=_attributes(source, every, runner.engine.name),
        arrays={
            "genome": source.genome,
            "observation_mean": source.normaliser.mean,
            "observation_scale": source.normaliser.scale,
        },
        connections=source.policy.network.connections if source.policy.plasticity else (),
        columns=columns_of(source.task),
        control_period=source.task.control_period,
        every=every,
    )
    with writing as writer, closing(_parts(runner)) as parts:
        for life, record, row in parts:
            writer.append(life, record)
            if row is not None:
                writer.finish(life, np.asarray(jax.random.key_data(source.key(life))), row)
                on_life(life, row)
                found += 1
    return found


def check_recording(path: Path, every: int) -> None:
    """Raise HebbaxError unless a recording could go to a path, with every n-th tick kept."""
    if every < 1:
        raise HebbaxError(f"every={every}: expected a whole number of ticks of at least 1; nearest valid: 1")
    if os.path.lexists(path):
        raise HebbaxError(f"{path} exists already: remove it, or choose another file with --out")


def _attributes(source: Source, every: int, engine: str) -> dict[str, Any]:
    return {
        **source.setting(),
        "every": every,
        "control_period": source.task.control_period,
        "engine": engine,
        "config": source.config,
        "versions": environment(),
    }


def _parts(runner: Runner) -> Generator[tuple[int, Record, Lives | None]]:
    """Yield parts of all lives as they come, those of one life in order, its row with the last.

    Lives run in threads of their own; only the caller's touches the file.
    """
    queue: Queue[tuple[int, Record, Lives | None] | BaseException | None] = Queue(_WAITING)
    chunk = max(1, min(1000, _PART_BYTES // _row_bytes(runner.source)))
    given_up = threading.Event()

    def live(life: int) -> None:
        for record, row in runner.stream(life, chunk=chunk):
            if given_up.is_set():
                return
            if row is not None and row.stopped and not row.lengths[0]:
                return  # it has not begun
            queue.put((life, record, row))

    def work() -> None:
        try:
            runner.map(live, range(runner.source.lifetimes))
            queue.put(None)
        except BaseException as error:
            queue.put(error)

    thread = threading.Thread(target=work, name="hebbax-recording")
    thread.start()
    try:
        while (part := queue.get()) is not None:
            if isinstance(part, BaseException):
                raise part
            yield part
    except BaseException:  # also where the caller could not write a part, and closes this generator
        given_up.set()
        runner.stop()
        raise
    finally:
        while thread.is_alive():
            _drain(queue)
            thread.join(0.05)


def _drain(queue: Queue[Any]) -> None:
    """Take what nobody will, so that the threads which put it there can end."""
    while not queue.empty():
        queue.get_nowait()


def _row_bytes(source: Source) -> int:
    """Return about how many bytes a tick has."""
    return 4 * source.policy.weight_count + 8 * (4 * source.task.observation_size + 4 * source.task.action_size) + 64
