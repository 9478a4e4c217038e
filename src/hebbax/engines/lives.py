"""What goes into and comes out of every engine: genomes and keys checked, rows unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.cores import available_cores
from hebbax.engines.life import COUNT, END, LENGTH, RETURN, SUMS, TERMINATIONS, WARNINGS
from hebbax.engines.scenario import Scenario
from hebbax.engines.task_functions import term_columns
from hebbax.errors import HebbaxError
from hebbax.keys import fold_in
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.task import Task
from hebbax.types import END_DIVERGED, Lives, Record


def thread_count(threads: int | None) -> int:
    """Return how many threads to run: those asked for, or one a core. Raises HebbaxError for fewer than one."""
    if threads is not None and threads < 1:
        raise HebbaxError(f"threads={threads}: expected at least 1, or none for all cores ({available_cores()})")
    return threads or available_cores()


def check_chunk(chunk: int) -> None:
    """Raise HebbaxError for parts of fewer than one tick."""
    if chunk < 1:
        raise HebbaxError(f"chunk={chunk} ticks: expected at least 1; nearest valid: 1")


def check_genomes(genomes: Any, genome_size: int) -> np.ndarray:
    """Return genomes as contiguous float32 [population, genome_size]. Raises HebbaxError for another shape."""
    array = np.ascontiguousarray(genomes, np.float32)
    if array.ndim != 2 or array.shape[1] != genome_size:
        raise HebbaxError(
            f"expected genomes to be an array with shape (population, genome_size) (i.e. shape (…, {genome_size})) "
            f"but it had shape {array.shape}"
        )
    return read_only(array)


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a view that cannot be written to, as JAX's arrays are: one type, so one compiled life for both."""
    view = array.view()
    view.flags.writeable = False
    return view


def life_keys(key: Any, lives: int) -> np.ndarray:
    """Return one key a life as uint32 [lives, 2], folding a single key by index.

    Raises HebbaxError for an array of keys of another length.
    """
    data = np.asarray(jax.random.key_data(key) if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else key)
    if data.shape == (2,):
        return read_only(fold_in(data, np.arange(lives)))
    if data.shape != (lives, 2):
        raise HebbaxError(f"expected one key, or an array of {lives} keys, one a life, but got shape {data.shape[:-1]}")
    return read_only(np.ascontiguousarray(data, np.uint32))


def empty_rows(task: Task, lives: int) -> np.ndarray:
    """Return rows of lives that have not begun, float64 [lives, SUMS + 2 * observations + reward terms]."""
    return np.zeros((lives, SUMS + 2 * task.observation_size + term_columns(task)))


def lives_of_rows(rows: np.ndarray, task: Task, weights: np.ndarray | None = None) -> Lives:
    """Return the lives that rows (`empty_rows`) stand for, and the weights [lives, weights] that they left.

    They are over: what their world warned of is said.
    """
    task.world.say_trouble()
    size = task.observation_size
    return Lives(
        returns=rows[:, RETURN].copy(),
        lengths=rows[:, LENGTH].astype(np.int64),
        ends=rows[:, END].astype(np.int64),
        warnings=rows[:, WARNINGS].astype(np.int64),
        terminations=rows[:, TERMINATIONS].astype(np.int64),
        observation_count=rows[:, COUNT].copy(),
        observation_mean=rows[:, SUMS : SUMS + size].copy(),
        observation_m2=rows[:, SUMS + size : SUMS + 2 * size].copy(),
        reward_terms=rows[:, SUMS + 2 * size :].copy() if term_columns(task) else None,
        weights=None if weights is None else left_by(rows[:, END], weights),
    )


def left_by(ends: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return what lives leave of their last weights [lives, weights]: NaN where they diverged."""
    return np.where((ends == END_DIVERGED)[:, None], np.float32(np.nan), weights)


def empty_record(task: AnyTask, ticks: int, weight_count: int) -> Record:
    """Return buffers for a life of so many ticks, zero for none; without columns for what its world does not have."""
    return Record(
        observations=np.zeros((ticks, task.observation_size)),
        actions=np.zeros((ticks, task.action_size)),
        rewards=np.zeros(ticks),
        terminated=np.zeros(ticks, bool),
        weights=np.zeros((ticks, weight_count), np.float32),
        **task.world.record_arrays(ticks),
    )


def whole(parts: Iterator[tuple[Record, Lives | None]]) -> tuple[Lives, Record]:
    """Return row and record of a life that was streamed in one part."""
    record, lives = next(parts)
    assert lives is not None
    return lives, record


def record_whole(engine: Any, genome: Any, key: Any, scenario: Scenario) -> tuple[Lives, Record]:
    """Stream a life of an engine in one part."""
    chunk = max(engine.task.length if scenario.ticks is None else scenario.ticks, 1)
    return whole(engine.stream(genome, key, scenario, chunk=chunk))
