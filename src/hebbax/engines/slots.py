"""What lives have of their place in a population: the key and the weights that outlast a life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.keys import words_of
from hebbax.types import Array, numbers_of


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
        words = words_of(self.keys)
        if words.shape != (lives, 2):
            raise HebbaxError(f"keys of slots with shape {words.shape[:-1]}: expected one for each of {lives} lives")
        return words

    def inherited(self, lives: int, weights: int) -> np.ndarray:
        """Return a copy of what the slots' last lives left, float32 [lives, weights], NaN for nothing.

        Raises HebbaxError for another shape.
        """
        if self.weights is None:
            return np.full((lives, weights), np.nan, np.float32)
        found = numbers_of("weights of slots", self.weights, np.float32)
        if found.shape != (lives, weights):
            raise HebbaxError(f"weights of slots with shape {found.shape}: expected ({lives}, {weights})")
        return found.copy()


def lasting_weights(policy: Any) -> int:
    """Return how many weights of a life last beyond it: none of a policy whose weights do not persist."""
    return policy.weight_count if getattr(policy, "persists", False) else 0


def no_inheritance(lives: int) -> np.ndarray:
    """Return what lives of a policy whose weights do not persist inherit: float32 [lives, 0]."""
    return np.zeros((lives, 0), np.float32)
