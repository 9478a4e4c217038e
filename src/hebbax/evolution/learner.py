"""The interface between a training and a way of learning: a state that moves on, generation after generation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

import numpy as np

from hebbax.config.train import TrainConfig
from hebbax.engines.engine import Engine
from hebbax.evolution.statistics import Best, Controller, ObservationStatistics
from hebbax.policies.policy import Policy
from hebbax.tasks.external.task import AnyTask


class LearnerState(Protocol):
    """All that changes from generation to generation, whatever else it holds."""

    @property
    def generation(self) -> int:
        """Generations finished."""
        ...

    @property
    def statistics(self) -> ObservationStatistics:
        """Those of all observations so far."""
        ...

    @property
    def best(self) -> Best | None:
        """The best controller so far, if there is one."""
        ...


State = TypeVar("State", bound=LearnerState)


class Learner(Protocol[State]):
    """One configuration's task, policy and engine, and the steps that learning takes; `Search` is one.

    The same state has the same next state, to the bit, also after it was packed and unpacked: a run that is resumed
    ends as one that was not interrupted.
    """

    @property
    def config(self) -> TrainConfig:
        """What was asked for."""
        ...

    @property
    def task(self) -> AnyTask:
        """The task."""
        ...

    @property
    def policy(self) -> Policy:
        """The policy."""
        ...

    @property
    def engine(self) -> Engine:
        """What its lives run on; its `stop` ends a step under way."""
        ...

    def begin(self) -> State:
        """Return the state before the first generation."""
        ...

    def step(self, state: State) -> tuple[State, dict[str, Any]] | None:
        """Run one generation: return the next state and its metrics, or None if the engine was stopped during it."""
        ...

    def controller(self, state: State) -> Controller:
        """Return the controller that counts as what has been learnt so far."""
        ...

    def pack(self, state: State) -> dict[str, np.ndarray]:
        """Return as named tensors what of a state is the learner's own: all but what `LearnerState` names."""
        ...

    def unpack(
        self, tensors: Mapping[str, np.ndarray], generation: int, statistics: ObservationStatistics, best: Best | None
    ) -> State:
        """Return the state of which `pack` made these tensors. Raises HebbaxError if they are another learner's."""
        ...
