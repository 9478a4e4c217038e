"""What a world is to the rest of hebbax: it simulates, names what it holds, and says what it is made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.types import Array, Measured, Noise

if TYPE_CHECKING:
    from hebbax.worlds.body import Body, Coordinates, Parts, Root
    from hebbax.worlds.ground import Ground, Limits
    from hebbax.worlds.skeleton import Skeleton


class BodyHooks(NamedTuple):
    """Compiled functions of `damage/apply.py` that a world with bodies calls around its physics steps."""

    apply_forces: Any
    restore_forces: Any
    clear_forces: Any
    hold_coordinates: Any


class WorldFunctions(NamedTuple):
    """What a compiled life calls of its world, in the order of a tick; all but `birth_size` return what is said here.

    `model` is the address of the body that the life has at the tick, `simulator` what the world keeps of one
    simulation, `state` its arrays as tasks read them, `control` what `actuate` returned.

    - `birth_size(state)` is how many numbers of each kind `reset` gets as noise.
    - `place(noise, state, memory)` writes what the task's `reset` returns.
    - `begin(model, simulator, state, control, memory, noise)` puts all at its birth, and lets it settle.
    - `advance(model, simulator, state, control, events, states, tick, key0, key1, measured)` runs a control period;
      returns whether the state stays within bounds. `measured` (`types.Measured`) has a row of a record, or none.
    - `write_record(record, slot, simulator, state)` writes the world's part of a record.
    - `count_warnings(simulator)` returns the warnings since the birth.
    """

    birth_size: Any
    place: Any
    begin: Any
    advance: Any
    write_record: Any
    count_warnings: Any


class Simulation(Protocol):
    """One simulation, as a thread of the native engine owns it; each of its arrays is the same one for good."""

    @property
    def state(self) -> Any:
        """What tasks read, a NamedTuple of arrays."""
        ...

    @property
    def before(self) -> Any:
        """Room for another of these."""
        ...

    @property
    def control(self) -> np.ndarray:
        """What `actuate` returned, float64 [controls]."""
        ...

    @property
    def simulator(self) -> Any:
        """What the compiled functions of the world need beside the state."""
        ...

    @property
    def phase(self) -> Sequence[np.ndarray]:
        """The arrays in which two lives differ, such as positions and velocities."""
        ...

    @property
    def arrays(self) -> Sequence[np.ndarray]:
        """All arrays that go on changing, `phase` among them."""
        ...

    def follow(self, other: Any) -> None:
        """Take over what else another simulation knows, such as the time."""
        ...


class BodyDamage(Protocol):
    """What happens to the bodies of a batch at a tick."""

    @property
    def lives(self) -> Sequence[int]:
        """The lives to which anything ever happens."""
        ...

    @property
    def holds(self) -> bool:
        """Whether a coordinate is held at this tick."""
        ...

    def apply_forces(self, life: int, forces: np.ndarray) -> None:
        """Put forces on the bodies [bodies, 6] of a life."""
        ...

    def clear_forces(self, life: int, forces: np.ndarray) -> None:
        """Put them back to zero."""
        ...

    def hold_coordinates(self, life: int, substep: int, positions: np.ndarray, velocities: np.ndarray) -> None:
        """Put coordinates of a life where they are to be, after so many physics steps of the tick."""
        ...


class BodyChange(NamedTuple):
    """What is changed of a model: fields of it, by a function of the target's rows, or its source, by an edit."""

    target: str  # "body", "joint", "seed", "part", or empty for none of them
    number: int | None  # of the body, joint or part, or the seed; None for all, or no seed
    fields: tuple[str, ...] = ()  # of MuJoCo's model
    own: tuple[str, ...] = ()  # of the model of a world of one's own, in place of them
    change: Callable[[np.ndarray], np.ndarray] | None = None  # rows, flat -> rows
    edit: Callable[[Any, Any, Any], None] | None = None  # (source, element, value)
    value: Any = None  # of the edit


