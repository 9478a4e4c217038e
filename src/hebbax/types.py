"""The vocabulary that every part shares: one simulation's arrays, noise at birth, the row a life leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from hebbax.errors import HebbaxError

Array: TypeAlias = Any
"""A NumPy array, a JAX array or a tracer: what a pure function takes and returns."""


MOST_TICKS = 2**31 - 1
"""The longest life, in control ticks: engines count them in 32 bits."""

MOST_LIVES = 2**31 - 1
"""Of one call."""

MOST_UNITS = 2**20
"""Of a layer, an observation or an action; far beyond what is of use, and products of two fit 64 bits."""

MOST_RETURN = 1e20
"""A life whose sum of rewards, or of one of their terms, passes this has diverged: strategies know float32 alone."""


def numbers_of(what: str, values: Any, dtype: type) -> np.ndarray:
    """Return real numbers as a contiguous array of a type. Raises HebbaxError for anything else."""
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):  # rows of different lengths, or what cannot be converted
        array = np.empty(0, object)
    if array.dtype.kind not in "fiub" and array.dtype.name != "bfloat16":
        raise HebbaxError(f"{what} of type {type(values).__name__} ({array.dtype}): expected real numbers")
    return np.require(array, dtype, ["C"])  # not ascontiguousarray, which makes a row of a single number


class Simulation(NamedTuple):
    """The arrays of one simulation that a task may read; names and units are MuJoCo's, all float64.

    A world's has further fields, at the end: `act` where actuators have a state, `mocap_pos` and `mocap_quat` where
    there are mocap bodies, and what `hebbax.mujoco(…, also=…)` names.
    """

    qpos: Array  # [nq], m and rad (quaternions for free and ball joints)
    qvel: Array  # [nv], m/s and rad/s
    ctrl: Array  # [nu]
    sensordata: Array  # [nsensordata]
    xpos: Array  # [nbody, 3], m
    xipos: Array  # [nbody, 3], m
    xquat: Array  # [nbody, 4]
    site_xpos: Array  # [nsite, 3], m
    cinert: Array  # [nbody, 10]
    cvel: Array  # [nbody, 6]
    cfrc_ext: Array  # [nbody, 6], N and N·m
    qfrc_actuator: Array  # [nv], N and N·m
    qfrc_constraint: Array  # [nv], N and N·m


class Newborn(NamedTuple):
    """What a body is born with; an array of none stands for what the model, or the keyframe of its world, has."""

    qpos: Array  # [nq], m and rad (quaternions for free and ball joints)
    qvel: Array  # [nv], m/s and rad/s
    act: Array = np.zeros(0)  # [na], of actuators that have a state
    mocap_pos: Array = np.zeros((0, 3))  # [nmocap, 3], m
    mocap_quat: Array = np.zeros((0, 4))  # [nmocap, 4]


class Noise(NamedTuple):
    """What a task may draw a birth from; as long as `nq + nv`."""

    uniform: Array  # [nq + nv], in [-1, 1)
    normal: Array  # [nq + nv], standard normal


END_REACHED, END_TERMINATED, END_DIVERGED, END_STOPPED = 0, 1, 2, 3
"""Why a life ended: its last tick, its task's termination, divergence, or a request to stop.

Where a termination restarts the body, it ends no life: then END_TERMINATED does not occur.
"""

ON_TERMINATION = ("end", "restart")
"""What a task's termination does to a life, its tick's reward counting either way.

- `end`: it ends the life.
- `restart`: the body and the task's memory are born anew, from the life's key and the number of terminations so far.
  Weights, averages, hidden state and the tick live on, and rewards add up to the last tick.
