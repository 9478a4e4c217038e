"""The devices that MJX's lives are on: how many lives fit, where they are, and the compiled programs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from hebbax.config.mjx import MjxConfig
from hebbax.engines.jax_damage import Slot
from hebbax.engines.mjx_life import Given, MjxLife
from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.in_jax import InJax

_LIVES = "lives"
_ON_CPU = 32  # lives at once where there is no accelerator: more leave the processor's cache
_SHARE, _COPIES = 0.6, 4  # of a device's memory, and how often a life is in it while a step is computed

logger = logging.getLogger(__name__)


class Program(NamedTuple):
    """The compiled functions of many lives; see `MjxLife`."""

    birth: Any
    run: Any


class MjxDevices:
    """All accelerators of the machine, or its CPU where there is none."""

    def __init__(self, config: MjxConfig, physics: InJax, task: Any) -> None:
        self._config, self._task, self._physics = config, task, physics
        self.devices = _devices()
        if config.implementation == "warp" and self.devices[0].platform != "gpu":
            raise HebbaxError("mjx.implementation=warp: there is no NVIDIA GPU here; nearest valid: jax")
        self._empty = physics.empty()
        self._programs: dict[Any, Program] = {}
        self._width, self._said = 0, False
        mesh = Mesh(np.array(self.devices), (_LIVES,))
        self._each, self._whole = NamedSharding(mesh, PartitionSpec(_LIVES)), NamedSharding(mesh, PartitionSpec())

    def width(self, lives: int, policy: Any) -> int:
        """Return how many lives run together: as many at every call, since each other number compiles anew."""
        if not self._width:
            fits = self._config.at_once or self._fitting(policy)
            self._width = -(-max(min(lives, fits), 1) // len(self.devices)) * len(self.devices)
        return self._width

    def _fitting(self, policy: Any) -> int:
        if self.devices[0].platform == "cpu":
            return _ON_CPU
        memory = (self.devices[0].memory_stats() or {}).get("bytes_limit", 2**33)
        life = sum(np.asarray(leaf).nbytes for leaf in jax.tree.leaves(self._empty)) + 12 * policy.genome_size
        return max(int(_SHARE * memory * len(self.devices) / (_COPIES * life)), 1)

    def placed(self, tree: Any) -> Any:
        """Return arrays, each with a row per life, shared out over the devices."""
        return jax.tree.map(lambda leaf: jax.device_put(leaf, self._each), tree)

    def copied(self, tree: Any) -> Any:
        """Return arrays that all lives share, on every device."""
        return jax.tree.map(lambda leaf: jax.device_put(leaf, self._whole), tree)

    def models(self, bodies: Any, models: Sequence[Any]) -> tuple[Any, Any]:
        """Return the models of lives on the devices, and which of their leaves have a row per life."""
        tree, axes = bodies.stacked(models)
        leaves, structure = jax.tree.flatten(tree)
        rows = jax.tree.leaves(axes, is_leaf=lambda leaf: leaf is None)
        places = [self._whole if axis is None else self._each for axis in rows]
        put = [jax.device_put(leaf, place) for leaf, place in zip(leaves, places, strict=True)]
        return jax.tree.unflatten(structure, put), axes

    def program(self, functions: Any, policy: Any, slots: tuple[Slot, ...], restart: bool) -> Program:
        """Return the program of lives to which the same kinds of things happen."""
        key = slots, restart
        if key not in self._programs:
            life = MjxLife(self._task, self._physics, functions, policy, self._empty, slots, restart)
            self._programs[key] = _compiled(life)
        return self._programs[key]

    def say_compiling(self, width: int) -> bool:
        """Say once that a program is compiled, which takes minutes without a word; return whether it was said."""
        said, self._said = self._said, True
        if not said:
            told = f"{len(self.devices)} × {self.devices[0].device_kind}"
            logger.warning("MJX compiles lives of task %r, %d at once on %s ...", self._task.name, width, told)
        return not said


def _compiled(life: MjxLife) -> Program:
    """Return the functions of a life over many, compiled once for each set of leaves of the model that have rows."""
    in_given = Given(0, 0, 0, None, None)

    @cache
    def birth_of(structure: Any, rows: tuple[Any, ...]) -> Any:
        axes = jax.tree.unflatten(structure, rows)
        return jax.jit(jax.vmap(life.birth, in_axes=(axes, in_given, 0, 0, 0)))

    @cache
    def run_of(structure: Any, rows: tuple[Any, ...]) -> Any:
        axes = jax.tree.unflatten(structure, rows)
        return jax.jit(jax.vmap(life.run, in_axes=(axes, in_given, 0, None, None)), donate_argnums=2)

    def key_of(models: tuple[Any, Any]) -> tuple[Any, tuple[Any, ...]]:
        tree, axes = models
        return jax.tree.structure(tree), tuple(jax.tree.leaves(axes, is_leaf=lambda leaf: leaf is None))

    def birth(models: Any, given: Any, *born: Any) -> Any:
        return birth_of(*key_of(models))(models[0], Given(*given), *born)

    def run(models: Any, given: Any, living: Any, first: int, last: int) -> Any:
        return run_of(*key_of(models))(models[0], Given(*given), living, jnp.int32(first), jnp.int32(last))

    return Program(birth, run)


def _devices() -> list[Any]:
    found = jax.devices()
    if found[0].platform == "cpu":
        logger.warning("engine=mjx: there is no accelerator here, and on a CPU engine=native is far faster")
    return found