class Batch(Protocol):
    """Simulations side by side, as a batch engine owns them; each array has one row per life."""

    states: Any
    befores: Any
    controls: np.ndarray  # float64 [lives, controls]

    def use_models(self, models: Sequence[Any]) -> None:
        """Give each life the body that it has from now on."""
        ...

    def clear(self, which: np.ndarray) -> None:
        """Put some simulations [n] to where they are before their birth."""
        ...

    def place(self, which: np.ndarray) -> None:
        """Take up what the tasks' `reset` has written into their states."""
        ...

    def advance(self, which: np.ndarray, damage: BodyDamage | None, measured: Measured | None) -> None:
        """Run a control period of some; `measured` gets what is measured of the first life."""
        ...

    def within_bounds(self) -> np.ndarray:
        """Whether the state of each stays within bounds, bool [lives]."""
        ...

    def warnings(self) -> np.ndarray:
        """Return the warnings since each life's last birth, int64 [lives]."""
        ...

    def write_record(self, record: Any, slot: int) -> None:
        """Write the world's part of the first life's record."""
        ...

    @property
    def phase(self) -> Sequence[np.ndarray]:
        """As a Simulation's, with a row per life."""
        ...

    @property
    def arrays(self) -> Sequence[np.ndarray]:
        """As a Simulation's, with a row per life."""
        ...

    def follow(self) -> None:
        """Have the second simulation take over what else the first knows, such as the time."""
        ...


