"""Many MuJoCo simulations side by side, for engines in which all lives tick together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mujoco
import numpy as np
from mujoco import batch

from hebbax.compiling.bounds import BOUND
from hebbax.types import Measured, Record
from hebbax.worlds.base import BodyDamage
from hebbax.worlds.mujoco.contact_forces import ContactForces
from hebbax.worlds.mujoco.simulation import simulator_of, unseen
from hebbax.worlds.mujoco.stages import count_contacts, measure_effort
from hebbax.worlds.mujoco.trouble import Trouble


class MujocoBatch:
    """Simulations of one model, and of its variants; see `worlds.base.Batch`."""

    def __init__(
        self,
        model: mujoco.MjModel,
        substeps: int,
        lives: int,
        threads: int,
        *,
        contact_forces: bool,
        writable: bool,
        trouble: Trouble,
        keyframe: int,
        state: Any,
    ) -> None:
        self._substeps, self._models, self._trouble, self._keyframe = substeps, [model] * lives, trouble, keyframe
        # Each simulation keeps its own MjData, because a task may read derived quantities between steps.
        self._batch = batch.Batch(model, lives, threads, persistent=True)
        bound = state(*(_bound(self._batch, field) for field in state._fields))
        self._contact_forces = ContactForces(self._batch) if contact_forces else None
        if self._contact_forces is not None:
            bound = bound._replace(cfrc_ext=self._contact_forces.values)
        # A batch lends derived quantities to be read alone.
        self._bound, self.states = bound, _writable(bound) if writable else bound
        self.befores = state(*(np.full_like(field, np.nan) for field in bound))
        self.controls = bound.ctrl
        self._forces = self._batch.bind("xfrc_applied")
        self._data = mujoco.MjData(model)  # a copy of one simulation, for the record

    @property
    def phase(self) -> Sequence[np.ndarray]:
        """Positions [lives, nq] and velocities [lives, nv]."""
        return [self.states.qpos, self.states.qvel]

    @property
    def arrays(self) -> Sequence[np.ndarray]:
        """All that goes on changing, with a row per life."""
        return [*self.states, *(self._batch.bind(name) for name in unseen(self.states))]

    def follow(self) -> None:
        """Have the second simulation take over the time of the first."""
        time = self._batch.bind("time")
        time[1] = time[0]

    def use_models(self, models: Sequence[mujoco.MjModel]) -> None:
        """Give each life the model that it has from now on."""
        if list(models) != self._models:
            self._models = list(models)
            self._batch.set_models(self._models)

    def clear(self, which: np.ndarray) -> None:
        """Reset some simulations, by index, to the keyframe if there is one."""
        self._batch.reset(which, keyframe=self._keyframe, stage=mujoco.mjtStage.mjSTAGE_NONE.value)

    def place(self, which: np.ndarray) -> None:
        """Compute what follows from the positions and velocities of some, by index."""
        self._try(self._batch.forward, which)
        if self._contact_forces is not None:
            self._contact_forces.values[which] = 0.0
        self._read(which)

    def advance(self, which: np.ndarray, damage: BodyDamage | None, measured: Measured | None) -> None:
        """Run the physics of one control period of some, by index, and what damages do to it."""
        harmed = [] if damage is None else [life for life in damage.lives if life in which]
        held = damage is not None and damage.holds
        singly = held or measured is not None
        if damage is not None:
            for life in harmed:
                damage.apply_forces(life, self._forces[life])
                damage.hold_coordinates(life, 0, self.states.qpos[life], self.states.qvel[life])
        for substep in range(self._substeps if singly else 1):
            self._try(self._batch.step, which, nstep=1 if singly else self._substeps)
            if damage is not None and held:
                for life in harmed:
                    damage.hold_coordinates(life, substep + 1, self.states.qpos[life], self.states.qvel[life])
            if measured is not None:
                self._measure(measured, substep)
        if damage is not None:
            for life in harmed:
                damage.clear_forces(life, self._forces[life])
        if measured is not None:
            measured.contacts[0] /= self._substeps
        if self._contact_forces is not None:
            self._contact_forces.update(which)
        self._read(which)

    def within_bounds(self) -> np.ndarray:
        """Whether positions and velocities of each are at most BOUND in size, bool [lives]."""
        qpos, qvel = self.states.qpos, self.states.qvel  # a comparison with NaN is false
        return (np.abs(qpos) <= BOUND).all(axis=1) & (np.abs(qvel) <= BOUND).all(axis=1)

    def warnings(self) -> np.ndarray:
        """Return MuJoCo's warnings since each life's last birth, int64 [lives]."""
        numbers = self._batch.warning[:, :, 1]  # the first column says where the last one was
        self._trouble.add(numbers.sum(axis=0))
        self._trouble.say(self._models[0])
        return numbers.sum(axis=1)

    def write_record(self, record: Record, slot: int) -> None:
        """Write the positions and velocities of the first life."""
        record.qpos[slot], record.qvel[slot] = self.states.qpos[0], self.states.qvel[0]

    def _try(self, call: Callable[..., None], which: np.ndarray, **arguments: Any) -> None:
        """Call MuJoCo for some; those in which it failed are lost: NaN is found as divergence."""
        try:
            call(which, **arguments)
        except batch.SimulationError as error:
            self.states.qpos[error.ids] = np.nan
            self._trouble.fail(self._batch.error(int(error.ids[0])))

    def _measure(self, measured: Measured, substep: int) -> None:
        """Write efforts of the first life in this physics step, and add one to the contacts that feel a force."""
        data = self._batch.get_data(0, self._data)
        simulator = simulator_of(data, self._substeps, self._trouble.tally)
        measure_effort(simulator, data.qvel, measured.torques[0, substep], measured.speeds[0, substep])
        data.xfrc_applied[:] = 0.0  # or a push would count as a contact
        mujoco.mj_rnePostConstraint(self._models[0], data)
        count_contacts(data.cfrc_ext, measured.contacts[0])

    def _read(self, which: np.ndarray) -> None:
        """Copy derived quantities of some, where they are to be written to."""
        for source, copy in zip(self._bound, self.states, strict=True):
            if copy is not source:
                copy[which] = source[which]


def _bound(simulations: batch.Batch, field: str) -> np.ndarray:
    array = simulations.bind(field)
    return array[:, None] if array.ndim == 1 else array  # the time


def _writable(bound: Any) -> Any:
    return type(bound)(*(field if field.flags.writeable else field.copy() for field in bound))
