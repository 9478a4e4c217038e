"""What the processes do that PyBullet's ants run in: each holds some, by their place among those of its lives.

A process of its own for PyBullet, because it prints to what stands for stdout whatever happens, keeps its simulations
outside of Python, and would end the command with itself.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from hebbax.files.temporary import temporary_folder

_PROGRESS = 1  # place of the term in the environment's `rewards`


_ants: list[tuple[Any, str | None]] = []
"""The environment of each life, with the text of its body."""


def begin(seeds: Sequence[int], bodies: Sequence[str | None], film: bool) -> np.ndarray:
    """Begin an episode in each of the first, from its seed and of its body; return observations [lives, 28]."""
    spare: dict[str | None, list[Any]] = defaultdict(list)
    for ant, body in _ants:
        spare[body].append(ant)
    found = [spare[body].pop() if spare[body] else None for body in bodies]
    for ants in spare.values():
        for ant in ants:
            ant.close()  # some 20 MB each
    _ants[:] = [(_make(body, film) if ant is None else ant, body) for ant, body in zip(found, bodies, strict=True)]
    return np.array([ant.reset(seed=seed)[0] for (ant, _), seed in zip(_ants, seeds, strict=True)], np.float64)


def restart(which: Sequence[int]) -> np.ndarray:
    """Begin another episode in some; return observations [n, 28]."""
    return np.array([_ants[place][0].reset()[0] for place in which], np.float64)


def step(which: Sequence[int], actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Advance some by a tick; return observations [n, 28], progress [n], and which have fallen [n]."""
    observations, rewards, done = [], [], []
    for place, action in zip(which, actions, strict=True):
        ant = _ants[place][0]
        observation, _, fallen, _, _ = ant.step(action)
        observations.append(observation)
        rewards.append(ant.rewards[_PROGRESS])
        done.append(fallen)
    return np.array(observations, np.float64), np.array(rewards, np.float64), np.array(done, bool)


def frame() -> np.ndarray:
    """Return a picture of the first, uint8 [height, width, 3]."""
    return _ants[0][0].render()


def _make(body: str | None, film: bool) -> Any:
    """Return PyBullet's own environment, or the same with the ant of another MJCF text."""
    with _quietly():
        from pybullet_envs_gymnasium.gym_locomotion_envs import (  # pyright: ignore[reportMissingImports]  an option
            AntBulletEnv,
        )

        ant: Any = AntBulletEnv(render_mode="rgb_array" if film else None)
        with temporary_folder("bullet") as folder:
            if body is not None:
                (folder / "ant.xml").write_text(body, encoding="utf-8")
                ant.robot.model_xml = str(folder / "ant.xml")  # a whole path, where its own is a name in a folder
            # The first episode is another than those after it: the floor joins the parts of which the place is the
            # mean after the first potential is known. Without it an ant's life would depend on those before.
            ant.reset(seed=0)
    return ant


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep what PyBullet prints from the terminal and from JSON on it: its build time and its arguments."""
    kept = [os.dup(stream) for stream in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    try:
        yield
    finally:
        for stream, before in zip((1, 2), kept, strict=True):
            os.dup2(before, stream)
            os.close(before)
        os.close(nowhere)
