"""The search itself: a state, the step from one generation to the next, and what lives are worth to the strategy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.config.train import TrainConfig, engine_options
from hebbax.engines.bodies import check_damages
from hebbax.engines.make_engine import make_engine
from hebbax.engines.members import Members
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.evolution.asked import AskedPopulation
from hebbax.evolution.births import Births
from hebbax.evolution.first_mean import first_genomes, first_mean, lives_before_mean
from hebbax.evolution.judging import Judge
from hebbax.evolution.life_length import Outcome
from hebbax.evolution.saved_tensors import check_tensor
from hebbax.evolution.schedule import Schedule, ScheduleState, weighted, with_training
from hebbax.evolution.statistics import Best, Controller, ObservationStatistics
from hebbax.evolution.strategy import Strategy, weighted_mean
from hebbax.evolution.summary import summary_of
from hebbax.evolution.trials import Trials
from hebbax.keys import root_key, stream
from hebbax.policies.make_policy import make_policy
from hebbax.settings import pinned
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.registry import make_task
from hebbax.tasks.task import ACTIVITY, Task
from hebbax.types import END_TERMINATED, Lives


@dataclass(frozen=True)
class SearchState:
    """All that changes from generation to generation."""

    generation: int  # generations finished
    strategy: Any
    statistics: ObservationStatistics
    best: Best | None
    schedule: ScheduleState
    slot_weights: np.ndarray | None = None  # float32 [population * lifetimes, weights], where weights persist


def _heard(task: AnyTask, config: TrainConfig) -> AnyTask:
    """Return the task, with the term ACTIVITY where the fitness of training has a weight for it."""
    training = config.training
    weighed = {*(training.weights or {}), *(name for phase in training.listed for name in phase.weights)}
    if ACTIVITY not in weighed or ACTIVITY in task.terms or not isinstance(task, Task):
        return task
    return replace(task, activity=True)


class Search:
    """One configuration's task, policy, engine and strategy, and the steps they take: the `Learner` of evolution."""

    @pinned()
    def __init__(self, config: TrainConfig) -> None:
        self.task = _heard(make_task(config.task.name), config)
        self.config = config = with_training(config, self.task)
        self.policy = make_policy(config.policy, self.task)
        self.strategy = Strategy(config.strategy, self.policy.genome_size, config.threads)
        self.engine = make_engine(self.task, self.policy, config.engine, config.threads, engine_options(config))
        self.key = root_key(config.seed)
        self.schedule = Schedule(config, self.task)
        self.births = Births(self.policy, config.strategy.population, config.lifetimes, self.key)
        self.variants = self.schedule.phases[0].variants
        for phase in self.schedule.phases:
            for events in phase.variants:  # what the task or the policy cannot have is said before any life is lived
                check_damages(events, self.task, self.policy)
        self.judge = Judge(config, self.engine, self.key, self.variants)
        self.trials = Trials(config, self.engine, self.schedule.phases)

    def begin(self) -> SearchState:
        """Return the state before the first generation. Raises HebbaxError where that is to come from elsewhere."""
        mean = first_mean(self.config, self.policy)
        return self._beginning(mean, ObservationStatistics.empty(self.task.normalised_size))

    def begin_about(self, genome: np.ndarray, statistics: ObservationStatistics | None = None) -> SearchState:
        """Return the state before the first generation, about a genome float32 [genome_size] from elsewhere.

        It comes with the statistics of the observations that it expects, if any. It is evaluated, so it is the best
        until a later one is better. Raises HebbaxError where the engine was stopped.
        """
        if statistics is None:
            statistics = ObservationStatistics.empty(self.task.normalised_size)
        state = self._beginning(genome, statistics)
        lives = self.judge.lives(self.controller(state), state.generation)
        if lives.stopped:
            raise HebbaxError("the evaluation of the genome was stopped: expected to let it end")
        return self._with_best(state, lives)[0]

    def _beginning(self, mean: np.ndarray | jax.Array, statistics: ObservationStatistics) -> SearchState:
        strategy = self.strategy.init(stream(self.key, "initial"), self.policy, mean)
        return SearchState(0, strategy, statistics, None, self.schedule.begin(), self.births.begin())

    def controller(self, state: SearchState) -> Controller:
        """Return the mean genome with the present statistics."""
        return Controller(self.strategy.mean(state.strategy), state.statistics)

    @pinned()
    def step(self, state: SearchState) -> tuple[SearchState, dict[str, Any]] | None:
        """Run one generation: return the next state and its metrics, or None if the engine was stopped during it."""
        start = time.perf_counter()
        phase, ticks = self.schedule.phase(state.schedule), state.schedule.length.ticks
        genomes, ask_state = self._ask(state)
        jax.block_until_ready(genomes)
        after_ask = time.perf_counter()
        scenario = replace(self._scenario(state.statistics, ticks), slots=self.births.slots(state.slot_weights))
        chooses = self._is_before_mean(state) and self.config.training.first_of > 1
        try_all = self.trials.choose if chooses else self.trials.run
        to_try = self._travelling(genomes, state)
        tried = try_all(to_try, stream(self.key, "train", state.generation), scenario, phase)
        lives = tried.lives
        if lives.stopped:
            return None
        after_lives = time.perf_counter()
        fitness = tried.fitness(phase.weights)
        tell_state = self._tell(state, genomes, fitness, ask_state, tried.best)
        jax.block_until_ready(tell_state)
        after_tell = time.perf_counter()
        statistics = self._statistics_after(state.statistics, lives)
        following = replace(
            state,
            generation=state.generation + 1,
            strategy=tell_state,
            statistics=statistics,
            slot_weights=state.slot_weights
            if chooses
            else self.births.left(state.slot_weights, tried.numbers, lives.weights),
        )
        evaluated, evaluation = None, {"mean_genome_return": None}
        if self.judge.due(following.generation):
            evaluated = self.judge.lives(self.controller(following), following.generation)
            if evaluated.stopped:
                return None
            following, evaluation = self._with_best(following, evaluated)
        metrics = {
            "generation": state.generation,
            "phase": state.schedule.phase,
            "training_ticks": ticks,
            **summary_of(lives, self.engine.task.terms),
            **evaluation,
        }
        if self.schedule.changes:
            evaluated = None if evaluated is None else weighted(evaluated, phase.weights)
            outcome = _outcome_of(fitness, lives, ticks, evaluated)
            following = self._scheduled(following, metrics, outcome)
        end = time.perf_counter()
        seconds = {
            "seconds": end - start,
            "seconds_ask": after_ask - start,
            "seconds_lifetimes": after_lives - after_ask,
            "seconds_tell": after_tell - after_lives,
            "seconds_evaluation": end - after_tell,
            "steps_per_second": float(lives.lengths.sum() / (after_lives - after_ask)),
        }
        return following, {**metrics, **seconds}

    def _is_before_mean(self, state: SearchState) -> bool:
        return state.generation == 0 and lives_before_mean(self.config)

    def _ask(self, state: SearchState) -> tuple[Any, Any]:
        """Return genomes [population, genome_size] to try, or members of them, and the strategy's state."""
        if self._is_before_mean(state):
            return first_genomes(self.config, self.policy), state.strategy
        return self.strategy.ask(stream(self.key, "ask", state.generation), state.strategy)

    def _travelling(self, genomes: Any, state: SearchState) -> Any:
        """Return genomes as they are tried: for a cluster, as what its machines can make again."""
        if self.engine.name != "ray" or isinstance(genomes, Members) or self._is_before_mean(state):
            return genomes
        return AskedPopulation(self.config.strategy, stream(self.key, "ask", state.generation), state.strategy, genomes)

    def _tell(self, state: SearchState, genomes: Any, fitness: np.ndarray, asked: Any, best: int | None) -> Any:
        """Return the strategy's state after learning the fitness [population] of genomes, or which is the best."""
        if self._is_before_mean(state):
            mean = weighted_mean(genomes, fitness) if best is None else np.asarray(genomes[best])
            return self.strategy.init(stream(self.key, "initial"), self.policy, mean)
        return self.strategy.tell(stream(self.key, "tell", state.generation), genomes, fitness, asked)

    def _scenario(self, statistics: ObservationStatistics, ticks: int | None) -> Scenario:
        return Scenario(ticks, statistics.normaliser(), self.config.termination)

    def _scheduled(self, state: SearchState, metrics: Mapping[str, Any], outcome: Outcome) -> SearchState:
        """Return the state with the next lives' length and phase."""
        before = state.schedule
        after = self.schedule.following(before, state.generation, metrics, outcome)
        if (after.phase, after.length.ticks) == (before.phase, before.length.ticks):
            return replace(state, schedule=after)
        # What is remembered as the best so far was best at something else.
        return replace(state, schedule=after, strategy=self.strategy.forget_best(state.strategy))

    def _statistics_after(self, statistics: ObservationStatistics, lives: Lives) -> ObservationStatistics:
        """Return the statistics with those of the lives; without any, observations stay as they are."""
        return statistics if self.config.observations.normalise == "none" else statistics.merge(lives)

    @pinned()
    def pack(self, state: SearchState) -> dict[str, np.ndarray]:
        """Return the strategy's state and the run's key as named tensors."""
        leaves, _ = jax.tree_util.tree_flatten_with_path(state.strategy)
        tensors = {_tensor_name(path): np.asarray(leaf) for path, leaf in leaves}
        tensors |= self.schedule.pack(state.schedule)
        tensors |= self.births.pack(state.slot_weights)
        return {**tensors, "key_data": np.asarray(jax.random.key_data(self.key))}

    @pinned()
    def unpack(
        self, tensors: Mapping[str, np.ndarray], generation: int, statistics: ObservationStatistics, best: Best | None
    ) -> SearchState:
        """Return the state that tensors hold.

        Raises HebbaxError if they are of another strategy, genome size or seed, or hold what is no number.
        """
        check_tensor("key_data", tensors, np.asarray(jax.random.key_data(self.key)))
        if not np.array_equal(tensors["key_data"], jax.random.key_data(self.key)):
            raise HebbaxError(f"the checkpoint's 'key_data' is not that of seed {self.config.seed}")
        mean = jax.ShapeDtypeStruct((self.policy.genome_size,), jnp.float32)
        template = jax.eval_shape(partial(self.strategy.init, stream(self.key, "initial"), self.policy), mean)
        leaves, structure = jax.tree_util.tree_flatten_with_path(template)
        values = []
        for path, leaf in leaves:
            name = _tensor_name(path)
            # evosax has no best fitness at first, but an infinite one, and a solution of NaN.
            tensor = check_tensor(
                name,
                tensors,
                leaf,
                infinite=name.endswith("best_fitness"),
                missing=name.endswith("best_solution") and _is_infinite(tensors, name.replace("solution", "fitness")),
            )
            values.append(jnp.asarray(tensor, leaf.dtype))
        strategy, schedule = jax.tree_util.tree_unflatten(structure, values), self.schedule.unpack(tensors)
        return SearchState(generation, strategy, statistics, best, schedule, self.births.unpack(tensors))

    def _with_best(self, state: SearchState, lives: Lives) -> tuple[SearchState, dict[str, Any]]:
        """Return the state with the mean genome as the best where its lives say so, and the metrics of these."""
        best, metrics = self.judge.judged(state.best, self.controller(state), state.generation, lives)
        return replace(state, best=best), metrics


def _is_infinite(tensors: Mapping[str, np.ndarray], name: str) -> bool:
    return name in tensors and np.array_equal(tensors[name], np.inf)


def _tensor_name(path: Any) -> str:
    return f"strategy/{jax.tree_util.keystr(path)}"


def _outcome_of(fitness: np.ndarray, lives: Lives, ticks: int, evaluated: Lives | None) -> Outcome:
    """Return what follows for lives after these of so many ticks; `evaluated` are full ones of the mean genome."""
    full = np.zeros(0) if evaluated is None else evaluated.returns[~evaluated.diverged]
    return Outcome(
        fitness=fitness,
        lasted=float(np.median(lives.lengths) / ticks),
        terminated=bool(np.any(lives.ends == END_TERMINATED)),
        full_fitness=full if len(full) else None,
    )
