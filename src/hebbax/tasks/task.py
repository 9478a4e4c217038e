"""What a task is: a world, and four small functions over its state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hebbax.errors import HebbaxError
from hebbax.tasks.former_names import FORMER, accept_former_names, read_former
from hebbax.tasks.groups import Group, as_groups, image_of, size_of
from hebbax.types import Array
from hebbax.worlds.base import WorldBase

NEVER = "never"
"""When a task terminates that does not."""


ACTIVITY = "activity"
"""The term of shaping that any task can have: the mean |activation| of a policy's units, observations not."""


@accept_former_names
@dataclass(frozen=True, eq=False)
class Task:
    """A robot and a goal.

    The functions use only what NumPy, Numba and `jax.numpy` share, and write to nothing. They may return views of what
    they are given, since engines copy what they keep. `state` is the world's: of MuJoCo a `Simulation`.

    - `reset(noise) -> qpos [nq], qvel [nv], memory [memory_size]`; in a world of one's own `-> state, memory`, and
      where there is none, the world starts by itself with a memory of zeros
    - `observe(state, memory) -> observation [observation_size]`
    - `actuate(action, state, memory) -> controls`
    - `outcome(before, state, action, memory) -> reward, done, memory`

    `before` holds the state that the control period began with, only in the fields named by `compares`; its other
    fields are NaN. `memory` is float64 and carries what the physics does not. `outcome` may take `period`, the control
    period in seconds, as a further argument of that name, and both it and `observe` may take `noise`, `noise_size`
    fresh numbers of each kind per tick. The first that `outcome` returns is the reward, or a tuple of its terms, as
    many as `reward` names: their sum, in order, is the reward. After them it returns those that `shaping` names, which
    no return has in it; they count in the fitness of training, where a run or a phase gives them a weight.

    `birth` and `ticks` are former names of `reset` and `length`; `model_path` or `build`, `substeps` and
    `contact_forces` are former keywords of `hebbax.mujoco(…)`; `observation_size` and `action_size` are keywords for a
    size without groups.
    """

    name: str
    world: WorldBase
    observation: Sequence[Group]  # or its size alone
    action: Sequence[Group]  # or its size alone; within the policy's range, before `actuate`
    observe: Callable[..., Array]
    actuate: Callable[..., Array]
    outcome: Callable[..., tuple[Any, Array, Array]]
    reset: Callable[..., Any] | None = None
    robot: str = ""  # the task's name, unless it is called otherwise
    compares: tuple[str, ...] | None = None  # fields; None for those that the world usually compares
    memory_size: int = 0
    length: int = 1000  # control ticks of a full life
    training_ticks: int | str = "full"  # of lives of training, unless a run says otherwise; or "growing"
    training_weights: Mapping[str, float] = field(default_factory=dict)  # of reward terms in fitness, 1 of the others
    gymnasium_id: str | None = None
    gymnasium_options: Mapping[str, Any] = field(default_factory=dict)  # what `gymnasium.make` takes besides the id
    reward: tuple[str, ...] = ("reward",)  # names of the reward's terms
    shaping: tuple[str, ...] = ()  # names of further terms, which count in fitness alone, 0 times unless said otherwise
    training_phases: Sequence[Mapping[str, Any]] = ()  # as of training.phases, unless a run says otherwise
    termination: str | None = None  # when `outcome` ends a life, in words: "the torso is below 0.7 m", or NEVER
    settle: int = 0  # control ticks with an action of zero after each reset, before the life goes on
    noise_size: int = 0  # numbers of each kind that `noise` holds
    observation_shape: tuple[int, ...] | None = None  # the functions return it flat; of an image height, width, colours
    activity: bool = False  # whether engines add a last term, ACTIVITY, which `outcome` does not return

    def __post_init__(self) -> None:
        if not isinstance(self.world, WorldBase):
            raise HebbaxError(
                f"task {self.name!r}: world is of type {type(self.world).__name__}, expected hebbax.mujoco(…) or "
                "hebbax.World(…)"
            )
        object.__setattr__(self, "robot", self.robot or self.name)
        object.__setattr__(self, "observation", as_groups(self.observation))
        object.__setattr__(self, "action", as_groups(self.action))
        for name in ("reward", "shaping"):
            terms = getattr(self, name)
            object.__setattr__(self, name, (terms,) if isinstance(terms, str) else tuple(terms))

    @property
    def own_terms(self) -> tuple[str, ...]:
        """Names of all terms that `outcome` returns: those of the reward, then those of shaping."""
        return (*self.reward, *self.shaping)

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of all terms that lives have sums of: the task's own, then ACTIVITY where engines add it."""
        return (*self.own_terms, *((ACTIVITY,) if self.activity else ()))

    @property
    def compared(self) -> tuple[str, ...]:
        """The fields of the state before that `outcome` reads."""
        return tuple(self.world.compares if self.compares is None else self.compares)

    @property
    def observation_size(self) -> int:
        """Numbers of an observation."""
        return size_of(self.observation)

    @property
    def image(self) -> tuple[int, int, int] | None:
        """Height, width and colours of an image that is observed, None for anything else."""
        return image_of(self.observation_shape)

    @property
    def normalised_size(self) -> int:
        """Numbers of an observation that statistics are kept of: none of an image, which stays as it is."""
        return self.observation_size if self.image is None else 0

    @property
    def action_size(self) -> int:
        """Numbers of an action."""
        return size_of(self.action)

    @property
    def control_period(self) -> float:
        """Seconds from one control tick to the next."""
        with self.named():
            return self.world.period

    @contextmanager
    def named(self) -> Iterator[None]:
        """Name the task in the errors of its world."""
        try:
            yield
        except HebbaxError as error:
            prefix = f"task {self.name!r}: "
            raise error if str(error).startswith(prefix) else HebbaxError(f"{prefix}{error}") from error

    if not TYPE_CHECKING:  # a checker would take every name for one that is there

        def __getattr__(self, name: str) -> Any:
            if name not in FORMER:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            return read_former(self, name)
