"""MuJoCo as a world: a model, and how many of its steps are a control period."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import mujoco
import numpy as np

from hebbax.errors import HebbaxError, one_line, unknown_name
from hebbax.types import Newborn, Noise, Record, Simulation
from hebbax.worlds.base import BodyChange, BodyHooks, Expect, WorldBase, WorldFunctions
from hebbax.worlds.body import Body, Coordinates, Parts, Root
from hebbax.worlds.ground import Ground, Limits
from hebbax.worlds.mujoco.assets import Assets, assets_of
from hebbax.worlds.mujoco.batch import MujocoBatch
from hebbax.worlds.mujoco.changed import changed_model
from hebbax.worlds.mujoco.columns import columns_of
from hebbax.worlds.mujoco.cyclic import cyclic_positions
from hebbax.worlds.mujoco.ground import ground_of
from hebbax.worlds.mujoco.library import load_library
from hebbax.worlds.mujoco.limits import limits_of
from hebbax.worlds.mujoco.proven_model import proven_model, without_deprecations
from hebbax.worlds.mujoco.raising import root_of
from hebbax.worlds.mujoco.robot import actuator_name, body_of, coordinates_of, joint_names_of, parts_of
from hebbax.worlds.mujoco.simulation import MujocoSimulation, readable_fields, simulation_of, state_type
from hebbax.worlds.mujoco.skeleton import skeleton_of
from hebbax.worlds.mujoco.stages import mujoco_functions
from hebbax.worlds.mujoco.trouble import Trouble
from hebbax.worlds.skeleton import Skeleton

_LOG = logging.getLogger(__name__)

Build: TypeAlias = "Path | str | mujoco.MjSpec | Callable[[], mujoco.MjSpec]"
"""Where a model comes from: a file of MJCF, a model's source, or a function that makes one."""


