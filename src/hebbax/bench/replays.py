"""The same bodies under the same controls without a policy: what lives would cost if thinking were free."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from mujoco import batch

from hebbax.bench.controls import Controls
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay
from hebbax.tasks.task import Task
from hebbax.types import Lives, Normaliser
from hebbax.worlds.mujoco.contact_forces import ContactForces


@dataclass(frozen=True)
class Recording:
    """What every life of a population did."""

    actions: np.ndarray  # [population, ticks + 1, actuators], float32, of which the last is not carried out
    first_qpos: np.ndarray  # [population, nq], float64
    first_qvel: np.ndarray  # [population, nv], float64
    last_qpos: np.ndarray  # [population, nq], float64, after `ticks` ticks

    @property
    def ticks(self) -> int:
        """Number of control ticks of each life."""
        return self.actions.shape[1] - 1

    def of_lives(self, group: slice) -> Recording:
        """Return the part that some of the lives did."""
        return Recording(*(getattr(self, field.name)[group] for field in fields(self)))

    def describe(self) -> dict[str, float]:
        """Return how the controls move: mean size, part at the bounds, mean change from tick to tick."""
        actions = self.actions[:, :-1]
        change = np.abs(np.diff(actions, axis=1)).mean() if self.ticks > 1 else 0.0
        size = np.abs(actions)
        return {"size": float(size.mean()), "saturated": float((size > 0.95).mean()), "change": float(change)}


def record_lives(engine: NativeEngine, controls: Controls, keys: Any, ticks: int) -> Recording:
    """Run every life once and keep its controls. Raises HebbaxError if a life does not last that long."""
    lives = len(controls.genomes)
    model = controls.world.model
    recording = Recording(
        np.zeros((lives, ticks + 1, controls.task.action_size), np.float32),
        np.zeros((lives, model.nq)),
        np.zeros((lives, model.nv)),
        np.zeros((lives, model.nq)),
    )
    for i in range(lives):
        # One tick more than is timed: the state that it starts from is the one that the timed lives end in.
        _, record = engine.record(
            controls.genomes[i], keys[i], Scenario(normaliser=controls.normaliser, ticks=ticks + 1)
        )
        if len(record.actions) != ticks + 1:
            raise HebbaxError(f"{controls.name}: life {i} ended after {len(record.actions)} ticks; nothing to compare")
        recording.actions[i] = record.actions
        recording.first_qpos[i], recording.first_qvel[i] = record.qpos[0], record.qvel[0]
        recording.last_qpos[i] = record.qpos[ticks]
    return recording


class BatchReplay:
    """Replays through `mujoco.batch`: the controls of all lives set at each tick, then one control period for all.

    What the task makes of an action may depend on nothing else; it is computed before the clock runs.
    """

    def __init__(self, controls: Controls, recording: Recording, threads: int) -> None:
        world = controls.world
        self.recording, self.substeps = recording, world.substeps
        self.batch = batch.Batch(world.model, len(recording.actions), threads, persistent=world.contact_forces)
        self.contact_forces = ContactForces(self.batch) if world.contact_forces else None
        self.qpos, self.qvel, self.ctrl = (self.batch.bind(field) for field in ("qpos", "qvel", "ctrl"))
        # Tick by tick and in the batch's own type, so that setting the controls is one copy of adjacent numbers.
        actions = recording.actions.swapaxes(0, 1).astype(np.float64)
        self.actions = np.ascontiguousarray(controls.task.actuate(actions, None, None), np.float64)

    def run(self) -> None:
        """Replay all lives from birth."""
        self.batch.reset()
        self.qpos[:], self.qvel[:] = self.recording.first_qpos, self.recording.first_qvel
        self.batch.forward()
        for tick in range(self.recording.ticks):
            self.ctrl[:] = self.actions[tick]
            self.batch.step(nstep=self.substeps)
            if self.contact_forces is not None:
                self.contact_forces.update(np.arange(self.batch.nsim))

    def check(self) -> None:
        """Raise HebbaxError unless the replay just run ended where the lives did, to the bit."""
        _check_same(self.qpos, self.recording.last_qpos, "mujoco.batch")


class LoopReplay:
    """Replays through the compiled life with the recorded actions in place of the policy."""

    def __init__(self, task: Task, recording: Recording, keys: Any, normaliser: Normaliser) -> None:
        lives, length, actuators = recording.actions.shape
        self.recording, self.keys, self.normaliser = recording, keys, normaliser
        self.engine = NativeEngine(task, Replay(actuators, length))
        self.genomes = recording.actions.reshape(lives, length * actuators)

    def run(self) -> Lives:
        """Replay all lives from birth."""
        return self.engine.evaluate(
            self.genomes, self.keys, Scenario(normaliser=self.normaliser, ticks=self.recording.ticks)
        )

    def check(self, lives: Lives) -> None:
        """Raise HebbaxError unless a replay ends where its life did, and all earn what these lives did, to the bit."""
        ticks = self.recording.ticks
        _, record = self.engine.record(
            self.genomes[0], self.keys[0], Scenario(normaliser=self.normaliser, ticks=ticks + 1)
        )
        _check_same(record.qpos[ticks], self.recording.last_qpos[0], "the compiled loop")
        _check_same(self.run().returns, lives.returns, "the compiled loop")


def _check_same(replay: np.ndarray, life: np.ndarray, where: str) -> None:
    if not np.array_equal(replay, life):
        difference = np.abs(replay - life).max()
        raise HebbaxError(f"the replay through {where} is not of the same lives (by up to {difference:.3g}): a bug")
