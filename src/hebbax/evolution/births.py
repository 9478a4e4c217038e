"""How first weights that are a slot's come to the lives of a search."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hebbax.engines.slots import Slots
from hebbax.errors import HebbaxError
from hebbax.evolution.saved_tensors import check_tensor
from hebbax.keys import fold_in, stream
from hebbax.lazy_jax import jax
from hebbax.policies.policy import Policy

_WEIGHTS = "slots/weights"


class Births:
    """The slots of a population: one per genome, with a row for each of its lives in a generation."""

    def __init__(self, policy: Policy, population: int, lifetimes: int, key: jax.Array) -> None:
        self._persists = policy.persists
        self._shape = population * lifetimes, policy.weight_count
        self._keys: np.ndarray | None = None
        if any(synapses.of_slot for synapses in policy.synapses):
            words = np.asarray(jax.random.key_data(stream(key, "slots")))
            self._keys = fold_in(words, np.arange(population).repeat(lifetimes))

    def begin(self) -> np.ndarray | None:
        """Return what the slots' lives have left before the first: NaN for nothing; None where nothing is left."""
        return np.full(self._shape, np.nan, np.float32) if self._persists else None

    def slots(self, weights: np.ndarray | None) -> Slots | None:
        """Return the slots of a generation, whose last lives left weights; None where first weights are of none."""
        return None if self._keys is None else Slots(self._keys, weights)

    def left(self, before: np.ndarray | None, numbers: np.ndarray, weights: np.ndarray) -> np.ndarray | None:
        """Return what lives have left [population * lifetimes, weights]; the numbered ones have lived since before."""
        if before is None:
            return None
        after = before.copy()
        after[numbers] = weights
        return after

    def pack(self, weights: np.ndarray | None) -> dict[str, np.ndarray]:
        """Return the weights as named tensors."""
        return {} if weights is None else {_WEIGHTS: weights}

    def unpack(self, tensors: Mapping[str, np.ndarray]) -> np.ndarray | None:
        """Return the weights that tensors hold. Raises HebbaxError if they are missing, or of another shape."""
        if not self._persists:
            return None
        weights = check_tensor(_WEIGHTS, tensors, np.zeros(self._shape, np.float32), missing=True)
        lost = np.isnan(weights)
        if not np.array_equal(lost.any(axis=1), lost.all(axis=1)):
            raise HebbaxError(f"the checkpoint's {_WEIGHTS!r} holds NaN for a part of the weights of a life")
        return weights