@dataclass(frozen=True, eq=False)
class MujocoWorld(WorldBase):
    """A model that MuJoCo steps; either `substeps` or `control_period` says how long a control tick is.

    A task's functions get a `Simulation`. Its `reset` returns qpos [nq], qvel [nv] and the memory, or a `Newborn` and
    the memory; it may be left out where a keyframe says how bodies are born. Its `actuate` returns the controls [nu].
    """

    build: Build
    substeps_asked: int | None = None  # physics steps per control tick
    period_asked: float | None = None  # s; a whole number of physics steps
    contact_forces: bool = False  # whether a function reads cfrc_ext, which MuJoCo fills only when it is asked to

    keyframe: str | None = None  # in which bodies are born
    also: tuple[str, ...] = ()  # further fields of MuJoCo's data that tasks read

    kind = film = "model"
    compares = ("qpos",)

    @cached_property
    def spec(self) -> mujoco.MjSpec:
        """The model's source. Raises HebbaxError if it is missing, not MJCF, or no source at all."""
        try:
            built = self.build() if callable(self.build) else self.build
            spec = mujoco.MjSpec.from_file(str(built)) if isinstance(built, Path | str) else built
        except (ValueError, OSError) as error:
            source = "build it" if callable(self.build) else f"read the model {self.build}"
            raise HebbaxError(f"cannot {source}: {one_line(error)}") from error
        if not isinstance(spec, mujoco.MjSpec):
            raise HebbaxError(
                f"build is of type {type(spec).__name__}, expected a path, an mujoco.MjSpec, or a "
                "function that returns one"
            )
        return spec

    @cached_property
    def model(self) -> mujoco.MjModel:
        """The compiled model, proven to step. Raises HebbaxError if MuJoCo cannot step it."""
        return proven_model(self.spec)

    @cached_property
    def substeps(self) -> int:
        """Physics steps per control tick. Raises HebbaxError for a control period that is not a number of them."""
        if self.substeps_asked is not None:
            return self.substeps_asked
        assert self.period_asked is not None
        timestep = float(self.model.opt.timestep)
        steps = max(1, round(self.period_asked / timestep))
        if abs(steps * timestep - self.period_asked) > 1e-9:
            raise HebbaxError(
                f"control_period={self.period_asked} s is not a whole number of physics steps of {timestep:g} s; "
                f"nearest valid: {steps * timestep:.9g}"
            )
        return steps

    @property
    def period(self) -> float:
        """Seconds from one control tick to the next."""
        return float(self.model.opt.timestep * self.substeps)

    @property
    def xml(self) -> str:
        """The model as one self-contained MJCF text."""
        self.model  # noqa: B018  the text can be written only after compiling
        with without_deprecations():
            return _written_alike(self.spec.to_xml())

    def replace(self, **changes: Any) -> MujocoWorld:
        """Return the world with other arguments of `hebbax.mujoco`; a number of steps and a period replace each other.

        Raises HebbaxError for an argument that it does not have.
        """
        names = {"build": "build", "substeps": "substeps_asked", "control_period": "period_asked"}
        names |= {name: name for name in ("contact_forces", "keyframe", "also")}
        for name in changes:
            if name not in names:
                raise unknown_name("argument of a MuJoCo world", name, names)
        fields = {names[name]: value for name, value in changes.items()}
        if {"substeps", "control_period"} & changes.keys():
            fields = {"substeps_asked": None, "period_asked": None, **fields}
        return replace(self, **fields)

    def check(self) -> None:
        """Raise HebbaxError for a model that cannot be built, and a wrong number of steps."""
        if not isinstance(self.substeps, int | np.integer) or self.substeps < 1:
            raise HebbaxError(f"substeps={self.substeps!r}, expected a whole number of at least 1")
        self._key  # noqa: B018
        self.state  # noqa: B018

    @cached_property
    def state(self) -> Any:
        """The type of what tasks read. Raises HebbaxError for a field that MuJoCo does not have, or not as numbers."""
        for name in self.also:
            if name not in (*Simulation._fields, *readable_fields()):
                raise unknown_name("field of MuJoCo's data in also", name, readable_fields())
        held = {"act": self.model.na, "mocap_pos": self.model.nmocap, "mocap_quat": self.model.nmocap}
        further = dict.fromkeys((*(name for name, size in held.items() if size), *self.also))
        return state_type(tuple(name for name in further if name not in Simulation._fields))

    @cached_property
    def _key(self) -> int:
        """The number of the keyframe, -1 for none. Raises HebbaxError for one that the model does not have."""
        if self.keyframe is None:
            return -1
        names = [self.model.key(index).name for index in range(self.model.nkey)]
        if not names:
            raise HebbaxError(f"keyframe={self.keyframe!r}, but the model has none")
        if self.keyframe not in names:
            raise unknown_name("keyframe", self.keyframe, names)
        return names.index(self.keyframe)

    @cached_property
    def _assets(self) -> Assets:
        return assets_of(self.spec, self.model, self.xml)

    def source(self) -> tuple[str, str]:
        """Return the model as MJCF, which names its files as `files` does."""
        return "model.xml", self._assets.xml

    def files(self) -> Mapping[str, bytes]:
        """Return the meshes, textures and the like of the model; a log says why where they cannot be kept."""
        if self._assets.missing:
            _LOG.warning("%s: a run does not keep them, and its model.xml opens only beside them", self._assets.missing)
        return self._assets.files

    def save_model(self, path: Path, model: Any = None) -> None:
        """Write the model, or another body, with all that is to be drawn, as MuJoCo's MJB. Raises OSError."""
        shown = self.model if model is None else model
        content = np.zeros(mujoco.mj_sizeModel(shown), np.uint8)
        mujoco.mj_saveModel(shown, None, content)  # which says nothing of a file that it cannot write
        path.write_bytes(content.tobytes())

    def origin(self) -> dict[str, Any]:
        """Return SHA-256 of the model as MJCF text and of its files, if there are any, and the keyframe of births."""
        more = {"assets_sha256": self._assets.sha256, "keyframe": self.keyframe}
        of_text = hashlib.sha256(self.xml.encode()).hexdigest()
        return {"model_sha256": of_text, **{key: value for key, value in more.items() if value is not None}}

    def versions(self) -> tuple[str, ...]:
        """Return MuJoCo's version."""
        return (mujoco.mj_versionString(),)

    def sizes(self) -> dict[str, Any]:
        """Return sizes and steps of the model."""
        sizes = {key: int(getattr(self.model, key)) for key in ("nq", "nv", "nu", "nbody", "ngeom", "nsensor")}
        return {**sizes, "timestep": float(self.model.opt.timestep), "substeps": self.substeps}

    @property
    def control_size(self) -> int:
        """Controls of the model."""
        return self.model.nu

    def example_noise(self) -> Noise:
        """Return noise of zeros [nq + nv]."""
        size = self.model.nq + self.model.nv
        return Noise(np.zeros(size), np.zeros(size))

    def uncomputed(self) -> Mapping[str, str]:
        """Return that contact forces are not, unless they are asked for."""
        return {} if self.contact_forces else {"cfrc_ext": "the world needs contact_forces=True"}

    def remedy(self, field: str) -> str | None:
        """Return that a field of MuJoCo's data can be asked for."""
        return f"the world needs also=({field!r},)" if field in readable_fields() else None

    def check_reset(self, returned: Any, expect: Expect, memory_size: int) -> tuple[Any, Any]:
        """Return the simulation and the memory after a task's `reset`. Raises HebbaxError for other sizes."""
        data = mujoco.MjData(self.model)
        if self._key >= 0:
            mujoco.mj_resetDataKeyframe(self.model, data, self._key)
        memory = self._place(returned, data, expect, memory_size)
        mujoco.mj_forward(self.model, data)
        return simulation_of(data, self.state), memory

    def _place(self, returned: Any, data: mujoco.MjData, expect: Expect, memory_size: int) -> Any:
        """Put a simulation to what a `reset` returned, and return the memory."""
        if returned is None:
            if self.keyframe is None:
                raise HebbaxError(
                    "a task in a MuJoCo world needs reset(noise), which returns qpos, qvel and the memory, or its "
                    "world a keyframe"
                )
            return np.zeros(memory_size)
        match returned:
            case (Newborn() as born, memory):
                pass
            case (qpos, qvel, memory):
                born = Newborn(qpos, qvel)
            case _:
                raise HebbaxError(f"reset must return 3 values, or a Newborn and the memory, but returned {returned!r}")
        for field, value in born._asdict().items():
            into = getattr(data, field)
            if field in ("qpos", "qvel") or np.size(value):
                expect("reset", field, value, into.shape)
                into[:] = value
        return memory

    def functions(self, task: Any, actuate: Any, hooks: BodyHooks) -> WorldFunctions:
        """Return what compiled lives call of MuJoCo."""
        load_library()
        born = None if task.reset is None else task.reset(self.example_noise())
        return mujoco_functions(task, actuate, hooks, contact_forces=self.contact_forces, keyframe=self._key, born=born)

    def simulation(self) -> MujocoSimulation:
        """Return a simulation of its own for one thread."""
        return MujocoSimulation(self.model, self.substeps, self._trouble.tally, self.state)

    def batch(self, lives: int, threads: int, functions: WorldFunctions, *, writable: bool = False) -> MujocoBatch:
        """Return simulations side by side."""
        load_library()
        return MujocoBatch(
            self.model,
            self.substeps,
            lives,
            threads,
            contact_forces=self.contact_forces,
            writable=writable,
            trouble=self._trouble,
            keyframe=self._key,
            state=self.state,
        )

    @cached_property
    def _trouble(self) -> Trouble:
        return Trouble()

    def say_trouble(self) -> None:
        """Log, once per kind, what MuJoCo warned of in lives of this world, and what to change."""
        self._trouble.say(self.model)

    def record_arrays(self, ticks: int) -> dict[str, Any]:
        """Return positions, velocities, contacts, torques and speeds of so many ticks."""
        efforts = ticks, self.substeps, self.model.nu
        return {
            "qpos": np.zeros((ticks, self.model.nq)),
            "qvel": np.zeros((ticks, self.model.nv)),
            "contacts": np.zeros((ticks, self.model.nbody), np.float32),
            "torques": np.zeros(efforts, np.float32),
            "speeds": np.zeros(efforts, np.float32),
        }

    def columns(self) -> dict[str, list[str]]:
        """Return the names of the columns of `qpos`, `qvel`, `contacts`, `torques` and `speeds`."""
        return columns_of(self.model)

    def actuator_names(self) -> list[str]:
        """Return the name of each actuator, that of its joint if it has none, empty without either."""
        return [actuator_name(self.model, index) for index in range(self.model.nu)]

    def body_names(self) -> list[str]:
        """Return the name of each body, the first being the world."""
        return [self.model.body(index).name for index in range(self.model.nbody)]

    def coordinates(self) -> Coordinates:
        """Return the positions by the names of their joints."""
        return coordinates_of(self.model)

    def joint_names(self) -> list[str | None]:
        """Return the name of each joint, None for one that is neither hinge nor slide."""
        return joint_names_of(self.model)

    @cached_property
    def _parts(self) -> Parts:
        return parts_of(self.model)

    def parts(self) -> Parts:
        """Return what belongs to the robot itself."""
        return self._parts

    def changed(self, changes: Sequence[BodyChange]) -> mujoco.MjModel:
        """Return another model in which this was changed. Raises HebbaxError if MuJoCo cannot make or step it."""
        return changed_model(self.spec, self.model, changes)

    def address_of(self, model: mujoco.MjModel) -> int:
        """Return a model's address."""
        return model._address

    def cyclic(
        self, observe: Callable[[Any, Any], Any], phase: Sequence[np.ndarray], memory: np.ndarray
    ) -> list[np.ndarray]:
        """Return which positions neither the forces nor the observation depends on; of the velocities none."""
        qpos, qvel = phase
        return [cyclic_positions(self.model, observe, qpos, qvel, memory), np.zeros(len(qvel), bool)]

    @cached_property
    def _body(self) -> Body:
        return body_of(self.model)

    def body(self) -> Body:
        """Return where a gait is to be read from records."""
        return self._body

    def body_with(self, models: Sequence[mujoco.MjModel]) -> Body:
        """Return the same with the mass and the gravity that these models agree on, NaN where they do not."""
        others = [body_of(model) for model in models]
        masses, gravities = {one.mass for one in others}, {one.gravity for one in others}
        mass, gravity = (found.pop() if len(found) == 1 else float("nan") for found in (masses, gravities))
        return replace(self._body, mass=mass, gravity=gravity)

    def ground(self, record: Record) -> Ground | None:
        """Return where the parts of the robot are over its plane, in the states of a record; None without a plane."""
        return ground_of(self.model, record.qpos, record.qvel)

    def limits(self) -> Limits:
        """Return the limits of torques and speeds that the model states."""
        return limits_of(self.model)

    @cached_property
    def _root(self) -> Root | None:
        return root_of(self.model)

    def root(self) -> Root | None:
        """Return the root of a robot whose height is a coordinate of its own, or None."""
        return self._root

    def skeleton(self, record: Record) -> Skeleton | None:
        """Return the robot in the states of a record; None where no state is finite, or nothing can be seen of it."""
        try:
            return skeleton_of(self.model, record.qpos)
        except HebbaxError:
            return None


_BY_CHANCE = (' pos="0 0 0"', ' quat="1 0 0 0"')


def _written_alike(xml: str) -> str:
    """Return a model's text without what MuJoCo writes or not by chance: that a mesh is in the middle of its body."""

    def without(geom: re.Match[str]) -> str:
        text = geom[0]
        for attribute in _BY_CHANCE if ' type="mesh"' in text else ():
            text = text.replace(attribute, "")
        return text

    return re.sub(r"<geom [^>]*>", without, xml)