"""


@dataclass(frozen=True)
class Lives:
    """One row per life, in the order in which the lives were asked for.

    Of a life that diverged, `returns` is the sum up to the last finite reward, and the caller decides what it is worth.
    """

    returns: np.ndarray  # [lives], float64
    lengths: np.ndarray  # [lives], control ticks
    ends: np.ndarray  # [lives], one of END_*
    warnings: np.ndarray  # [lives], MuJoCo warnings during the life
    terminations: np.ndarray  # [lives], how often the task's termination came
    observation_count: np.ndarray  # [lives], float64
    observation_mean: np.ndarray  # [lives, observations], float64
    observation_m2: np.ndarray  # [lives, observations], sum of squared deviations, float64
    reward_terms: Any = None  # [lives, terms], sums of the task's reward terms, float64; of a single term, the returns
    weights: Any = None  # [lives, weights], float32, at the end of each life, NaN if it diverged; [lives, 0] if unasked

    def __post_init__(self) -> None:
        if self.reward_terms is None:
            object.__setattr__(self, "reward_terms", self.returns[:, None])
        if self.weights is None:
            object.__setattr__(self, "weights", np.zeros((len(self.returns), 0), np.float32))

    @classmethod
    def joined(cls, parts: Sequence[Lives]) -> Lives:
        """Return the lives of all parts, one part after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))

    @property
    def diverged(self) -> np.ndarray:
        """Which lives ended in a non-finite or unbounded value, bool [lives]."""
        return self.ends == END_DIVERGED

    @property
    def stopped(self) -> bool:
        """Whether any life was cut short by a request to stop."""
        return bool(np.any(self.ends == END_STOPPED))


class Record(NamedTuple):
    """What happened at every tick of one life: the state and weights that a tick starts from, and what it did."""

    qpos: np.ndarray  # [ticks, nq], float64
    qvel: np.ndarray  # [ticks, nv], float64
    observations: np.ndarray  # [ticks, observations], float64, before normalisation
    actions: np.ndarray  # [ticks, actuators], float64
    rewards: np.ndarray  # [ticks], float64
    terminated: np.ndarray  # [ticks], bool: whether the task's termination came at the end of this tick
    weights: np.ndarray  # [ticks, weights], float32; [ticks, 0] for a static policy
    contacts: np.ndarray  # [ticks, bodies], float32: part of its physics steps in which each body feels a contact force
    torques: np.ndarray  # [ticks, physics steps, nu], float32, where an actuator acts most, of each step: N·m, N
    speeds: np.ndarray  # [ticks, physics steps, nu], float32, of that degree of freedom, end of each step: rad/s, m/s
    state: Any = ()  # of a compiled world: its own NamedTuple, each array [ticks, …], at the start of the tick

    def rows(self, index: Any) -> Record:
        """Return some ticks, by a slice or an array of their rows."""
        *fields, state = self
        return Record(*(field[index] for field in fields), state=type(state)(*(field[index] for field in state)))


class Measured(NamedTuple):
    """What is measured at each physics step of one tick: rows of a record, or no row where there is none."""

    contacts: np.ndarray  # [1, bodies]
    torques: np.ndarray  # [1, physics steps, nu]
    speeds: np.ndarray  # [1, physics steps, nu]

    @classmethod
    def nothing(cls) -> Measured:
        """Return one without rows."""
        efforts = np.zeros((0, 0, 0), np.float32)
        return cls(np.zeros((0, 0), np.float32), efforts, efforts)


@dataclass(frozen=True)
class Normaliser:
    """Running mean and scale of the observations, shared by a population and fixed while lives run.

    Images stay as they are: of these both are empty.
    """

    mean: np.ndarray  # [observations], float64
    scale: np.ndarray  # [observations], float64: observation = (raw - mean) * scale

    def of_size(self, size: int) -> Normaliser:
        """Return it as contiguous float64. Raises HebbaxError unless mean and scale are of so many observations."""
        parts = []
        for name, values in (("mean", self.mean), ("scale", self.scale)):
            array = numbers_of(f"a normaliser's {name}", values, np.float64)
            if array.shape != (size,):
                raise HebbaxError(f"a normaliser whose {name} has shape {array.shape}: expected ({size},)")
            if not np.all(np.isfinite(array)):
                raise HebbaxError(f"a normaliser whose {name} holds NaN or infinity: expected finite numbers")
            parts.append(array)
        return Normaliser(*parts)

    def applied(self, observations: np.ndarray) -> np.ndarray:
        """Return observations [..., observations] as a policy gets them.

        >>> Normaliser.identity(0).applied(np.ones(3))
        array([1., 1., 1.])
        """
        return (observations - self.mean) * self.scale if self.mean.size else observations

    @classmethod
    def identity(cls, observation_size: int) -> Normaliser:
        """Return the normaliser that changes nothing.

        >>> Normaliser.identity(2).scale
        array([1., 1.])
        """
        return cls(np.zeros(observation_size), np.ones(observation_size))
