"""A life and a second one a tiny way off, tick by tick: how fast a small difference of body and policy grows.

G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn: *Lyapunov Characteristic Exponents for Smooth Dynamical Systems
and for Hamiltonian Systems*. Meccanica 15, 1980. After each tick the second life is put back to its first distance
along the way it went, so the difference stays far above float32's rounding and far below what folds back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import mujoco
import numpy as np

from hebbax.tasks.arguments import without_noise
from hebbax.tasks.task import Task
from hebbax.types import Simulation
from hebbax.worlds.mujoco.simulation import simulation_of

NUDGE = 1e-5
"""Distance of the two: 80 roundings of float32, and too near for contacts to be met in different physics steps."""

CEILING = 0.1
"""Beyond this distance the difference is no longer a direction."""

BODY_STATE = (*Simulation._fields, "qacc_warmstart", "act")
"""The arrays of MuJoCo that a difference may be in; derived ones too, because a task reads those of the last step."""


class State(NamedTuple):
    """What two lives consist of; the arrays of one are the other's in shape and type."""

    qpos: np.ndarray  # float64 [nq]
    qvel: np.ndarray  # float64 [nv]
    weights: np.ndarray  # float32 [weights], to be read
    stored: Sequence[np.ndarray]  # float32, the weights as the policy keeps them, among the following
    arrays: Sequence[np.ndarray]  # all that goes on changing, qpos and qvel among it, to be written


class Twins(ABC):
    """A life and its twin. Lengths are relative: of positions and velocities to 1 + their norms, of weights to theirs.

    Coordinates that nothing depends on, such as the place on a level ground, are no part of the difference: what is
    once in them would stay for ever.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._sizes = np.ones(3)
        self._counted = np.ones(task.model.nq, bool)

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
        self._nudge(generator)
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
                self._nudge(generator)
            else:
                self._pull(NUDGE / after)
        return np.array(found)

    def _begin(self) -> None:
        first, _ = self.states()
        self._counted = ~cyclic(self._task, first.qpos, first.qvel, self._memory())
        size = float(np.linalg.norm(first.weights))
        self._sizes = np.array(
            [1 + np.linalg.norm(first.qpos[self._counted]), 1 + np.linalg.norm(first.qvel), size if size > 0 else 1.0]
        )

    def _distance(self) -> float:
        first, second = self.states()
        parts = (
            (second.qpos - first.qpos)[self._counted],
            second.qvel - first.qvel,
            second.weights.astype(np.float64) - first.weights,
        )
        return float(np.linalg.norm([np.linalg.norm(part) for part in parts] / self._sizes))

    def _nudge(self, generator: np.random.Generator) -> None:
        """Put the twin beside the life, in a random direction."""
        self._pull(0.0)
        first, second = self.states()
        parts = [(second.qpos, self._sizes[0]), (second.qvel, self._sizes[1])]
        parts += [(weights, np.linalg.norm(weights)) for weights in second.stored]
        for array, size in parts:
            away = generator.standard_normal(array.shape)
            array += NUDGE / np.sqrt(3) * size * away / max(float(np.linalg.norm(away)), 1e-300)
        second.qpos[~self._counted] = first.qpos[~self._counted]
        self.put(second)

    def _pull(self, factor: float) -> None:
        """Multiply the difference."""
        first, second = self.states()
        for one, other in zip(first.arrays, second.arrays, strict=True):
            wide = one.astype(np.float64)
            other[:] = wide + factor * (other - wide) if factor else one
        second.qpos[~self._counted] = first.qpos[~self._counted]
        self.put(second)


def cyclic(task: Task, qpos: np.ndarray, qvel: np.ndarray, memory: np.ndarray) -> np.ndarray:
    """Return which positions neither the forces nor the observation depend on, bool [nq].

    Only what moves a body straight on is tried, by a metre either way.
    """
    model, data = task.model, mujoco.MjData(task.model)
    observe = without_noise(task.observe, "observe", task.noise_size)

    def felt(index: int, shift: float) -> np.ndarray:
        data.qpos[:], data.qvel[:] = qpos, qvel
        data.qpos[index] += shift
        data.qacc_warmstart[:] = 0.0
        mujoco.mj_forward(model, data)
        return np.concatenate([np.ravel(observe(simulation_of(data), memory)), data.qacc])

    found = np.zeros(model.nq, bool)
    for joint in range(model.njnt):
        kind, at = model.jnt_type[joint], int(model.jnt_qposadr[joint])
        straight = {mujoco.mjtJoint.mjJNT_FREE.value: 3, mujoco.mjtJoint.mjJNT_SLIDE.value: 1}.get(int(kind), 0)
        for index in range(at, at + straight):
            here = felt(index, 0.0)
            found[index] = all(np.allclose(felt(index, shift), here, rtol=1e-6, atol=1e-6) for shift in (-1.0, 1.0))
    return found