class WorldBase(ABC):
    """A world without bodies, pictures or names; one that has them overrides what it has.

    One that is not `compiled` is stepped by a batch engine alone, and needs none of `functions`, `simulation`, `batch`.
    """

    kind: ClassVar[str]  # what it is called in words: "model", "environment", "world"
    compiled: ClassVar[bool] = True
    scales_actions: ClassVar[bool] = False  # whether actions in [-1, 1] become its own limits

    if TYPE_CHECKING:
        # Annotated here alone: a class that derives from this may have them as fields, properties or constants.
        film: Any
        timed: Any
        state: Any  # type of what tasks read, a NamedTuple of arrays
        compares: Any
        model: Any
        control_size: Any  # numbers that `actuate` returns
    else:
        film = "none"  # what is filmed: its "model", a "drawing" of its states, replayed "actions"
        timed = True  # whether its control period is the time of anything
        compares = ()  # what `outcome` reads of the state before, unless a task says otherwise
        model = None  # of a body that nothing has happened to

    def __getstate__(self) -> dict[str, Any]:
        """Return what it was made with, which is all that another process needs: what it has worked out stays here."""
        if not is_dataclass(self):
            return dict(vars(self))
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    @abstractmethod
    def period(self) -> float:
        """Seconds from one control tick to the next."""

    @abstractmethod
    def origin(self) -> dict[str, Any]:
        """Return what run.json holds of the world, to be compared with what is installed later."""

    def source(self) -> tuple[str, str] | None:
        """Return the name and the text of the file that a run keeps of the world."""
        return None

    def files(self) -> Mapping[str, bytes]:
        """Return what a run keeps beside that file, by its place."""
        return {}

    def save_model(self, path: Path, model: Any = None) -> None:
        """Write the model to be drawn, or another body of it, of a world that is filmed as one."""
        raise NotImplementedError

    def check(self) -> None:  # noqa: B027  many have nothing to check
        """Raise HebbaxError for a world that cannot be simulated."""

    def check_reset(self, returned: Any, expect: Expect, memory_size: int) -> tuple[Any, Any]:
        """Return a state as tasks read it, and the memory, from what a task's `reset` returned, None without one."""
        raise NotImplementedError

    def uncomputed(self) -> Mapping[str, str]:
        """Return the fields of the state that are not computed, and what has them computed."""
        return {}

    def remedy(self, field: str) -> str | None:
        """Return what gives states a field that they do not have, or None."""
        return None

    def example_noise(self) -> Noise:
        """Return noise of zeros, as long as `reset` gets it."""
        raise NotImplementedError

    def functions(self, task: Any, actuate: Any, hooks: BodyHooks) -> WorldFunctions:
        """Return what compiled lives of a task call; `actuate` is the task's, compiled."""
        raise NotImplementedError

    def simulation(self) -> Simulation:
        """Return a simulation of its own for one thread."""
        raise NotImplementedError

    def batch(self, lives: int, threads: int, functions: WorldFunctions, *, writable: bool = False) -> Batch:
        """Return simulations side by side; `writable` says whether all their arrays can be written to."""
        raise NotImplementedError

    def say_trouble(self) -> None:  # noqa: B027  many have nothing to say
        """Log, once per kind, what the simulator warned of in lives of this world, and what to change."""

    def versions(self) -> tuple[str, ...]:
        """Return what else compiled lives depend on."""
        return ()

    def sizes(self) -> dict[str, Any] | None:
        """Return sizes and steps of the simulation under documented keys."""
        return None

    def record_arrays(self, ticks: int) -> dict[str, Any]:
        """Return the world's fields of an empty Record."""
        return {
            "qpos": np.zeros((ticks, 0)),
            "qvel": np.zeros((ticks, 0)),
            "contacts": np.zeros((ticks, 0), np.float32),
            "torques": np.zeros((ticks, 0, 0), np.float32),
            "speeds": np.zeros((ticks, 0, 0), np.float32),
        }

    def columns(self) -> dict[str, list[str]]:
        """Return the names of the columns of a record's arrays, where there are any."""
        return {}

    def state_units(self) -> Mapping[str, str]:
        """Return the unit of each array of a record's `state`."""
        return {}

    def actuator_names(self) -> list[str]:
        """Return the name of each actuator, empty for one without."""
        return []

    def body_names(self) -> list[str] | None:
        """Return the name of each body, the first being what does not move; None in a world without bodies."""
        return None

    def coordinates(self) -> Coordinates | None:
        """Return the coordinates that can be held; None where there are none."""
        return None

    def own_fields(self) -> tuple[str, ...]:
        """Return the names of the arrays of a model that is the world's own, and not MuJoCo's."""
        return ()

    def part_names(self) -> tuple[str, ...]:
        """Return the names of the parts that such a model has, which are the rows of its arrays."""
        return ()

    def joint_names(self) -> list[str | None] | None:
        """Return the name of each joint of one coordinate, None for others; None in a world without joints."""
        return None

    def parts(self) -> Parts | None:
        """Return what belongs to the robot itself, and not to what is in its way; None in a world without bodies."""
        return None

    def changed(self, changes: Sequence[BodyChange]) -> Any:
        """Return another model in which this was changed, in order."""
        raise HebbaxError(f"the {self.kind} has no model to change")

    def address_of(self, model: Any) -> int:
        """Return a model as compiled code knows it."""
        return 0

    def cyclic(
        self, observe: Callable[[Any, Any], Any], phase: Sequence[np.ndarray], memory: np.ndarray
    ) -> list[np.ndarray]:
        """Return which numbers of each array neither the motion nor `observe(state, memory)` depends on, bool."""
        return [np.zeros(array.shape, bool) for array in phase]

    def body(self) -> Body | None:
        """Return where a gait is to be read from records, or None."""
        return None

    def body_with(self, models: Sequence[Any]) -> Body | None:
        """Return `body` with the mass and the gravity that these models agree on, NaN where they do not."""
        return self.body()

    def ground(self, record: Any) -> Ground | None:
        """Return where the parts of the robot are over a plane, in the states of a record; None without a plane."""
        return None

    def limits(self) -> Limits | None:
        """Return what the drives of the body can at most; None in a world without a body."""
        return None

    def root(self) -> Root | None:
        """Return the root of a robot that can be lifted, or None."""
        return None

    def drawing(self, state: Any) -> np.ndarray:
        """Return a picture of a state, uint8 [height, width, 3]."""
        raise NotImplementedError

    def skeleton(self, record: Any) -> Skeleton | None:
        """Return the robot as lines on a plane, in the states of a record; None where there is nothing to draw."""
        return None


class Expect(Protocol):
    """Raises HebbaxError unless a value that a function of the task returned has a shape."""

    def __call__(self, function: str, what: str, value: Array, shape: tuple[int, ...]) -> None:
        """Compare, naming the function and the value."""
        ...
