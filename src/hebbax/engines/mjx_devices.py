"""The devices that MJX's lives are on: how many fit, where they are, and the compiled program of a task and a policy."""

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
from hebbax.errors import HebbaxError

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

    def __init__(self, config: MjxConfig, model: Any, task: Any) -> None:
        from mujoco import mjx  # pyright: ignore[reportAttributeAccessIssue]

        self._config, self._task = config, task
        self.devices = _devices()
        if config.implementation == "warp" and self.devices[0].platform != "gpu":
            raise HebbaxError("mjx.implementation=warp: there is no NVIDIA GPU here; nearest valid: jax")
        self._empty = _empty(mjx, task, config.implementation)
        self._programs: dict[Any, Program] = {}
        self._width, self._axes = 0, None
        mesh = Mesh(np.array(self.devices), (_LIVES,))
        self._each, self._whole = NamedSharding(mesh, PartitionSpec(_LIVES)), NamedSharding(mesh, PartitionSpec())

    def width(self, lives: int, policy: Any) -> int:
        """Return how many lives run together: as many at every call, since each other number compiles anew."""
        if not self._width:
            fits = self._config.at_once or self._fitting(policy)
            wanted = -(-max(min(lives, fits), 1) // len(self.devices)) * len(self.devices)
            self._width = wanted
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
            from hebbax.engines.mjx_life import Given, MjxLife

            life = MjxLife(self._task, functions, policy, self._empty, slots, restart)
            self._programs[key] = _compiled(life, Given)
        return self._programs[key]

    def say_compiling(self, width: int) -> bool:
        """Say once that a program is compiled, which takes minutes without a word; return whether it was said."""
        said = getattr(self, "_said", False)
        self._said = True
        if not said:
            told = f"{len(self.devices)} × {self.devices[0].device_kind}"
            logger.warning("MJX compiles lives of task %r, %d at once on %s ...", self._task.name, width, told)
        return not said


def _compiled(life: Any, given_type: Any) -> Program:
    """Return the functions of a life over many, compiled once for each set of leaves of the model that have rows."""
    in_given = given_type(0, 0, 0, None, None)

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
        return birth_of(*key_of(models))(models[0], given_type(*given), *born)

    def run(models: Any, given: Any, living: Any, first: int, last: int) -> Any:
        return run_of(*key_of(models))(models[0], given_type(*given), living, jnp.int32(first), jnp.int32(last))

    return Program(birth, run)


def _devices() -> list[Any]:
    found = jax.devices()
    if found[0].platform == "cpu":
        logger.warning("engine=mjx: there is no accelerator here, and on a CPU engine=native is far faster")
    return found


def _empty(mjx: Any, task: Any, implementation: str) -> Any:
    """Return the data of a simulation to which nothing has happened yet, or of the keyframe of the world."""
    world = task.world
    data = mjx.make_data(world.model, impl=implementation)
    if world.keyframe is None:
        return data
    key = world.model.key(world.keyframe)
    fields = {"qpos": key.qpos, "qvel": key.qvel, "act": key.act, "ctrl": key.ctrl}
    fields |= {"mocap_pos": key.mpos.reshape(-1, 3), "mocap_quat": key.mquat.reshape(-1, 4)}
    return data.replace(**{name: jnp.asarray(value, jnp.float32) for name, value in fields.items()})
