"""What a kind of damage is: one entry, with the stage of a tick where it acts and its function."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from hebbax.errors import HebbaxError, unknown_name
from hebbax.types import Array

STAGES = {
    "model": "at the onset and at the end: fields of the body's model",
    "weights": "before the pass, at the onset alone: the weights",
    "sense": "the observation, before it is normalised",
    "action": "the action of the pass",
    "body": "forces during the physics of a tick, or coordinates before it and after each of its steps",
    "update": "how far the update of the weights goes",
}
"""The stages of a tick at which something can happen to a life, in their order, and what they may change."""

TARGETS = {
    "": ("model", "update"),
    "observation": ("sense",),
    "actuator": ("action",),
    "layer": ("weights",),
    "body": ("model", "body"),
    "joint": ("model",),
    "coordinate": ("body",),
    "seed": ("model",),
    "part": ("model",),
}
"""What a kind may aim at, and in which stages."""

VALUES = {"": 0, "number": 1, "force": 3, "vector": 3, "position": 1}
"""Forms of a value, and how many numbers each has. A position may be relative to where it is at the onset."""

DRAWS = ("", "uniform", "normal", "both", "fresh")


class DamageNoise(NamedTuple):
    """Random numbers of one event in one life: new at every tick but in the weights' stage; empty if unread."""

    uniform: Array  # [n], in [-1, 1)
    normal: Array  # [n], standard normal
    fresh: Array  # [n], weights drawn as at birth


Change: TypeAlias = Callable[[Array, Any, Array, DamageNoise], tuple[Array, Array]]
"""`change(values, value, state, noise) -> values, state` in the part of NumPy that Numba and JAX share.

`values` [n] are what the target is: observations, actions, weights of a layer; the force (x, y, z) on a body in N; the
position and velocity of a coordinate; fields of a model, flat; the factor of the update [1]. It writes to nothing.
"""


Edit: TypeAlias = Callable[[Any, Any, Any], None]
"""`edit(source, element, value)` changes the source of a model, of MuJoCo an MjSpec.

`element` is the body or joint of the source that is aimed at, the number of a seed, or None.
"""


@dataclass(frozen=True)
class Kind:
    """A kind of event: its stage, its function, and what its target and its value are."""

    name: str
    change: Change | None
    stage: str  # a key of STAGES
    summary: str = ""
    target: str = ""  # a key of TARGETS
    all: bool = False  # whether no target means all of them
    value: str = "number"  # a key of VALUES
    unit: str = ""
    default: float | None = None  # None if a value has to be given
    minimum: float = -math.inf
    maximum: float = math.inf
    whole: float | None = None  # the value that changes nothing, severity 0; None if none does
    worst: float | None = None  # the value of severity 1
    begin: Callable[[Array, Any], Array] | None = None  # (values, value) -> state [size], at the onset
    draws: str = ""  # which of DamageNoise it reads: one of DRAWS
    first: bool = False  # whether it acts before all others of its stage
    fields: tuple[str, ...] = ()  # of MjModel, its rows of the target; in the model's stage
    own: tuple[str, ...] = ()  # the same, of the model of a world of one's own (`hebbax.World(…, model=…)`)
    edit: Edit | None = None  # of the model's source, in place of fields

    @property
    def lasts(self) -> bool:
        """Whether it acts at every tick of its duration, or at its onset alone."""
        return self.stage != "weights"

    @property
    def plastic(self) -> bool:
        """Whether only weights that change can have it."""
        return self.stage in ("weights", "update")

    @property
    def own_alone(self) -> bool:
        """Whether only the model of a world of one's own can have it, and MuJoCo's cannot."""
        return bool(self.own) and not self.fields

    @property
    def wanted(self) -> str:
        """What a value has to be, for an error."""
        if VALUES[self.value] == 3:
            return f"a {self.value} (x, y, z) in {self.unit}"
        if self.maximum < math.inf:
            opening = "[" if self.minimum == self.whole else "("
            return f"a number in {opening}{self.minimum:g}, {self.maximum:g}]"
        if not self.value:
            return "none"
        return "a number" if self.minimum == -math.inf else f"a number >= {self.minimum:g}"

    def at_severity(self, severity: float) -> float:
        """Return the value at a severity from 0, which changes nothing, to 1. Raises HebbaxError if it has none."""
        if self.whole is None or self.worst is None:
            raise HebbaxError(f"damage {self.name!r} has no severity: give it a value")
        if not 0 <= severity <= 1:
            raise HebbaxError(f"severity={severity}: expected 0 (nothing changes) to 1 (the worst)")
        return self.whole + severity * (self.worst - self.whole)


