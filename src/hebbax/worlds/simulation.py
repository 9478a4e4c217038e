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
    simulator: int = 0  # there is nothing that a compiled function would need

    @property
    def phase(self) -> Sequence[np.ndarray]:
        """All arrays of the state."""
        return list(self.state)

    @property
    def arrays(self) -> Sequence[np.ndarray]:
        """All arrays of the state."""
        return list(self.state)

    def follow(self, other: Any) -> None:
        """Take over nothing: the state is all."""
