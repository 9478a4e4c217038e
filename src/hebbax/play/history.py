"""The last ticks of a life, and what is drawn of them: what they earned, and where the weights went."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hebbax.attractors.principal_components import principal_components

TICKS = 600
"""How many ticks are remembered."""

_FITTED = 300  # rows that the components are fitted to: as many as cost a few milliseconds


class History:
    """A ring of the last ticks: weights [ticks, weights], how fast each layer changed, reward and forward speed."""

    def __init__(self, layer_shapes: Sequence[tuple[int, ...]], ticks: int = TICKS) -> None:
        self.sizes = [int(np.prod(shape)) for shape in layer_shapes]
        self._weights = np.zeros((ticks, sum(self.sizes)), np.float32)
        self._speeds = np.zeros((ticks, len(self.sizes)))
        self._courses = np.full((ticks, 2), np.nan)
        self.count = 0  # appended so far; the first is of tick 0
        self._axes = np.zeros((2, sum(self.sizes)))

    def append(self, weights: Sequence[np.ndarray], reward: float = np.nan, forward: float = np.nan) -> None:
        """Take in one more tick.

        Args:
            weights: one matrix per layer.
            reward: of the tick.
            forward: speed of the body in it, m/s; NaN where there is none.
        """
        ticks = len(self._weights)
        flat = np.concatenate([np.ravel(layer) for layer in weights])
        if self.count:
            change = flat.astype(np.float64) - self._weights[(self.count - 1) % ticks]
            parts = np.split(change, np.cumsum(self.sizes)[:-1])
            self._speeds[self.count % ticks] = [np.linalg.norm(part) for part in parts]
        self._weights[self.count % ticks] = flat
        self._courses[self.count % ticks] = reward, forward
        self.count += 1

    @property
    def first_tick(self) -> int:
        """The earliest tick that is remembered."""
        return max(0, self.count - len(self._weights))

    def weights(self) -> np.ndarray:
        """Return the weights from the earliest tick on, float32 [ticks, weights]."""
        return self._weights[np.arange(self.first_tick, self.count) % len(self._weights)]

    def speeds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return ticks [n], and how far each layer has moved in them, float64 [n, layers]; from tick 1 on."""
        ticks = np.arange(max(1, self.first_tick), self.count)
        return ticks, self._speeds[ticks % len(self._speeds)]

    def courses(self, window: int) -> tuple[np.ndarray, np.ndarray]:
        """Return ticks [n], and the means of reward and forward speed over the `window` ticks up to each [n, 2].

        A number that was not finite is left out of its means; where there is none, the mean is NaN.
        """
        ticks = np.arange(self.first_tick, self.count)
        values = self._courses[ticks % len(self._courses)]
        finite = np.isfinite(values)
        sums = np.cumsum(np.where(finite, values, 0.0), axis=0)
        counts = np.cumsum(finite, axis=0)
        sums[window:], counts[window:] = sums[window:] - sums[:-window], counts[window:] - counts[:-window]
        return ticks, np.divide(sums, counts, out=np.full(values.shape, np.nan), where=counts > 0)

    def size(self) -> float:
        """Return the mean norm of the remembered weights: what their motion is large or small beside."""
        return float(np.linalg.norm(self.weights(), axis=1).mean())

    def components(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the trajectory in its two leading components [n, 2], and their parts of the variance [2].

        Each axis keeps its direction from call to call, so that a picture of them does not flip over. Empty before
        there are three ticks, where nothing moves, and where a weight is not finite.
        """
        rows = self.weights()
        rows = rows[:: max(1, -(-len(rows) // _FITTED))]
        nothing = np.zeros((0, 2)), np.zeros(2)
        if len(rows) < 3 or rows.shape[1] < 2 or not np.isfinite(rows).all():
            return nothing
        found = principal_components(rows, 2)
        if not found.total_variance > 0:
            return nothing
        signs = np.where(np.sum(found.axes * self._axes, axis=1) < 0, -1.0, 1.0)
        self._axes = found.axes * signs[:, None]
        return found.scores * signs, found.explained
