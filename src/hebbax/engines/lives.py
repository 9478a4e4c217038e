"""What comes out of every engine: rows unpacked, records and their buffers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hebbax.engines.life import COUNT, END, LENGTH, RETURN, SUMS, TERMINATIONS, WARNINGS
from hebbax.engines.scenario import Scenario
from hebbax.engines.task_functions import term_columns
from hebbax.tasks.external.task import AnyTask
from hebbax.types import END_DIVERGED, Lives, Record


def empty_rows(task: AnyTask, lives: int) -> np.ndarray:
    """Return rows of lives that have not begun, float64 [lives, SUMS + 2 * normalised observations + reward terms]."""
    return np.zeros((lives, SUMS + 2 * task.normalised_size + term_columns(task)))


def lives_of_rows(rows: np.ndarray, task: AnyTask, weights: np.ndarray | None = None) -> Lives:
    """Return the lives that rows (`empty_rows`) stand for, and the weights [lives, weights] that they left.

    They are over: what their world warned of is said.
    """
    task.world.say_trouble()
    size = task.normalised_size
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
    chunk = engine.task.length if scenario.ticks is None else scenario.ticks
    return whole(engine.stream(genome, key, scenario, chunk=chunk))
