"""What lives of training are put through, generation after generation: their length, fitness and damages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hebbax.config.learner import EVOLUTION
from hebbax.config.train import TrainConfig
from hebbax.config.training import FULL, GROWING, PhaseConfig, Reached, read_after
from hebbax.damage.events import Event, check_onsets, last_onset
from hebbax.damage.text import parse_damages
from hebbax.errors import HebbaxError, unknown_name
from hebbax.evolution.life_length import WINDOW, LifeLength, Outcome, first_length, next_length
from hebbax.evolution.saved_tensors import check_tensor
from hebbax.expected import whole
from hebbax.tasks.external.task import AnyTask
from hebbax.types import Lives

METRICS = ("return_mean", "return_max", "return_min", "return_std", "mean_genome_return", "terminations", "diverged")
"""What a phase can wait for, besides reward_terms.NAME."""


@dataclass(frozen=True, eq=False)
class Phase:
    """What lives of training are put through while it lasts."""

    after: int | Reached
    ticks: int | None  # None where they grow
    weights: np.ndarray | None  # [terms], factors in the fitness; None where that is the return
    variants: tuple[tuple[Event, ...], ...]  # of damage, which lives meet in turn


@dataclass(frozen=True)
class ScheduleState:
    """Which phase it is, and how long its lives are."""

    phase: int
    length: LifeLength


def with_training(config: TrainConfig, task: AnyTask) -> TrainConfig:
    """Return a configuration that says how long lives of training are, and what counts in their fitness.

    Where it leaves that to the task, it is the task's choice; but full lives where it has another length for those, or
    is not of evolution, and every term as it is where a fall does not end a life, or falling would pay. Weights of its
    own come without the task's phases, which have others.
    """
    ticks, weights, phases = config.training.ticks, config.training.weights, config.training.phases
    if ticks is None:
        own = config.task.ticks is None and config.learner.algorithm == EVOLUTION
        ticks = task.training_ticks if own else FULL
    chosen = config.termination == "end"
    if phases is None:
        phases = [PhaseConfig(**phase) for phase in task.training_phases] if chosen and weights is None else []
    if weights is None:
        weights = dict(task.training_weights) if chosen else {}
    return replace(config, training=replace(config.training, ticks=ticks, weights=weights, phases=phases))


class Schedule:
    """The phases of a run: the first is the run's own. Raises HebbaxError for what the task does not have."""

    def __init__(self, config: TrainConfig, task: AnyTask) -> None:
        self.full = task.length if config.task.ticks is None else config.task.ticks
        own = PhaseConfig(0, config.training.ticks, config.training.weights or {}, config.damage)
        self.phases = [_phase(own, own, task, self.full)]
        self.phases += [_phase(phase, own, task, self.full) for phase in config.training.listed]

    @property
    def changes(self) -> bool:
        """Whether anything can change in the course of the run."""
        return len(self.phases) > 1 or self.phases[0].ticks is None

    def begin(self) -> ScheduleState:
        """Return the state before the first generation."""
        state = ScheduleState(0, self._length_in(self.phases[0], first_length(self.full)))
        return self._entered(state) if len(self.phases) > 1 and self.phases[1].after == 0 else state

    def phase(self, state: ScheduleState) -> Phase:
        """Return the present phase."""
        return self.phases[state.phase]

    def following(self, state: ScheduleState, generation: int, metrics: Mapping[str, Any], outcome: Outcome) -> Any:
        """Return the state for the next generation; `generation` counts those that are finished."""
        if self.phase(state).ticks is None:
            state = replace(state, length=next_length(state.length, outcome, self.full))
        if state.phase + 1 == len(self.phases):
            return state
        after = self.phases[state.phase + 1].after
        reached = after.by(metrics) if isinstance(after, Reached) else generation >= after
        return self._entered(state) if reached else state

    def _entered(self, state: ScheduleState) -> ScheduleState:
        number = state.phase + 1
        return ScheduleState(number, self._length_in(self.phases[number], replace(state.length, fitness=())))

    def _length_in(self, phase: Phase, length: LifeLength) -> LifeLength:
        """Return the length that lives have as a phase begins; half of a growing one at least is under its damages."""
        if phase.ticks is not None:
            return replace(length, ticks=phase.ticks)
        return replace(length, ticks=max(length.ticks, min(2 * last_onset(phase.variants), self.full)))

    def pack(self, state: ScheduleState) -> dict[str, np.ndarray]:
        """Return a state as named tensors, none where nothing can change."""
        if not self.changes:
            return {}
        return {
            "schedule/phase": np.asarray(state.phase, np.int64),
            "schedule/ticks": np.asarray(state.length.ticks, np.int64),
            "schedule/fitness": np.asarray(state.length.fitness, np.float64),
            "schedule/falls": np.asarray(state.length.falls),
        }

    def unpack(self, tensors: Mapping[str, np.ndarray]) -> ScheduleState:
        """Return the state of which `pack` made these tensors.

        Raises HebbaxError where one is missing, or is not of such a run.
        """
        if not self.changes:
            return self.begin()
        expected = self.pack(self.begin())
        for name, tensor in expected.items():
            check_tensor(name, tensors, tensor, most=WINDOW if name == "schedule/fitness" else None)
        phase, ticks, fitness, falls = (tensors[name] for name in expected)
        whole(0, len(self.phases) - 1).check(int(phase), "the checkpoint's 'schedule/phase'")
        whole(1, self.full).check(int(ticks), "the checkpoint's 'schedule/ticks'")
        return ScheduleState(int(phase), LifeLength(int(ticks), tuple(fitness.tolist()), bool(falls)))


def weighted(lives: Lives, weights: np.ndarray | None) -> Lives:
    """Return lives whose returns are the weighted sums of their reward terms."""
    if weights is None:
        return lives
    terms = np.where(lives.diverged[:, None], 0.0, lives.reward_terms)  # what these hold may be no number
    return replace(lives, returns=np.where(lives.diverged, lives.returns, terms @ weights))


def _phase(config: PhaseConfig, own: PhaseConfig, task: AnyTask, full: int) -> Phase:
    after = read_after(config.after)
    if isinstance(after, Reached):
        names = [*METRICS, *(f"reward_terms.{term}" for term in task.terms)]
        if after.metric not in names:
            raise unknown_name("metric of training.phases", after.metric, names)
    damage = own.damage if config.damage is None else config.damage
    ticks = _ticks(own.ticks if config.ticks is None else config.ticks, full)
    variants = parse_damages(damage or "", task.control_period)
    check_onsets(variants, full)
    onset = last_onset(variants)
    if ticks is not None and onset >= ticks:
        raise HebbaxError(
            f"training.ticks={ticks}: a damage sets in at tick {onset}, after the end of such a life; nearest valid: "
            f"{onset + 1}"
        )
    return Phase(after, ticks, _weights(config.weights or own.weights, task), variants)


def _ticks(ticks: int | str, full: int) -> int | None:
    if ticks == GROWING:
        return None
    if ticks == FULL:
        return full
    if int(ticks) > full:
        raise HebbaxError(f"training.ticks={ticks}: longer than the {full} ticks of a full life; nearest valid: {full}")
    return int(ticks)


def _weights(weights: Mapping[str, float], task: AnyTask) -> np.ndarray | None:
    for name in weights:
        if name not in task.terms:
            raise unknown_name("reward term of training", name, task.terms)
    usual = {term: float(term in task.reward) for term in task.terms}
    if usual == {**usual, **weights}:
        return None
    return np.array([weights.get(term, usual[term]) for term in task.terms])
