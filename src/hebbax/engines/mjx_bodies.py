"""Bodies of many lives for MJX: one model where all have the same, and rows of what differs where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.in_jax import InJax


class MjxBodies:
    """Puts the bodies of lives on the device."""

    def __init__(self, task: Any, physics: InJax) -> None:
        self._task, self._physics = task, physics

    def stacked(self, models: Sequence[Any]) -> tuple[Any, Any]:
        """Return one tree for lives with these models, and which of its leaves have a row per life, as in_axes.

        Raises HebbaxError for a body of another shape, which no row could be.
        """
        puts = [self._physics.model(model) for model in models]
        different = {id(put): put for put in puts}
        if len(different) == 1:
            return puts[0], jax.tree.map(lambda leaf: None, puts[0])
        structure = jax.tree.structure(puts[0])
        leaves = [jax.tree.leaves(put) for put in puts]
        for put in different.values():
            if jax.tree.structure(put) != structure:
                raise self._other_shape()
        stacked, axes = [], []
        for rows in zip(*leaves, strict=True):
            distinct = {id(row): np.asarray(row) for row in rows}
            first, *others = distinct.values()
            if any(other.shape != first.shape for other in others):
                raise self._other_shape()
            same = all(np.array_equal(first, other, equal_nan=True) for other in others)
            stacked.append(first if same else np.stack([distinct[id(row)] for row in rows]))
            axes.append(None if same else 0)
        return jax.tree.unflatten(structure, stacked), jax.tree.unflatten(structure, axes)

    def _other_shape(self) -> HebbaxError:
        return HebbaxError(
            f"engine=mjx: a damage gives lives of task {self._task.name!r} bodies of other parts, and MJX runs bodies "
            "of the same parts together; nearest valid: engine=native"
        )
