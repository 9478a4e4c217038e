"""MuJoCo's models and steps in JAX: MJX, of the package mujoco-mjx, an option."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.errors import HebbaxError, one_line
from hebbax.installing import pip_install_extra
from hebbax.types import Newborn
from hebbax.worlds.mujoco.world import MujocoWorld

_OF_IMPLEMENTATION = ("cinert", "cfrc_ext")
"""Fields of a simulation that MJX keeps with what belongs to its implementation."""


class InJax:
    """A MuJoCo world's physics in JAX, of one simulation; float32.

    Raises HebbaxError where MJX is missing, and for a world that is not MuJoCo's.
    """

    def __init__(self, world: Any, task: str, implementation: str) -> None:
        if not isinstance(world, MujocoWorld):
            raise HebbaxError(
                f"engine=mjx: the world of task {task!r} is not MuJoCo's, which MJX runs alone; nearest valid: "
                "engine=auto"
            )
        try:
            with redirect_stdout(StringIO()):  # where MJX prints that Warp, an option of its own, is missing
                from mujoco import mjx  # pyright: ignore[reportAttributeAccessIssue]
        except ImportError as error:
            raise HebbaxError(f"engine=mjx needs MJX: {pip_install_extra('mjx')}") from error
        self._mjx, self._world, self._task, self._implementation = mjx, world, task, implementation
        self._kept: dict[int, tuple[Any, Any]] = {}

    def model(self, model: Any) -> Any:
        """Return MJX's model of one of MuJoCo, each once. Raises HebbaxError, naming the option that MJX lacks."""
        if id(model) not in self._kept:
            try:
                put = self._mjx.put_model(model, impl=self._implementation)
            except (NotImplementedError, RuntimeError, ValueError) as error:
                raise HebbaxError(
                    f"engine=mjx: MJX lacks what the model of task {self._task!r} has ({one_line(error)}); nearest "
                    "valid: engine=native"
                ) from error
            self._kept[id(model)] = model, put  # the model too, so that nothing else gets its id
        return self._kept[id(model)][1]

    def empty(self) -> Any:
        """Return the data of a simulation to which nothing has happened yet, or of the keyframe of the world."""
        world = self._world
        data = self._mjx.make_data(world.model, impl=self._implementation)
        if world.keyframe is None:
            return data
        key = world.model.key(world.keyframe)
        fields = {"qpos": key.qpos, "qvel": key.qvel, "act": key.act, "ctrl": key.ctrl}
        fields |= {"mocap_pos": key.mpos.reshape(-1, 3), "mocap_quat": key.mquat.reshape(-1, 4)}
        return data.replace(**{name: jnp.asarray(value, jnp.float32) for name, value in fields.items()})

    @property
    def birth_size(self) -> int:
        """Numbers of each kind that a birth is drawn from."""
        return self._world.model.nq + self._world.model.nv

    def born(self, model: Any, data: Any, returned: Any) -> tuple[Any, Any]:
        """Return data after what a task's `reset` returned, and the memory of it; None for that of a keyframe."""
        memory = None
        if returned is not None:
            *born, memory = returned
            newborn = born[0] if len(born) == 1 else Newborn(*born)
            fields = {name: value for name, value in newborn._asdict().items() if np.size(value)}
            data = data.replace(**{name: jnp.asarray(value, jnp.float32) for name, value in fields.items()})
        return self._mjx.forward(model, data), memory

    def step(self, model: Any, data: Any) -> Any:
        """Return data after one physics step."""
        return self._mjx.step(model, data)

    def period(self, model: Any, data: Any) -> Any:
        """Return data after the physics steps of a control period."""
        return jax.lax.fori_loop(0, self._world.substeps, lambda _, now: self._mjx.step(model, now), data)

    def with_contact_forces(self, model: Any, data: Any) -> Any:
        """Return data with contact forces, where the world asks for them."""
        return self._mjx.rne_postconstraint(model, data) if self._world.contact_forces else data

    def state(self, data: Any) -> Any:
        """Return what a task's functions read."""
        fields = self._world.state._fields
        own = {name: getattr(data._impl if name in _OF_IMPLEMENTATION else data, name) for name in fields}
        return self._world.state(**own)
