"""The contact forces of many simulations: what MuJoCo computes only when it is asked to."""

from __future__ import annotations

import mujoco
import numpy as np
from mujoco import batch


class ContactForces:
    """`cfrc_ext` of every simulation of a batch, as a compiled life sees it: of the last physics step, zero at birth.

    A batch has no call for it, so the simulations are copied out one by one: a hundredth of what their steps cost. The
    batch has to be persistent, or there would be no contacts to copy.
    """

    def __init__(self, simulations: batch.Batch) -> None:
        self._batch, self._model = simulations, simulations.model
        self._data = mujoco.MjData(self._model)
        self.values = np.zeros((simulations.nsim, self._model.nbody, 6))  # [lives, nbody, 6], N and N·m

    def update(self, which: np.ndarray) -> None:
        """Compute them for some simulations, by index."""
        for i in which:
            data = self._batch.get_data(int(i), self._data)
            mujoco.mj_rnePostConstraint(self._model, data)
            self.values[i] = data.cfrc_ext
