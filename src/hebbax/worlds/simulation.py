"""One simulation of a world of one's own: the arrays of its state, and nothing beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class WorldSimulation:
    """See `worlds.base.Simulation`."""

    state: Any
    before: Any
    control: np.ndarray
    moving: tuple[str, ...]  # names of the arrays that change after a birth
    simulator: int = 0  # there is nothing that a compiled function would need

    @property
    def phase(self) -> Sequence[np.ndarray]:
        """The arrays of the state that change."""
        return [getattr(self.state, name) for name in self.moving]

    @property
    def arrays(self) -> Sequence[np.ndarray]:
        """The arrays of the state that change."""
        return self.phase

    def follow(self, other: Any) -> None:
        """Take over nothing: the state is all."""
