"""A life and a second one a tiny way off, tick by tick: how fast a small difference of body and policy grows.

G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn: *Lyapunov Characteristic Exponents for Smooth Dynamical Systems
and for Hamiltonian Systems*. Meccanica 15, 1980. After each tick the second life is put back to its first distance
along the way it went, so the difference stays far above float32's rounding and far below what folds back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hebbax.tasks.arguments import without_noise
from hebbax.tasks.task import Task

NUDGE = 1e-5
"""Distance of the two: 80 roundings of float32, and too near for contacts to be met in different physics steps."""

CEILING = 0.1
"""Beyond this distance the difference is no longer a direction."""


class State(NamedTuple):
    """What two lives consist of; the arrays of one are the other's in shape and type."""

    phase: Sequence[np.ndarray]  # float64, the world's, such as positions and velocities
    weights: np.ndarray  # float32 [weights], to be read
    stored: Sequence[np.ndarray]  # float32, the weights as the policy keeps them, among the following
    arrays: Sequence[np.ndarray]  # all that goes on changing, `phase` among it, to be written


class Twins(ABC):
    """A life and its twin. Lengths are relative: of each array of the phase to 1 + its norm, of weights to theirs.

    Coordinates that nothing depends on, such as the place on a level ground, are no part of the difference: what is
    once in them would stay for ever.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._sizes = np.ones(1)
        self._counted: list[np.ndarray] = []

    @abstractmethod
    def run(self, until: int) -> bool:
        """Run both lives up to a tick; return whether the life goes on."""

    @abstractmethod
    def states(self) -> tuple[State, State]:
        """Return the states of the life and of its twin."""

    @abstractmethod
    def put(self, second: State) -> None:
        """Have the twin go on from this state, which was changed in place, at the life's own tick."""

    @abstractmethod
    def in_step(self) -> bool:
        """Whether the twin has lived as long as the life, with as many terminations."""

    @abstractmethod
    def _memory(self) -> np.ndarray:
        """Return the task's memory of the life."""

    def growth(self, ticks: range, generator: np.random.Generator) -> np.ndarray:
        """Return by what logarithm the difference grows in each of these ticks, from a random one at the first.

        NaN where the difference was lost, and another began: because it grew beyond CEILING within a tick, or the
        task's termination came to one of the two alone. Minus infinity where no difference was left. The result is
        shorter if the life ends.
        """
        if not self.run(ticks.start):
            return np.zeros(0)
        self._begin()
        self._perturb(generator)
        found: list[float] = []
        for tick in ticks:
            before = self._distance()
            goes_on = self.run(tick + 1)
            after = self._distance() if self.in_step() else np.inf
            lost = not after <= CEILING  # NaN too
            with np.errstate(divide="ignore"):
                found.append(np.nan if lost else float(np.log(after / before)))
            if not goes_on:
                break
            if lost or after == 0:
                self._perturb(generator)
            else:
                self._pull(NUDGE / after)
        return np.array(found)

    def _begin(self) -> None:
        first, _ = self.states()
        task = self._task
        observe = without_noise(task.observe, "observe", task.noise_size)
        self._counted = [~cyclic for cyclic in task.world.cyclic(observe, first.phase, self._memory())]
        size = float(np.linalg.norm(first.weights))
        self._sizes = np.array([*self._sizes_of(first), size if size > 0 else 1.0])

    def _sizes_of(self, state: State) -> list[float]:
        arrays = zip(state.phase, self._counted, strict=True)
        return [1 + float(np.linalg.norm(array[counted])) for array, counted in arrays]

    def _distance(self) -> float:
        first, second = self.states()
        arrays = zip(first.phase, second.phase, self._counted, strict=True)
        parts = [(other - one)[counted] for one, other, counted in arrays]
        parts.append(second.weights.astype(np.float64) - first.weights)
        return float(np.linalg.norm([np.linalg.norm(part) for part in parts] / self._sizes))

    def _perturb(self, generator: np.random.Generator) -> None:
        """Put the twin beside the life, in a random direction."""
        self._pull(0.0)
        first, second = self.states()
        parts = list(zip(second.phase, self._sizes[:-1], strict=True))
        parts += [(weights, np.linalg.norm(weights)) for weights in second.stored]
        for array, size in parts:
            away = generator.standard_normal(array.shape)
            array += NUDGE / np.sqrt(len(self._sizes)) * size * away / max(float(np.linalg.norm(away)), 1e-300)
        self._put(first, second)

    def _pull(self, factor: float) -> None:
        """Multiply the difference."""
        first, second = self.states()
        for one, other in zip(first.arrays, second.arrays, strict=True):
            wide = one.astype(np.float64)
            other[:] = wide + factor * (other - wide) if factor else one
        self._put(first, second)

    def _put(self, first: State, second: State) -> None:
        """Have the twin go on from its state, but for what nothing depends on."""
        for one, other, counted in zip(first.phase, second.phase, self._counted, strict=True):
            other[~counted] = one[~counted]
        self.put(second)
