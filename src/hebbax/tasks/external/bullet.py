"""`bullet/AntBulletEnv-v0`: the ant of Najarro and Risi in its original physics, PyBullet, in processes of its own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError, calling, unknown_name
from hebbax.installing import pip_install_extra
from hebbax.tasks.external import bullet_worker
from hebbax.tasks.external.lasting_worker import LastingWorker
from hebbax.tasks.external.task import EnvironmentWorld, ExternalTask
from hebbax.tasks.quadruped import action_groups, observation_groups
from hebbax.worlds.base import BodyChange
from hebbax.worlds.mujoco.capsule_lines import with_capsules_edited

_ID = "AntBulletEnv-v0"
_PACKAGES = ("pybullet", "pybullet_envs_gymnasium")
_NEWEST_PYTHON = (3, 11)  # for which PyBullet's last release has a wheel

_LOWER_LEGS = {
    "front-left lower leg": "front_left_foot",
    "rear-left lower leg": "front_right_foot",
    "rear-right lower leg": "left_back_foot",
    "front-right lower leg": "right_back_foot",
}
"""Names as in `quadruped`, by where they stand, and those in PyBullet's own file, in its order."""

_LIVES_AT_ONCE = 32  # at some 20 MB each


class BulletWorld(EnvironmentWorld):
    """PyBullet's ant as a world: of its body the length of the lower legs can be another from birth on."""

    def body_names(self) -> list[str]:
        """Return the names of the bodies that can be damaged, after the ground."""
        return ["world", *_LOWER_LEGS]

    def changed(self, changes: Sequence[BodyChange]) -> str:
        """Return PyBullet's own MJCF text with other capsules in a geom's line each.

        Raises HebbaxError for a change of anything else.
        """
        own = Path(_folder("pybullet")).parent / "pybullet_data/mjcf/ant.xml"
        edits = []
        for change in changes:
            if change.target != "body" or change.edit is None or change.number is None:
                raise _too_much()
            edits.append((list(_LOWER_LEGS.values())[change.number - 1], change.edit, change.value))
        text = with_capsules_edited(own.read_text("utf-8"), edits)
        if text is None:
            raise _too_much()
        return text


class BulletEnvironments:
    """See `Environments`. Lives are dealt out to processes, which step theirs side by side.

    A process that dies is replaced by one that repeats what its lives have done, which PyBullet does to the bit.
    """

    def __init__(self, task: ExternalTask, *, threads: int, film: bool = False) -> None:
        _check_installed(task.name)
        self.task, self.threads, self.film = task, threads, film
        self._workers: list[LastingWorker] = []
        self._busy = 1  # the first of them have lives

    def begin(self, seeds: np.ndarray, bodies: Sequence[Any] = ()) -> np.ndarray:
        """Begin an episode an environment, each from its own seed, of PyBullet's own body where it is None."""
        texts = list(bodies) or [None] * len(seeds)
        self._busy = min(self.threads, len(seeds))
        while len(self._workers) < self._busy:
            self._workers.append(LastingWorker(f"a process of task {self.task.name!r}"))
        for place, worker in enumerate(self._workers[: self._busy]):
            ours = slice(place, None, self._busy)
            worker.begin(bullet_worker.begin, seeds[ours].tolist(), texts[ours], self.film)
        every = np.arange(len(seeds))
        return self._together(every, self._answers("reset", range(self._busy)))

    def restart(self, which: np.ndarray) -> np.ndarray:
        """Begin another episode in some; an environment goes on with the random numbers of its seed."""
        told = self._deal(which)
        for worker, places in told.items():
            self._workers[worker].tell(bullet_worker.restart, (which[places] // self._busy).tolist())
        return self._together(which, self._answers("reset", told))

    def step(self, which: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Advance some by a tick; the reward is progress, as in `quadruped`."""
        told = self._deal(which)
        for worker, places in told.items():
            actions = np.asarray(outputs[places], np.float64)
            self._workers[worker].tell(bullet_worker.step, (which[places] // self._busy).tolist(), actions)
        observations, rewards, done = zip(*self._answers("step", told), strict=True)
        return self._together(which, observations), self._together(which, rewards), self._together(which, done)

    def frame(self) -> np.ndarray:
        """Return a picture of the first environment."""
        self._workers[0].tell(bullet_worker.frame)
        (picture,) = self._answers("render", [0])
        return picture

    def _deal(self, which: np.ndarray) -> dict[int, np.ndarray]:
        """Return the places in `which` of the lives that are each worker's, of those that have any."""
        owners = which % self._busy
        return {int(worker): np.flatnonzero(owners == worker) for worker in np.unique(owners)}

    def _answers(self, function: str, workers: Any) -> list[Any]:
        with calling(f"task {self.task.name!r}: {function}"):
            return [self._workers[worker].answer() for worker in workers]

    def _together(self, which: np.ndarray, parts: Sequence[np.ndarray]) -> np.ndarray:
        """Return rows that workers gave, in the order of their numbers, as rows of `which`."""
        rows = np.concatenate(list(parts))
        together = np.empty_like(rows)
        together[np.concatenate(list(self._deal(which).values()))] = rows
        return together


def describe_bullet(name: str, environment_id: str) -> ExternalTask:
    """Return the task: sizes, groups and reward of `quadruped`, in PyBullet.

    A life begins as PyBullet's, in the air with straight legs, and ends where the torso is at 0.26 m or lower. Raises
    HebbaxError for another id, and where PyBullet is not installed.

    Sources: AntBulletEnv-v0 of PyBullet 3.2.7; Najarro and Risi, NeurIPS 2020.
    """
    if environment_id != _ID:
        raise unknown_name("PyBullet environment", environment_id, [_ID])
    _check_installed(name)
    versions = {package: importlib.metadata.version(package) for package in _PACKAGES}
    return ExternalTask(
        name=name,
        robot="BulletAnt",
        observation=observation_groups(),
        action=action_groups(),
        control_period=0.0165,
        timed=True,
        length=1000,
        source={"id": _ID, "package": "pybullet", "version": versions["pybullet"], "packages": versions},
        reward=("progress",),
        termination="the torso is at 0.26 m or lower",
        at_once=_LIVES_AT_ONCE,
    )


def _too_much() -> HebbaxError:
    return HebbaxError(
        "PyBullet's ant can have shorter lower legs, and nothing else of its body or surroundings can change; expected "
        f"shorten-limb on one of {', '.join(_LOWER_LEGS)}"
    )


def _folder(package: str) -> str:
    found = importlib.util.find_spec(package)
    assert found is not None, package
    assert found.origin is not None, package
    return found.origin


def _check_installed(name: str) -> None:
    if all(importlib.util.find_spec(package) is not None for package in _PACKAGES):
        return
    if sys.version_info[:2] > _NEWEST_PYTHON:
        newest, ours = (".".join(map(str, version[:2])) for version in (_NEWEST_PYTHON, sys.version_info))
        raise HebbaxError(f"task {name!r} needs PyBullet, which has no wheel for Python {ours}: use Python {newest}")
    raise HebbaxError(f"task {name!r} needs PyBullet: {pip_install_extra('bullet')}")
