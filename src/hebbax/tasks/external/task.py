"""Tasks of other packages: environments as `gymnasium/ENV_ID`, `envpool/ENV_ID`, `bullet/ENV_ID`, and their robots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.tasks.groups import Group, as_groups, image_of, size_of
from hebbax.worlds.base import WorldBase

if TYPE_CHECKING:
    from hebbax.tasks.task import Task

SUITES = ("gymnasium", "envpool", "bullet", "menagerie")
"""What the name of a task begins with that another package brings; a robot of the last is a task as ours are."""

_EXAMPLES = dict.fromkeys(SUITES, ("ENV_ID", "Pendulum-v1")) | {
    "bullet": ("ENV_ID", "AntBulletEnv-v0"),
    "menagerie": ("ROBOT", "unitree_go1"),
}

TICKS = 1000
"""Ticks of a life where an environment has no time limit of its own."""


@dataclass(frozen=True, eq=False)
class ExternalTask:
    """An environment of another package, known by its sizes alone: what it computes is its own business."""

    name: str  # SUITE/ENV_ID
    robot: str
    observation: Sequence[Group]  # one group, or its size alone
    action: Sequence[Group]  # outputs of the policy: one an actuator, or one a choice
    control_period: float  # s
    timed: bool  # whether the environment says how long a tick is; else it counts as 1 s
    length: int  # control ticks of a full life
    source: Mapping[str, Any]  # id, package, version and arguments, as run.json records them
    reward: tuple[str, ...] = ("reward",)  # name of the one term: an environment says their sum alone
    termination: str | None = None  # when a life ends, in words; most environments do not say
    at_once: int = 64  # lives that tick together: enough that a call of the policy costs little a life
    observation_shape: tuple[int, ...] | None = None  # of an image

    def __post_init__(self) -> None:
        object.__setattr__(self, "observation", as_groups(self.observation))
        object.__setattr__(self, "action", as_groups(self.action))
        object.__setattr__(self, "reward", tuple(self.reward))

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
    def training_ticks(self) -> str:
        """How long lives of training are, unless a run says otherwise."""
        return "full"

    @property
    def training_weights(self) -> dict[str, float]:
        """What reward terms count in the fitness of training, unless a run says otherwise: all as they are."""
        return {}

    @property
    def shaping(self) -> tuple[str, ...]:
        """Names of terms that count in fitness alone: there are none."""
        return ()

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of all terms."""
        return self.reward

    @property
    def training_phases(self) -> tuple[Any, ...]:
        """Phases of training: there are none."""
        return ()

    @property
    def settle(self) -> int:
        """Control ticks before a life goes on: an environment sees to that itself."""
        return 0

    @property
    def world(self) -> EnvironmentWorld:
        """What simulates: the environment itself."""
        if self.suite == "bullet":
            from hebbax.tasks.external.bullet import BulletWorld

            return BulletWorld(self)
        return EnvironmentWorld(self)

    @property
    def suite(self) -> str:
        """Which of SUITES it belongs to."""
        return self.name.partition("/")[0]

    @property
    def environment_id(self) -> str:
        """What the suite calls it."""
        return self.name.partition("/")[2]

    @property
    def gymnasium_id(self) -> str | None:
        """Gymnasium's id, none for an environment that is not Gymnasium's."""
        return self.source["id"] if self.suite == "gymnasium" else None


class EnvironmentWorld(WorldBase):
    """An environment of another package as a world: nothing of it can be seen, and a batch engine alone steps it."""

    kind, film, compiled, scales_actions = "environment", "actions", False, True

    def __init__(self, task: ExternalTask) -> None:
        self._task = task
        self.timed = task.timed

    @property
    def period(self) -> float:
        """Seconds from one control tick to the next."""
        return self._task.control_period

    def origin(self) -> dict[str, Any]:
        """Return the environment: its id, package, version and arguments."""
        return {"environment": dict(self._task.source)}


AnyTask: TypeAlias = "Task | ExternalTask"


class Environments(Protocol):
    """Environments of one task, side by side; number i lives life i.

    `which` [n] numbers some of them in ascending order, and `outputs` [n, action_size] are those of their policies.
    """

    def begin(self, seeds: np.ndarray, bodies: Sequence[Any] = ()) -> np.ndarray:
        """Begin an episode in each of the first, from seeds [lives]; return observations [lives, observations].

        `bodies` are what the world's `changed` returned for each life, None for its own; without any all are its own.
        """
        ...

    def restart(self, which: np.ndarray) -> np.ndarray:
        """Begin another episode in some, whose randomness goes on; return observations [n, observations]."""
        ...

    def step(self, which: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Advance some by a tick; return observations [n, observations], rewards and ends of episodes [n]."""
        ...

    def frame(self) -> np.ndarray:
        """Return a picture of the first environment, uint8 [height, width, 3]."""
        ...


def is_external(name: str) -> bool:
    """Whether a name is that of what another package brings. Raises HebbaxError for a suite without an id."""
    suite, _, environment_id = name.partition("/")
    if suite in SUITES and not environment_id:
        what, example = _EXAMPLES[suite]
        raise HebbaxError(f"task {name!r}: expected {suite}/{what} such as {suite}/{example}")
    return suite in SUITES


def module_of(name: str) -> str | None:
    """Return the module that is imported for a task's name, as in `gymnasium/MODULE:ENV_ID`, or None for none."""
    suite, _, environment_id = name.partition("/")
    module, colon, _ = environment_id.rpartition(":")
    return module if suite == "gymnasium" and colon else None
