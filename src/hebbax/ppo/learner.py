"""PPO as a `Learner`: a generation is a rollout of all lives and the gradient steps that follow from it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any, cast

import jax
import numpy as np

from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TrainConfig
from hebbax.config.training import FULL, TrainingConfig
from hebbax.engines.bodies import check_damages
from hebbax.engines.engine import Engine
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.evolution.judging import Judge
from hebbax.evolution.life_length import Outcome
from hebbax.evolution.saved_tensors import check_tensor
from hebbax.evolution.schedule import Schedule, ScheduleState, with_training
from hebbax.evolution.statistics import Best, Controller, ObservationStatistics
from hebbax.evolution.summary import summary_of
from hebbax.installing import pip_install_extra
from hebbax.keys import root_key, stream
from hebbax.policies.make_policy import make_policy
from hebbax.ppo.actor import check_actor, for_task, genome_of
from hebbax.settings import pinned
from hebbax.tasks.registry import make_task

_PACKAGES = ("torch", "stable_baselines3", "sb3_contrib")


@dataclass(frozen=True)
class PPOState:
    """All that changes from generation to generation; `tensors` are the model's and the lives', by name."""

    generation: int
    statistics: ObservationStatistics
    best: Best | None
    schedule: ScheduleState
    tensors: Mapping[str, np.ndarray]


class PPOLearner:
    """One configuration's task, policy and model. Raises HebbaxError for what PPO cannot learn or does not read."""

    @pinned()
    def __init__(self, config: TrainConfig) -> None:
        missing = [name for name in _PACKAGES if find_spec(name) is None]
        if missing:
            raise HebbaxError(
                f"learner={config.learner.name} needs {', '.join(missing)}: {pip_install_extra('ppo')}, or "
                "learner=evolution"
            )
        from hebbax.ppo.lives import TrainingLives
        from hebbax.ppo.model import Model, seeded
        from hebbax.ppo.reward_scale import RewardScale

        _check_unread(config)
        self.task = make_task(config.task.name)
        config = with_training(config, self.task)
        if PRESETS.get(config.policy.name) == config.policy:  # as it stands: nobody has chosen its output
            config = replace(config, policy=for_task(config.policy, self.task))
        self.config = config
        check_actor(config.policy, config.learner, self.task)
        self.policy = make_policy(config.policy, self.task)
        self.schedule = Schedule(config, self.task)
        for phase in self.schedule.phases:
            for events in phase.variants:
                check_damages(events, self.task, self.policy)
        stoppable = _Stoppable(make_engine(self.task, self.policy, config.engine, config.threads))
        self.engine = cast("Engine", stoppable)
        self.key = root_key(config.seed)
        self.judge = Judge(config, self.engine, self.key, self.schedule.phases[0].variants)
        scenario = Scenario(config.task.ticks, None, config.termination)
        lives_key = np.asarray(jax.random.key_data(stream(self.key, "train")))
        places = config.learner.environments
        self._lives = TrainingLives(self.task, places, scenario, lives_key, config.threads)
        self._model = Model(config.learner, config.policy, self._lives, self._seed("initial"), lambda: stoppable.asked)
        self._scale = RewardScale(places, config.learner.gamma) if config.learner.normalise_reward else None
        self._seeded = seeded
        self._at: PPOState | None = None  # where model and lives are

    def _seed(self, label: str, *numbers: int) -> int:
        """Return a seed for what draws from PyTorch's and NumPy's own random numbers."""
        return int(np.asarray(jax.random.key_data(stream(self.key, label, *numbers)))[0])

    @pinned()
    def begin(self) -> PPOState:
        """Return the state before the first generation: it is the only one that the model was made in."""
        schedule = self.schedule.begin()
        self._lives.variants = self.schedule.phase(schedule).variants
        self._lives.begin()
        statistics = ObservationStatistics.empty(self.task.normalised_size)
        self._at = PPOState(0, statistics, None, schedule, self._packed())
        return self._at

    def controller(self, state: PPOState) -> Controller:
        """Return the actor's mean action as a genome, with the present statistics."""
        return Controller(_genome(state), state.statistics)

    @pinned()
    def step(self, state: PPOState) -> tuple[PPOState, dict[str, Any]] | None:
        """Run one generation: return the next state and its metrics, or None if it was stopped during it."""
        start = time.perf_counter()
        phase = self.schedule.phase(state.schedule)
        if state is not self._at:
            self._take_up(state)
        self._at = None  # until all of this is done
        self._lives.follow(phase, state.statistics.normaliser(), self._scale)
        with self._seeded(self._seed("ppo", state.generation)):
            if not self._model.roll_out():
                return None
            after_lives = time.perf_counter()
            told = self._model.update()
        after_update = time.perf_counter()
        lives = self._lives.lives()
        statistics = state.statistics
        if self.config.observations.normalise != "none":
            # Of a life that diverged too: its last observations are those that were still good.
            statistics = statistics.merge(replace(lives, ends=np.zeros_like(lives.ends)))
        following = replace(state, generation=state.generation + 1, statistics=statistics, tensors=self._packed())
        evaluation: dict[str, Any] = {"mean_genome_return": None}
        if self.judge.due(following.generation):
            controller = self.controller(following)
            evaluated = self.judge.lives(controller, following.generation)
            if evaluated.stopped:
                return None
            best, evaluation = self.judge.judged(state.best, controller, following.generation, evaluated)
            following = replace(following, best=best)
        end, steps = time.perf_counter(), self.config.learner.steps
        metrics = {
            "generation": state.generation,
            "phase": state.schedule.phase,
            "training_ticks": self._lives.puppets.ticks_of_life,
            **summary_of(lives, self.task.terms),
            "steps": steps,
            **evaluation,
        }
        following = self._scheduled(following, metrics)
        self._at = following
        seconds = {
            "seconds": end - start,
            "seconds_lifetimes": after_lives - start,
            "seconds_tell": after_update - after_lives,
            "seconds_evaluation": end - after_update,
            "steps_per_second": steps / (after_update - start),
        }
        return following, {**metrics, "update": told, **seconds}

    def _scheduled(self, state: PPOState, metrics: Mapping[str, Any]) -> PPOState:
        """Return the state with the next phase, if there is one."""
        nothing = Outcome(np.zeros(0), 1.0, False, None)  # lives that grow read it, and these do not
        return replace(state, schedule=self.schedule.following(state.schedule, state.generation, metrics, nothing))

    def _take_up(self, state: PPOState) -> None:
        """Put model and lives where a state says."""
        self._lives.variants = self.schedule.phase(state.schedule).variants
        self._model.unpack(state.tensors)
        self._lives.unpack(state.tensors)
        if self._scale is not None:
            self._scale.unpack(state.tensors)

    def _packed(self) -> dict[str, np.ndarray]:
        scale = {} if self._scale is None else self._scale.pack()
        return {**self._model.pack(), **self._lives.pack(), **scale}

    def pack(self, state: PPOState) -> dict[str, np.ndarray]:
        """Return the state of model and lives, and the run's key, as named tensors."""
        tensors = {f"ppo/{name}": tensor for name, tensor in state.tensors.items()}
        tensors |= self.schedule.pack(state.schedule)
        return {**tensors, "key_data": np.asarray(jax.random.key_data(self.key))}

    @pinned()
    def unpack(
        self, tensors: Mapping[str, np.ndarray], generation: int, statistics: ObservationStatistics, best: Best | None
    ) -> PPOState:
        """Return the state that tensors hold. Raises HebbaxError if they are of another model, lives or seed."""
        key = np.asarray(jax.random.key_data(self.key))
        if not np.array_equal(check_tensor("key_data", tensors, key), key):
            raise HebbaxError(f"the checkpoint's 'key_data' is not that of seed {self.config.seed}")
        found = {}
        for name, like in self._packed().items():
            if name == "actions":
                found[name] = self._actions(tensors)
            else:
                found[name] = check_tensor(f"ppo/{name}", tensors, like)
        return PPOState(generation, statistics, best, self.schedule.unpack(tensors), found)

    def _actions(self, tensors: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the actions of the lives under way. Raises HebbaxError for others than their ticks say."""
        numbers, ticks, actions = (tensors.get(f"ppo/{name}") for name in ("numbers", "ticks", "actions"))
        if numbers is None or ticks is None or actions is None:
            raise HebbaxError("the checkpoint holds no 'ppo/actions': it was written with another learner")
        most, width = self._lives.puppets.ticks_of_life, self.task.action_size
        within = ticks.dtype == np.int64 and ((ticks >= 0) & (ticks < most)).all() and (numbers >= 0).all()
        fits = within and actions.dtype == np.float32 and actions.shape == (int(ticks.sum()), width)
        if not fits or not np.isfinite(actions).all():
            raise HebbaxError(f"the checkpoint's 'ppo/actions' are not those of lives of at most {most - 1} ticks")
        return actions


class _Stoppable:
    """The engine of evaluations, which says whether it was asked to stop: then a rollout ends too."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self.asked = engine, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def stop(self) -> None:
        """End all lives at their next tick, those to come too."""
        self.asked = True
        self._engine.stop()


def _genome(state: PPOState) -> np.ndarray:
    prefix = "policy/"
    weights = {name.removeprefix(prefix): one for name, one in state.tensors.items() if name.startswith(prefix)}
    return genome_of(weights)


def _check_unread(config: TrainConfig) -> None:
    """Raise HebbaxError for what somebody has set that evolution alone reads."""
    name, training, usual = config.learner.name, config.training, TrainingConfig()
    given = {}
    if config.strategy != StrategyConfig():
        given["strategy"] = config.strategy.name
    if config.lifetimes != 1:
        given["lifetimes"] = config.lifetimes
    for option in ("births", "race", "first_mean", "first_scale", "over_variants"):
        if getattr(training, option) != getattr(usual, option):
            given[f"training.{option}"] = getattr(training, option)
    if training.ticks not in (None, FULL):
        given["training.ticks"] = training.ticks
    for phase in training.listed:
        if phase.ticks not in (None, FULL):
            given["training.phases: ticks"] = phase.ticks
    for key, value in given.items():
        raise HebbaxError(f"{key}={value}: learner={name} does not read it; leave it out, or set learner=evolution")
