"""What lives have of their place in a population: the key and the weights that outlast a life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.types import Array


@dataclass(frozen=True, eq=False)
class Slots:
    """The slots of some lives, one row per life.

    - `keys`: one JAX key per life, of first weights that a slot draws once; the same key for lives of one slot.
    - `weights`: float32 [lives, weights], what each slot's last life left; NaN where there was none. None for a policy
      whose weights do not persist.
    """

    keys: Any
    weights: Array | None = None

    def rows(self, lives: np.ndarray) -> Slots:
        """Return the slots of some of the lives, by their numbers."""
        return Slots(self.keys[lives], None if self.weights is None else np.asarray(self.weights)[lives])

    def words(self, lives: int) -> np.ndarray:
        """Return the keys as uint32 [lives, 2]. Raises HebbaxError for another number of them."""
        keys = self.keys
        data = np.asarray(jax.random.key_data(keys) if jnp.issubdtype(keys.dtype, jax.dtypes.prng_key) else keys)
        if data.shape != (lives, 2):
            raise HebbaxError(f"keys of slots with shape {data.shape[:-1]}: expected one for each of {lives} lives")
        return np.ascontiguousarray(data, np.uint32)

    def inherited(self, lives: int, weights: int) -> np.ndarray:
        """Return a copy of what the slots' last lives left, float32 [lives, weights], NaN for nothing.

        Raises HebbaxError for another shape.
        """
        if self.weights is None:
            return np.full((lives, weights), np.nan, np.float32)
        if np.shape(self.weights) != (lives, weights):
            raise HebbaxError(f"weights of slots with shape {np.shape(self.weights)}: expected ({lives}, {weights})")
        return np.array(self.weights, np.float32)


def no_inheritance(lives: int) -> np.ndarray:
    """Return what lives of a policy whose weights do not persist inherit: float32 [lives, 0]."""
    return np.zeros((lives, 0), np.float32)
