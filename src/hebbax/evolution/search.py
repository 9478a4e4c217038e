"""The search itself: a state, the step from one generation to the next, and what lives are worth to the strategy."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.config.train import TrainConfig
from hebbax.engines.bodies import check_damages
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Damages, Scenario, in_turn
from hebbax.errors import HebbaxError
from hebbax.evolution.births import Births
from hebbax.evolution.first_mean import first_genomes, first_mean, lives_before_mean
from hebbax.evolution.life_length import Outcome
from hebbax.evolution.saved_tensors import check_tensor
from hebbax.evolution.schedule import Schedule, ScheduleState, weighted, with_training
from hebbax.evolution.statistics import Best, Controller, ObservationStatistics
from hebbax.evolution.strategy import Strategy, weighted_mean
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
        self.engine = make_engine(self.task, self.policy, config.engine, config.threads)
        self.key = root_key(config.seed)
        self.schedule = Schedule(config, self.task)
        self.births = Births(self.policy, config.strategy.population, config.lifetimes, self.key)
        self.variants = self.schedule.phases[0].variants
        for phase in self.schedule.phases:
            for events in phase.variants:  # what the task or the policy cannot have is said before any life is lived
                check_damages(events, self.task, self.policy)
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
        lives = self._evaluate_mean(state)
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
        tried = self.trials.run(genomes, stream(self.key, "train", state.generation), scenario, phase)
        lives = tried.lives
        if lives.stopped:
            return None
        after_lives = time.perf_counter()
        fitness = tried.fitness(phase.weights)
        tell_state = self._tell(state, genomes, fitness, ask_state)
        jax.block_until_ready(tell_state)
        after_tell = time.perf_counter()
        statistics = self._statistics_after(state.statistics, lives)
        following = replace(
            state,
            generation=state.generation + 1,
            strategy=tell_state,
            statistics=statistics,
            slot_weights=self.births.left(state.slot_weights, tried.numbers, lives.weights),
        )
        evaluated, evaluation = None, {"mean_genome_return": None}
        if self._evaluation_due(following):
            evaluated = self._evaluate_mean(following)
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

    def _tell(self, state: SearchState, genomes: Any, fitness: np.ndarray, asked: Any) -> Any:
        """Return the strategy's state after learning the fitness [population] of genomes."""
        if self._is_before_mean(state):
            return self.strategy.init(stream(self.key, "initial"), self.policy, weighted_mean(genomes, fitness))
        return self.strategy.tell(stream(self.key, "tell", state.generation), genomes, fitness, asked)

    def _scenario(self, statistics: ObservationStatistics, ticks: int | None, damages: Damages = ()) -> Scenario:
        return Scenario(ticks, statistics.normaliser(), self.config.termination, damages)

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

    def _evaluation_due(self, state: SearchState) -> bool:
        generation = state.generation
        return generation == 1 or generation % self.config.evaluate_every == 0 or generation == self.config.generations

    def _evaluate_mean(self, state: SearchState) -> Lives:
        """Return lives of the mean genome: full ones, whatever those of training are."""
        config, controller = self.config, self.controller(state)
        return self.engine.evaluate(
            controller.genome[None],
            stream(self.key, "mean genome", state.generation),
            self._scenario(controller.statistics, config.task.ticks, in_turn(self.variants, config.evaluate_lifetimes)),
            lifetimes=config.evaluate_lifetimes,
        )

    def _with_best(self, state: SearchState, lives: Lives) -> tuple[SearchState, dict[str, Any]]:
        """Return the state with the mean genome as the best where its lives say so, and the metrics of these."""
        summary, best = summary_of(lives, self.engine.task.terms), state.best
        value = summary["return_mean"]  # of the lives that did not diverge
        if not lives.diverged.any() and (best is None or value > best.return_mean):
            best = Best(self.controller(state), state.generation, value)
        told = {"reward_terms": "terms", "diverged": "diverged", "terminations": "terminations"}
        metrics = {"mean_genome_return": value, **{f"mean_genome_{name}": summary[key] for key, name in told.items()}}
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


def term_means(lives: Lives, names: Sequence[str]) -> dict[str, float | None]:
    """Return the mean sum of each reward term, by its name, over the lives that did not diverge; None of none."""
    sums = lives.reward_terms[~lives.diverged]
    return {name: float(sums[:, index].mean()) if len(sums) else None for index, name in enumerate(names)}


def summary_of(lives: Lives, terms: Sequence[str] = ("reward",)) -> dict[str, Any]:
    """Return the metrics of a generation's lives, whose reward has terms of these names.

    Returns and terms are over the lives that did not diverge, else null.
    """
    returns = lives.returns[~lives.diverged]
    statistics = {"mean": np.mean, "max": np.max, "min": np.min, "std": np.std}
    summary = {f"return_{name}": float(of(returns)) if len(returns) else None for name, of in statistics.items()}
    return {
        **summary,
        "reward_terms": term_means(lives, terms),
        "diverged": int(lives.diverged.sum()),
        "terminations": int(lives.terminations.sum()),
        "warnings": int(lives.warnings.sum()),
        "lives": len(lives.returns),
        "steps": int(lives.lengths.sum()),
    }
