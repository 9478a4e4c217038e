"""What a task is: a model, and four small functions over one simulation's arrays."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import mujoco

from hebbax.errors import HebbaxError, one_line
from hebbax.tasks.former_names import FORMER, accept_former_names, warn
from hebbax.tasks.groups import Group, as_groups, size_of
from hebbax.types import Array, Noise
from hebbax.worlds.mujoco.fast_model import quick_model

Build: TypeAlias = "Path | str | mujoco.MjSpec | Callable[[], mujoco.MjSpec]"
"""Where a model comes from: a file of MJCF, a model's source, or a function that makes one."""


@accept_former_names
@dataclass(frozen=True, eq=False)
class Task:
    """A robot and a goal.

    The four functions use only what NumPy, Numba and `jax.numpy` share, and write to nothing. They may return views of
    what they are given, since engines copy what they keep:

    - `reset(noise) -> qpos [nq], qvel [nv], memory [memory_size]`
    - `observe(simulation, memory) -> observation [observation_size]`
    - `actuate(action, simulation, memory) -> ctrl [nu]`
    - `outcome(before, simulation, action, memory) -> reward, done, memory`

    `before` holds the state that the control period began with, only in the fields named by `compares`; its other
    fields are NaN. `memory` is float64 and carries what the physics does not. `outcome` may take `period`, the control
    period in seconds, as a further argument of that name, and both it and `observe` may take `noise`, `noise_size`
    fresh numbers of each kind a tick. The first that `outcome` returns is the reward, or a tuple of its terms, as many
    as `reward` names: their sum, in order, is the reward.

    `model_path`, `birth` and `ticks` are former names of `build`, `reset` and `length`; `observation_size` and
    `action_size` are keywords for a size without groups.
    """

    name: str
    robot: str
    build: Build
    substeps: int  # physics steps a control tick
    observation: Sequence[Group]  # or its size alone
    action: Sequence[Group]  # or its size alone; within the policy's range, before `actuate`
    reset: Callable[[Noise], tuple[Array, Array, Array]]
    observe: Callable[..., Array]
    actuate: Callable[..., Array]
    outcome: Callable[..., tuple[Any, Array, Array]]
    compares: tuple[str, ...] = ("qpos",)
    memory_size: int = 0
    length: int = 1000  # control ticks of a full life
    contact_forces: bool = False  # whether a function reads cfrc_ext, which MuJoCo fills only when it is asked to
    gymnasium_id: str | None = None
    gymnasium_options: Mapping[str, Any] = field(default_factory=dict)  # what `gymnasium.make` takes besides the id
    reward: tuple[str, ...] = ("reward",)  # names of the reward's terms
    termination: str | None = None  # when `outcome` ends a life, in words: "the torso is below 0.7 m"
    settle: int = 0  # control ticks with an action of zero after each reset, before the life goes on
    noise_size: int = 0  # numbers of each kind that `noise` holds
    observation_shape: tuple[int, ...] | None = None  # of an image, say; the functions return it flat

    def __post_init__(self) -> None:
        object.__setattr__(self, "observation", as_groups(self.observation))
        object.__setattr__(self, "action", as_groups(self.action))
        object.__setattr__(self, "reward", (self.reward,) if isinstance(self.reward, str) else tuple(self.reward))

    @property
    def observation_size(self) -> int:
        """Numbers of an observation."""
        return size_of(self.observation)

    @property
    def action_size(self) -> int:
        """Numbers of an action."""
        return size_of(self.action)

    if not TYPE_CHECKING:  # a checker would take every name for one that is there

        def __getattr__(self, name: str) -> Any:
            if name not in FORMER:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            warn(type(self).__name__, [name])
            return getattr(self, FORMER[name])

    @cached_property
    def spec(self) -> mujoco.MjSpec:
        """The model's source. Raises HebbaxError if it is missing, not MJCF, or no source at all."""
        try:
            built = self.build() if callable(self.build) else self.build
            spec = mujoco.MjSpec.from_file(str(built)) if isinstance(built, Path | str) else built
        except (ValueError, OSError) as error:
            source = "build it" if callable(self.build) else f"read the model {self.build}"
            raise HebbaxError(f"task {self.name!r}: cannot {source}: {one_line(error)}") from error
        if not isinstance(spec, mujoco.MjSpec):
            raise HebbaxError(
                f"task {self.name!r}: build is of type {type(spec).__name__}, expected a path, an mujoco.MjSpec, or a "
                "function that returns one"
            )
        return spec

    @cached_property
    def model(self) -> mujoco.MjModel:
        """The compiled model, proven to step. Raises HebbaxError if MuJoCo cannot step it."""
        with without_deprecations():
            model = quick_model(self.spec)
        # MuJoCo would put a diverged simulation back to its start and go on, which hides the divergence.
        model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET
        try:
            # A raw mj_step error inside a compiled life ends the process; through the binding it is an exception.
            mujoco.mj_step(model, mujoco.MjData(model))
        except mujoco.FatalError as error:
            raise HebbaxError(f"task {self.name!r}: MuJoCo cannot step the model: {error}") from error
        return model

    @property
    def model_xml(self) -> str:
        """The model as one self-contained MJCF text."""
        self.model  # noqa: B018  the text can be written only after compiling
        with without_deprecations():
            return self.spec.to_xml()

    @property
    def control_period(self) -> float:
        """Seconds from one control tick to the next."""
        return float(self.model.opt.timestep * self.substeps)


def model_hash(task: Task) -> str:
    """Return the SHA-256 of a task's model as MJCF text, hexadecimal."""
    return hashlib.sha256(task.model_xml.encode()).hexdigest()


@contextmanager
def without_deprecations() -> Iterator[None]:
    """Keep quiet while a task's `spec` is compiled or written."""
    # Gymnasium's HalfCheetah uses an attribute that a later MuJoCo removes; our upper bound on mujoco covers it.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "compiler attribute 'settotalmass'", UserWarning)
        yield
