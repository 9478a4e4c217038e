"""A plastic controller and its body in float64, from the equations: what exponents of compiled lives are held against.

Two layers of tanh, Δw = η (A·pre·post + B·pre + C·post + D) on moving averages, division by each layer's largest
weight, and MuJoCo's own `mj_step`. Observations are as Gymnasium's planar runners have them: all of qpos but its first,
then qvel. The exponent is Benettin's: two lives, put back to their first distance at every tick.
"""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np


class Controller(NamedTuple):
    """What a life follows from; float64."""

    rules: list[dict[str, np.ndarray]]  # of each layer, its A, B, C, D and eta [presynaptic, postsynaptic]
    mean: np.ndarray  # of the observations
    scale: np.ndarray
    window: int  # ticks of the moving average
    interval: int  # ticks from one update to the next


class Life:
    """One life; `state` is all of it that a difference can be in."""

    def __init__(
        self, model: mujoco.MjModel, substeps: int, controller: Controller, weights: list[np.ndarray], qpos, qvel
    ) -> None:
        self.model, self.substeps, self.controller = model, substeps, controller
        self.data = mujoco.MjData(model)
        self.data.qpos[:], self.data.qvel[:] = qpos, qvel
        self.weights = [np.array(layer, np.float64) for layer in weights]
        units = self.weights[0].shape[0] + sum(layer.shape[1] for layer in self.weights)
        self.history = np.zeros((controller.window, units))
        self.time = 0

    def tick(self) -> None:
        told = self.controller
        observation = np.concatenate([self.data.qpos[1:], self.data.qvel])
        activations = [(observation - told.mean) * told.scale]
        for layer in self.weights:
            activations.append(np.tanh(activations[-1] @ layer))
        self.history[self.time % told.window] = np.concatenate(activations)
        self.data.ctrl[:] = activations[-1]
        for _ in range(self.substeps):
            mujoco.mj_step(self.model, self.data)
        if self.time % told.interval == 0:
            self._learn()
        self.time += 1

    def _learn(self) -> None:
        mean = self.history[: min(self.time + 1, self.controller.window)].mean(axis=0)
        at = 0
        for n, (layer, rule) in enumerate(zip(self.weights, self.controller.rules, strict=True)):
            rows, columns = layer.shape
            pre, post = mean[at : at + rows, None], mean[at + rows : at + rows + columns]
            change = rule["A"] * pre * post + rule["B"] * pre + rule["C"] * post + rule["D"]
            layer = layer + rule["eta"] * change
            self.weights[n] = layer / np.abs(layer).max()
            at += rows

    def state(self) -> np.ndarray:
        """Return a copy of the state as one vector: the body without its place along the track, weights, history."""
        body = [self.data.qpos[1:], self.data.qvel, self.data.qacc_warmstart]
        return np.concatenate([*body, *(layer.ravel() for layer in self.weights), self.history.ravel()])

    def put(self, state: np.ndarray) -> None:
        """Go on from a state."""
        parts = [self.data.qpos[1:], self.data.qvel, self.data.qacc_warmstart]
        parts += [*(layer.reshape(-1) for layer in self.weights), self.history.reshape(-1)]
        at = 0
        for part in parts:
            part[:] = state[at : at + part.size]
            at += part.size


def growth(first: Life, second: Life, ticks: int, distance: float, generator: np.random.Generator) -> np.ndarray:
    """Return by what logarithm the difference of two equal lives grows at each tick; the second is nudged first.

    `distance` is the length of the difference in positions, velocities and weights, to which it is put back each tick.
    """
    apart = generator.standard_normal(first.state().shape)
    found = np.empty(ticks)
    counted = _counted(first)
    apart *= distance / np.linalg.norm(apart[counted])
    for tick in range(ticks):
        second.put(first.state() + apart)
        second.data.qpos[0] = first.data.qpos[0]
        first.tick()
        second.tick()
        apart = second.state() - first.state()
        size = np.linalg.norm(apart[counted])
        found[tick] = np.log(size / distance)
        apart *= distance / size
    return found


def _counted(life: Life) -> np.ndarray:
    """Return the places in the state that its length is taken over: not the warm start of the solver."""
    nq, nv = life.model.nq - 1, life.model.nv
    weights = sum(layer.size for layer in life.weights)
    begin = nq + 2 * nv
    return np.r_[0 : nq + nv, begin : begin + weights]
