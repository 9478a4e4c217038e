"""Many simulations of a world of one's own side by side, for engines in which all lives tick together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hebbax.types import Measured
from hebbax.worlds.base import BodyDamage

_NOTHING = np.zeros((0, 1))
_NO_STATES = np.zeros(0)
_NOT_MEASURED = Measured.nothing()


class WorldBatch:
    """States with a row per life, advanced one after another; see `worlds.base.Batch`."""

    def __init__(
        self,
        states: Any,
        befores: Any,
        controls: np.ndarray,
        advance: Any,
        bounds: float,
        moving: tuple[str, ...],
        address_of: Callable[[Any], int],
    ) -> None:
        self.states, self.befores, self.controls = states, befores, controls
        self._advance, self._bounds, self._moving = advance, bounds, moving
        self._address_of = address_of
        self._models: Sequence[Any] = ()
        self._addresses: list[int] = []

    @property
    def phase(self) -> Sequence[np.ndarray]:
        """The arrays of the states that change after a birth."""
        return [getattr(self.states, name) for name in self._moving]

    @property
    def arrays(self) -> Sequence[np.ndarray]:
        """The arrays of the states that change after a birth."""
        return self.phase

    def follow(self) -> None:
        """Take over nothing: the states are all."""

    def use_models(self, models: Sequence[Any]) -> None:
        """Give each life the model that it has from now on; None is that of a world without one."""
        self._models = models  # held here, because compiled code knows addresses alone
        self._addresses = [self._address_of(model) for model in models]

    def clear(self, which: np.ndarray) -> None:
        """Change nothing: a birth writes all of a state."""

    def place(self, which: np.ndarray) -> None:
        """Change nothing: nothing follows from a state."""

    def advance(self, which: np.ndarray, damage: BodyDamage | None, measured: Measured | None) -> None:
        """Run a control period of some, by index."""
        zero = np.uint32(0)
        for life in which:
            state = type(self.states)(*(array[life] for array in self.states))
            model = self._addresses[life]
            self._advance(model, 0, state, self.controls[life], _NOTHING, _NO_STATES, 0, zero, zero, _NOT_MEASURED)

    def within_bounds(self) -> np.ndarray:
        """Whether all numbers of each state are at most `bounds` in size, bool [lives]."""
        flat = [array.reshape(len(array), -1) for array in self.phase]  # a comparison with NaN is false
        return np.all([np.all(np.abs(array) <= self._bounds, axis=1) for array in flat], axis=0)

    def warnings(self) -> np.ndarray:
        """Return zeros: a world of one's own warns of nothing."""
        return np.zeros(len(self.controls), np.int64)

    def write_record(self, record: Any, slot: int) -> None:
        """Write the state of the first life."""
        for array, rows in zip(self.states, record.state, strict=True):
            rows[slot] = array[0]
