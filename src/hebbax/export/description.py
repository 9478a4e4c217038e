"""A controller as plain numbers with names: what the JSON format is, and what all other formats are printed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hebbax.export.expressions import Expression
from hebbax.networks.steps import Step
from hebbax.tasks.groups import Limit

SCHEMA = 1


@dataclass(frozen=True)
class Quantity:
    """Neighbouring numbers of an observation or an action."""

    name: str
    at: int
    size: int
    unit: str
    low: Limit  # of all, or one each; None where there is none
    high: Limit


@dataclass(frozen=True, eq=False)
class Numbers:
    """An array of a controller; all its values are whole multiples of `step` where they are kept in 16 bits."""

    values: np.ndarray  # float32
    step: float | None = None

    def in_16_bits(self) -> Numbers:
        """Return the nearest numbers that are 16-bit multiples of one step."""
        largest = float(np.abs(self.values).max(initial=0.0))
        step = np.float32(largest / 32767.0)
        if not step > 0.0:  # all are zero, or so small that the step is
            return Numbers(np.zeros_like(self.values), 1.0)
        return Numbers(np.clip(np.rint(self.values / step), -32767, 32767).astype(np.float32) * step, float(step))

    @property
    def wholes(self) -> np.ndarray:
        """How many steps each value is, int16."""
        return np.rint(self.values / np.float32(self.step)).astype(np.int16)


@dataclass(frozen=True)
class Draw:
    """How first weights are drawn: weight k of a connection by the number `at` + k of its key."""

    shape: str  # uniform, normal or sparse
    centre: float
    spread: float  # half width or standard deviation
    at: int
    key: tuple[int, int] | None  # its own, of weights that are the same in all lives; None for that of the life


@dataclass(frozen=True, eq=False)
class Wiring:
    """A connection: its units, how its weights begin, and what changes them."""

    name: str
    pre_at: int
    pre_size: int
    post_at: int
    post_size: int
    draw: Draw | None
    weights: Numbers | None  # [pre_size, post_size], where they are not drawn
    learning: int | None  # number of its learning; None where the weights stay as they are
    coefficients: tuple[Numbers, ...] = ()  # [pre_size or 1, post_size or 1], in the order of the learning's names

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the weights."""
        return self.pre_size, self.post_size

    @property
    def size(self) -> int:
        """Number of weights."""
        return self.pre_size * self.post_size


@dataclass(frozen=True)
class History:
    """Past activations that are kept: of `size` units from `at` on."""

    averaging: str
    window: int
    at: int
    size: int

    @property
    def rows(self) -> int:
        """How many vectors of them are kept."""
        return self.window if self.averaging == "moving-average" else 1


@dataclass(frozen=True)
class Learning:
    """What changes the weights of some connections, and when."""

    rule: str
    equation: str
    change: Expression  # of pre, post, weight, coefficient0 …, state0 …, signal0 …; the change, then the next states
    coefficients: tuple[str, ...]  # names, as the rule folds them
    states: tuple[str, ...]  # names; each one number per synapse, zero at the start
    signals: tuple[int, ...]  # places among the controller's signals
    normalisation: str
    bound: float
    interval: int  # ticks
    history: int | None  # number of its history; None where an update sees the last activations


@dataclass(frozen=True, eq=False)
class Description:
    """A controller, whole: one step of it is an update of the weights after the tick before, then a pass."""

    name: str  # a word of C
    task: str
    policy: str
    genome: str
    controller_sha256: str
    made_with: str  # version of hebbax
    control_period: float  # s
    observations: tuple[Quantity, ...]
    actions: tuple[Quantity, ...]
    signals: tuple[str, ...]  # what a step hears of the tick before: "reward", or names of its terms
    mean: np.ndarray  # [observations], float32; [0] of an image, which is not normalised
    scale: np.ndarray  # the same; a unit is (observation - mean) * scale
    units: int
    ones: tuple[int, ...]  # units that are always 1
    connections: tuple[Wiring, ...]
    learnings: tuple[Learning, ...]
    histories: tuple[History, ...]
    steps: tuple[Step, ...]

    @property
    def observation_size(self) -> int:
        """Numbers of an observation."""
        return sum(one.size for one in self.observations)

    @property
    def action_size(self) -> int:
        """Numbers of an action."""
        return sum(one.size for one in self.actions)

    @property
    def plastic(self) -> tuple[Wiring, ...]:
        """The connections whose weights change."""
        return tuple(one for one in self.connections if one.learning is not None)

    @property
    def drawn(self) -> tuple[Wiring, ...]:
        """The connections whose weights are drawn anew in every life, and then stay."""
        return tuple(one for one in self.connections if one.learning is None and one.weights is None)

    @property
    def weight_count(self) -> int:
        """Number of weights that change."""
        return sum(one.size for one in self.plastic)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, float32 in the fewest digits that give it back."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "task": self.task,
            "policy": self.policy,
            "genome": self.genome,
            "controller_sha256": self.controller_sha256,
            "hebbax": self.made_with,
            "control_period": self.control_period,
            "observations": [vars(one) for one in self.observations],
            "actions": [vars(one) for one in self.actions],
            "signals": list(self.signals),
            "mean": plain(self.mean),
            "scale": plain(self.scale),
            "units": self.units,
            "ones": list(self.ones),
            "connections": [_of_connection(one) for one in self.connections],
            "learnings": [_of_learning(one) for one in self.learnings],
            "histories": [{**vars(one), "rows": one.rows} for one in self.histories],
            "steps": [_of_step(one) for one in self.steps],
        }


def plain(values: np.ndarray) -> Any:
    """Return float32 values as nested lists of the shortest numbers that round to them."""
    if values.ndim > 1:
        return [plain(row) for row in values]
    return [float(str(value)) for value in values.astype(np.float32)]


def _of_numbers(numbers: Numbers | None) -> dict[str, Any] | None:
    if numbers is None:
        return None
    if numbers.step is None:
        return {"values": plain(numbers.values)}
    return {"step": float(str(np.float32(numbers.step))), "wholes": numbers.wholes.tolist()}


def _of_connection(one: Wiring) -> dict[str, Any]:
    places = {key: getattr(one, key) for key in ("name", "pre_at", "pre_size", "post_at", "post_size", "learning")}
    draw = None if one.draw is None else {**vars(one.draw), "key": one.draw.key and list(one.draw.key)}
    coefficients = [_of_numbers(numbers) for numbers in one.coefficients]
    return {**places, "draw": draw, "weights": _of_numbers(one.weights), "coefficients": coefficients}


def _of_learning(one: Learning) -> dict[str, Any]:
    change = {
        "operations": [[operation.name, operation.does, *operation.of] for operation in one.change.operations],
        "results": list(one.change.results),
    }
    lists = {key: list(getattr(one, key)) for key in ("coefficients", "states", "signals")}
    return {**vars(one), **lists, "change": change}


def _of_step(step: Step) -> dict[str, Any]:
    fields = {key: value if isinstance(value, int | str | None) else vars(value) for key, value in vars(step).items()}
    return {"does": type(step).__name__.lower(), **fields}