_WITH_ALL = ("observation", "actuator", "layer", "body", "joint", "seed", "part")
"""Targets of which there can be all at once."""


def make_kind(name: str, change: Change | None = None, *, stage: str, target: str = "", **options: Any) -> Kind:
    """Return a kind of damage; see `register_damage`.

    Raises HebbaxError for an unknown stage, target, value or draw, a stage that has no such target, and functions that
    do not return what they should.
    """
    known_options = [field.name for field in dataclasses.fields(Kind)]
    for option in options:
        if option not in known_options:
            raise unknown_name(f"option of damage {name!r}", option, known_options)
    kind = Kind(name, change, stage, target=target, **options)
    for what, choice, known in (
        ("stage", stage, STAGES),
        ("target", target, TARGETS),
        ("value", kind.value, VALUES),
        ("draws", kind.draws, DRAWS),
    ):
        if choice not in known:
            raise unknown_name(f"{what} of damage {name!r}", choice, known)
    if stage not in TARGETS[target]:
        valid = [key or "none" for key, stages in TARGETS.items() if stage in stages]
        raise HebbaxError(f"damage {name!r} in stage {stage!r} with target {target!r}: expected {' or '.join(valid)}")
    if kind.all and target not in _WITH_ALL:
        valid = " or ".join(repr(one) for one in _WITH_ALL)
        raise HebbaxError(f"damage {name!r} with all=True and target {target!r}: expected target {valid}, or all=False")
    _check_model(kind)
    if kind.draws == "fresh" and stage != "weights":
        raise HebbaxError(f"damage {name!r} in stage {stage!r} with draws='fresh': expected it in stage 'weights'")
    if kind.change is not None:
        _try_once(kind, kind.change)
    return kind


def _check_model(kind: Kind) -> None:
    """Raise HebbaxError unless a kind of the model's stage, and of no other, has fields and a change, or an edit."""
    told = f"damage {kind.name!r} in stage {kind.stage!r} with"
    if bool(kind.fields or kind.own or kind.edit) != (kind.stage == "model"):
        raise HebbaxError(
            f"{told} fields={kind.fields}: expected fields of a model, or an edit, in stage 'model' alone"
        )
    if (kind.target == "part") != (kind.own_alone and bool(kind.target)):
        raise HebbaxError(f"{told} target {kind.target!r}: expected target 'part' with fields in own= alone")
    if kind.edit is not None and (kind.change is not None or kind.fields or kind.own):
        raise HebbaxError(f"{told} an edit and a change: expected one of them")
    if kind.edit is None and kind.change is None:
        raise HebbaxError(f"{told} no function: expected one that returns what becomes of the values")


def sample_state(kind: Kind, values: np.ndarray, value: Any) -> np.ndarray:
    """Return what a kind remembers from its onset on, [0] for nothing."""
    return np.zeros(0) if kind.begin is None else np.asarray(kind.begin(values, value), float)


def as_argument(kind: Kind, numbers: np.ndarray) -> Any:
    """Return the value as the kind's functions get it, of (x, y, z, relative)."""
    return numbers[:3] if VALUES[kind.value] == 3 else numbers[[0, 3]] if kind.value == "position" else numbers[0]


def _try_once(kind: Kind, change: Change) -> None:
    """Raise HebbaxError unless a kind's functions return what they should: compiled code would read other memory."""
    size = {"body": 3, "coordinate": 2, "": 3 if kind.stage == "model" else 1}.get(kind.target, 4)
    values = np.linspace(0.5, 1.5, size)
    noise = DamageNoise(*(np.full(size * (kind.draws in (name, more)), 0.25) for name, more in _READ))
    value = as_argument(kind, np.array([0.5, 0.5, 0.5, 0.0]))
    with np.errstate(all="ignore"):
        try:
            state = sample_state(kind, values, value)
            changed, following = change(values.copy(), value, state.copy(), noise)
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            raise HebbaxError(f"damage {kind.name!r} cannot be applied: {error}") from error
    for what, got, shape in (("values", changed, values.shape), ("state", following, state.shape)):
        if np.shape(got) != shape:
            raise HebbaxError(f"damage {kind.name!r} returned {what} of shape {np.shape(got)}: expected {shape}")


_READ = (("uniform", "both"), ("normal", "both"), ("fresh", "fresh"))
