"""A world of one's own: two functions over arrays, compiled with the life that is lived in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from hebbax.compiling.compiler import as_python
from hebbax.compiling.source import text_of
from hebbax.errors import HebbaxError, one_line, unknown_name
from hebbax.types import Noise
from hebbax.worlds import own_model
from hebbax.worlds.base import BodyChange, BodyHooks, Expect, WorldBase, WorldFunctions
from hebbax.worlds.batch import WorldBatch
from hebbax.worlds.simulation import WorldSimulation
from hebbax.worlds.stages import world_functions
from hebbax.worlds.untouched import call_untouched

_ARGUMENTS = {"start": ("noise",), "advance": ("state", "control", "period")}


@dataclass(frozen=True, eq=False)
class World(WorldBase):
    """A state, how it starts and how it goes on; tasks read the state, and their `actuate` returns the control.

    The functions use only what NumPy and Numba share, and write to nothing:

    - `start(noise) -> state`
    - `advance(state, control, period) -> state`, `control` being float64 [control_size] and `period` in s
    - `draw(state) -> picture`, uint8 [height, width, 3], both even; it need not compile

    With a `model`, a NamedTuple of arrays that damages may change (`register_damage(…, own=…)`), `advance` gets it as
    its last argument. A task's `reset(noise)` may return another state, and the memory with it. Raises HebbaxError for
    a state that is no class of a NamedTuple, a control period or bounds that are no positive numbers, units of arrays
    that the state does not have, and a model whose arrays do not have a row for each of its parts.

    >>> from typing import NamedTuple
    >>> class Point(NamedTuple):
    ...     place: np.ndarray  # [1], m
    >>> world = World(
    ...     "line",
    ...     Point,
    ...     start=lambda noise: Point(noise.uniform[:1]),
    ...     advance=lambda state, control, period: Point(state.place + period * control),
    ...     control_size=1,
    ...     control_period=0.1,
    ... )
    >>> world.shapes
    {'place': (1,)}
    """

    name: str
    state: type  # a NamedTuple of float64 arrays, each with an axis at least
    start: Callable[[Noise], Any]
    advance: Callable[..., Any]
    control_size: int
    control_period: float  # s
    bounds: float = 1e6  # a life of which a number passes this has diverged
    noise_size: int = 32  # numbers of each kind that `start` and `reset` get
    units: Mapping[str, str] = field(default_factory=dict)  # of arrays of the state, by name
    kept: tuple[str, ...] = ()  # arrays that stay as a birth fills them: no tick copies them
    draw: Callable[[Any], np.ndarray] | None = None
    model: Any = None  # what nothing has happened to
    model_parts: tuple[str, ...] = ()  # names of the rows of the model's arrays

    kind: ClassVar[str] = "world"

    def __post_init__(self) -> None:
        names = getattr(self.state, "_fields", None)
        if not isinstance(self.state, type) or not names:
            raise self._error(
                f"state={self.state!r}", "a class derived from typing.NamedTuple, with one array at least"
            )
        for what, value in (("control_period", self.control_period), ("bounds", self.bounds)):
            if not (isinstance(value, int | float) and 0 < value < np.inf):
                raise self._error(f"{what}={value!r}", "a finite number above 0")
        for what, value in (("control_size", self.control_size), ("noise_size", self.noise_size)):
            if not isinstance(value, int | np.integer) or value < 0:
                raise self._error(f"{what}={value!r}", "a whole number of at least 0")
        for what in ("units", "kept"):
            for name in getattr(self, what):
                if name not in names:
                    raise unknown_name(f"array in {what} of world {self.name!r}", name, names)
        if self.model is not None:
            self._check_model()
            object.__setattr__(self, "model", own_model.in_one_buffer(self.model))

    def _check_model(self) -> None:
        if not getattr(self.model, "_fields", None):
            raise self._error(f"model={self.model!r}", "a NamedTuple of arrays, with one at least")
        for name, array in zip(self.own_fields(), self.model, strict=True):
            shape = np.shape(array)
            if not shape or 0 in shape or (self.model_parts and shape[0] != len(self.model_parts)):
                wanted = f"{len(self.model_parts)} rows, one for each part" if self.model_parts else "an array"
                raise self._error(f"{name} of its model of shape {shape}", wanted)

    @property
    def compares(self) -> tuple[str, ...]:
        """What `outcome` reads of the state before: all of it."""
        return self.state._fields  # pyright: ignore[reportAttributeAccessIssue]

    @property
    def moving(self) -> tuple[str, ...]:
        """The arrays that change from tick to tick."""
        return tuple(name for name in self.compares if name not in self.kept)

    @property
    def film(self) -> str:
        """A drawing, where there is a function that draws."""
        return "none" if self.draw is None else "drawing"

    @property
    def period(self) -> float:
        """Seconds from one control tick to the next."""
        return float(self.control_period)

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each array. Raises HebbaxError where `start` or `advance` do not return a state."""
        state = self._call("start", self.start, self.example_noise())
        shapes = {name: np.shape(getattr(state, name)) for name in self.compares}
        longer = self._call("start", self.start, Noise(np.zeros(self.noise_size + 7), np.zeros(self.noise_size + 7)))
        for name, shape in shapes.items():
            if np.shape(getattr(longer, name)) != shape:
                raise self._error(f"noise_size={self.noise_size}", f"more, because {name} of start needs more numbers")
            if not shape or 0 in shape:
                raise self._error(f"{name} of shape {shape}", "an array with one number at least")
        return shapes

    def check(self) -> None:
        """Call both functions once.

        Raises HebbaxError for what is no state, changes its shape or what is kept, and for functions that write to what
        they get.
        """
        shapes = self.shapes
        with np.errstate(all="ignore"):
            state = self._call("start", self.start, self.example_noise())
            advanced = self._call("advance", self.advance, state, np.zeros(self.control_size), self.period)
        for name, shape in shapes.items():
            if np.shape(getattr(advanced, name)) != shape:
                got = np.shape(getattr(advanced, name))
                raise self._error(f"{name} of shape {got} from advance", f"shape {shape}, as start has it")
        for name in self.kept:
            if not np.array_equal(getattr(advanced, name), getattr(state, name), equal_nan=True):
                raise self._error(f"another {name} from advance", f"the same, or kept without {name!r}")

    def check_reset(self, returned: Any, expect: Expect, memory_size: int) -> tuple[Any, Any]:
        """Return the state and the memory of a birth. Raises HebbaxError for a reset that does not return both."""
        if returned is None:
            return self.start(self.example_noise()), np.zeros(memory_size)
        if not isinstance(returned, tuple) or len(returned) != 2 or isinstance(returned, self.state):
            raise HebbaxError(f"reset must return a {self.state.__name__} and the memory, but returned {returned!r}")
        state, memory = self._state("reset", returned[0]), returned[1]
        for name, shape in self.shapes.items():
            expect("reset", name, getattr(state, name), shape)
        return state, memory

    def example_noise(self) -> Noise:
        """Return noise of zeros."""
        return Noise(np.zeros(self.noise_size), np.zeros(self.noise_size))

    def source(self) -> tuple[str, str]:
        """Return the text of the functions, and of those that they call."""
        return "world.py", text_of((self.start, self.advance))

    def origin(self) -> dict[str, Any]:
        """Return the SHA-256 of that text and the numbers of the world."""
        numbers: tuple[Any, ...] = self.control_size, self.period, self.bounds, self.noise_size, self.compares
        if self.model is not None:
            arrays = {name: array.tolist() for name, array in self.model._asdict().items()}
            numbers = (*numbers, arrays, self.model_parts)
        return {"world_sha256": hashlib.sha256(f"{numbers}\n{self.source()[1]}".encode()).hexdigest()}

    def sizes(self) -> dict[str, Any]:
        """Return the name, the shapes of the state, and the number of controls."""
        return {"name": self.name, "state": self.shapes, "controls": self.control_size}

    def state_units(self) -> Mapping[str, str]:
        """Return the unit of each array, empty for one without."""
        return {name: self.units.get(name, "") for name in self.compares}

    def record_arrays(self, ticks: int) -> dict[str, Any]:
        """Return the state of so many ticks."""
        return {**super().record_arrays(ticks), "state": self.empty(ticks)}

    def empty(self, *axes: int) -> Any:
        """Return a state of zeros with further axes before its own."""
        return self.state(*(np.zeros((*axes, *shape)) for shape in self.shapes.values()))

    def _unknown(self, *axes: int) -> Any:
        """Return a state of NaN: of the one before, a task reads only what it compares."""
        return self.state(*(np.full_like(array, np.nan) for array in self.empty(*axes)))

    def functions(self, task: Any, actuate: Any, hooks: BodyHooks) -> WorldFunctions:
        """Return what compiled lives call of the world."""
        return world_functions(self, task, actuate)

    def simulation(self) -> WorldSimulation:
        """Return a simulation of its own for one thread."""
        return WorldSimulation(self.empty(), self._unknown(), np.zeros(self.control_size), self.moving)

    def batch(self, lives: int, threads: int, functions: WorldFunctions, *, writable: bool = False) -> WorldBatch:
        """Return simulations side by side."""
        states, befores = self.empty(lives), self._unknown(lives)
        controls = np.zeros((lives, self.control_size))
        return WorldBatch(states, befores, controls, functions.advance, self.bounds, self.moving, self.address_of)

    def own_fields(self) -> tuple[str, ...]:
        """Return the names of the model's arrays."""
        return () if self.model is None else self.model._fields

    def part_names(self) -> tuple[str, ...]:
        """Return the names of the rows of the model's arrays."""
        return tuple(self.model_parts)

    def changed(self, changes: Sequence[BodyChange]) -> Any:
        """Return another model in which this was changed, in order. Raises HebbaxError for what is not finite."""
        return super().changed(changes) if self.model is None else own_model.changed(self.model, changes)

    def address_of(self, model: Any) -> int:
        """Return a model as compiled code knows it."""
        return 0 if model is None else own_model.address_of(model)

    def drawing(self, state: Any) -> np.ndarray:
        """Return a picture of a state, uint8 [height, width, 3]. Raises HebbaxError where there is none."""
        if self.draw is None:
            raise self._error("no function draw", "one, to be drawn")
        try:
            picture = np.asarray(self.draw(self.state(*state)))
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            raise self._error(f"a draw that fails ({one_line(error)})", "a picture of the state") from error
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or any(np.mod(picture.shape[:2], 2)):
            raise self._error(
                f"a picture of type {picture.dtype} and shape {picture.shape}", "uint8 [height, width, 3], both even"
            )
        return picture

    def _call(self, name: str, function: Callable[..., Any], *given: Any) -> Any:
        what = f"{name} of world {self.name!r}"
        names = _ARGUMENTS[name]
        if name == "advance" and self.model is not None:
            names, given = (*names, "model"), (*given, self.model)
        arguments = dict(zip(names, given, strict=True))
        with as_python():
            return self._state(name, call_untouched(what, function, arguments))

    def _state(self, function: str, returned: Any) -> Any:
        if not isinstance(returned, self.state):
            raise self._error(f"{type(returned).__name__} from {function}", f"a {self.state.__name__}")
        return returned

    def _error(self, got: str, expected: str) -> HebbaxError:
        return HebbaxError(f"world {self.name!r} with {got}: expected {expected}")
