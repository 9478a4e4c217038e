"""The native engine: whole compiled lives, one thread a core, each with its own simulation."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from hebbax.damage.draws import drawn
from hebbax.damage.event_table import SPARE, carried_over, states_of
from hebbax.damage.events import Event
from hebbax.engines.bodies import Bodies, bodies_of
from hebbax.engines.calls import Stops, Turns
from hebbax.engines.gate import (
    check_chunk,
    check_genome,
    check_genomes,
    check_lifetimes,
    check_policy,
    life_keys,
    normaliser_of,
    own_key,
    thread_count,
    ticks_of,
)
from hebbax.engines.hooks import damage_table
from hebbax.engines.life import END, LENGTH, PAUSED, TERMINATIONS
from hebbax.engines.lives import empty_record, empty_rows, lives_of_rows, record_whole
from hebbax.engines.members import Members
from hebbax.engines.scenario import PLAIN, Scenario, make_for_each, with_former_keywords
from hebbax.engines.slots import no_inheritance
from hebbax.engines.specialise import specialise
from hebbax.engines.twins import State, Twins
from hebbax.errors import calling
from hebbax.kernels.compile_step import compile_step
from hebbax.kernels.policy_step import PolicyStep
from hebbax.policies.any_policy import AnyPolicy
from hebbax.settings import each_pinned, pinned
from hebbax.tasks.contract import compiled_task
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.task import Task
from hebbax.types import Lives, Normaliser, Record


class NativeEngine:
    """Runs lives of one policy on one task, compiled, on all cores.

    A life depends on its genome, key, task and normaliser alone: not on its place, the other lives or the threads.
    Raises HebbaxError if the policy has no compiled step.
    """

    name = "native"
    concurrent = True

    @pinned()
    def __init__(self, task: AnyTask, policy: AnyPolicy, *, threads: int | None = None) -> None:
        task = compiled_task(task)
        check_policy(policy, task)
        self.task, self.policy = task, policy
        self.threads = thread_count(threads)
        self._step = compile_step(policy)
        self._live = specialise(task, self._step)
        self._workers = [_Worker(task, self._step, self._live) for _ in range(self.threads)]
        self._spare: list[_Worker] = []  # of streams that are over: making one takes as long as fifty ticks
        self._stops, self._turns = Stops(), Turns()
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="hebbax")

    def stop(self) -> None:
        """End all lives at their next tick, those to come too: `evaluate` then returns what they were."""
        self._stops.ask()

    @pinned()
    def evaluate(
        self,
        genomes: Any,
        key: Any,
        scenario: Scenario = PLAIN,
        *,
        lifetimes: int = 1,
        **former: Any,
    ) -> Lives:
        """Run `lifetimes` lives of every genome. Calls in several threads wait for each other.

        Args:
            genomes: float32 [population, genome_size], or `Members`, of which each thread makes one at a time.
            key: one JAX key, folded by life index, or an array of keys, one a life [population * lifetimes].
            scenario: what the lives are put through; damages may be of each life [population * lifetimes].
            lifetimes: lives of each genome; life i is of genome i // lifetimes.
            former: parts of a scenario, as keywords; deprecated.

        Returns:
            One row per life, in order. Raises HebbaxError for genomes, keys or damages of another shape, and in a
            process that was forked from the engine's own.
        """
        self._turns.check(self.name)
        scenario = with_former_keywords(scenario, former)
        setting_of = self._setting(scenario)
        genomes = check_genomes(genomes, self.policy.genome_size)
        keys = life_keys(key, check_lifetimes(lifetimes, genomes))
        rows = empty_rows(self.task, len(keys))
        heirs = self._heirs(scenario, len(keys))
        fates = make_for_each(scenario.of_each(len(keys)), keys, self.task, self.policy, self._fate)
        with self._turns.mine(), self._stops.flag() as stop:
            self._live_all(setting_of(stop), genomes, keys, fates, heirs, rows)
        return lives_of_rows(rows, self.task, heirs.weights)

    def _live_all(
        self,
        setting: _Setting,
        genomes: np.ndarray | Members,
        keys: np.ndarray,
        fates: Sequence[_Fate],
        heirs: _Heirs,
        rows: np.ndarray,
    ) -> None:
        """Run all lives into their rows, on the engine's own workers."""
        record, lifetimes = empty_record(self.task, 0, 0), len(keys) // max(len(genomes), 1)
        next_life = itertools.count()  # shared by the threads; next() on it is atomic
        failed = threading.Event()

        def work(worker: _Worker) -> None:
            made, genome = -1, _NO_GENOME
            try:
                while not failed.is_set() and (life := next(next_life)) < len(keys):
                    fate = fates[life]
                    states = states_of(fate.table)
                    if made != life // lifetimes:
                        made = life // lifetimes
                        genome = genomes[made]  # here, in the thread: members make it as they are asked for it
                    row = rows[life]
                    worker.run(setting, genome, keys[life], fate, states, record, row, heir=heirs.of(life))
            except BaseException:
                failed.set()
                raise

        running = [self._pool.submit(work, worker) for worker in self._workers[: len(keys)]]
        try:
            for future in running:
                future.result()
        except BaseException:
            # An interrupt reaches only the main thread; the lives under way must not go on behind its back.
            failed.set()
            setting.stop[0] = 1
            wait(running)
            raise

    def record(
        self,
        genome: Any,
        key: Any,
        scenario: Scenario = PLAIN,
        **former: Any,
    ) -> tuple[Lives, Record]:
        """Run one life and keep what happened at every tick.

        Args:
            genome: float32 [genome_size].
            key: the life's own JAX key: the same life as `evaluate(genome[None], key[None])`.
            scenario: as in `evaluate`.
            former: as in `evaluate`.

        Returns:
            The life's row, and its record, as long as the life was.
        """
        return record_whole(self, genome, key, with_former_keywords(scenario, former))

    @pinned()
    def stream(
        self,
        genome: Any,
        key: Any,
        scenario: Scenario = PLAIN,
        *,
        chunk: int = 1000,
        **former: Any,
    ) -> Iterator[tuple[Record, Lives | None]]:
        """Run the life of `record` part by part, so that it may be longer than memory allows.

        Between two parts the life pauses. It has a simulation of its own: other lives may run meanwhile, on the same
        engine and in other threads. An event appended to a list of damages meanwhile happens as if it had been
        there from the start, if its onset has not passed; one that is replaced by one of another duration ends then.

        Args:
            genome: as in `record`.
            key: as in `record`.
            scenario: as in `evaluate`.
            chunk: ticks of a part; the last one may be shorter, down to none.
            former: as in `evaluate`.

        Returns:
            An iterator over the parts in order, arrays that nobody else holds, and with the last the life's row, with
            the others None. Raises HebbaxError as `record`, and for a chunk below 1.
        """
        self._turns.check(self.name)
        scenario, chunk = with_former_keywords(scenario, former), check_chunk(chunk)
        setting_of = self._setting(scenario)
        genomes, keys = check_genome(genome, self.policy.genome_size), own_key(key)
        self._fate_of(scenario.shared, keys[0])  # refused here, not where the iterator begins
        heirs = self._heirs(scenario, 1)
        return each_pinned(self._parts(setting_of, genomes[0], keys[0], scenario.shared, chunk, heirs))

    @contextmanager
    def twins(
        self,
        genome: Any,
        key: Any,
        scenario: Scenario = PLAIN,
        **former: Any,
    ) -> Iterator[Twins]:
        """Lend the life of `record`, and a twin that goes beside it; arguments are as there, but nothing happens."""
        self._turns.check(self.name)
        scenario = with_former_keywords(scenario, former)
        setting_of, heir = self._setting(scenario), self._heirs(scenario, 1).of(0)
        genomes, keys = check_genome(genome, self.policy.genome_size), own_key(key)
        with self._own_worker() as first, self._own_worker() as second, self._stops.flag() as stop:
            yield _NativeTwins(setting_of(stop), genomes[0], keys[0], self._fate(()), (first, second), heir)

    def _setting(self, scenario: Scenario) -> Callable[[np.ndarray], _Setting]:
        """Return what makes the setting of a call from its flag to stop."""
        ticks, normaliser = ticks_of(scenario, self.task, self.policy), normaliser_of(scenario, self.task)
        return partial(_Setting, ticks, scenario.restarts, normaliser)

    def _heirs(self, scenario: Scenario, lives: int) -> _Heirs:
        slots, step = scenario.slots, self._step
        keys = None if slots is None else slots.words(lives)
        if slots is None or step.inherit is None:
            return _Heirs(keys, no_inheritance(lives))
        return _Heirs(keys, slots.inherited(lives, step.weight_count))

    def _fate_of(self, events: Sequence[Event], key: np.ndarray) -> _Fate:
        """Return what happens to the life of a key."""
        return self._fate(drawn(events, key, self.task, self.policy))

    def _fate(self, events: Sequence[Event]) -> _Fate:
        return _Fate(damage_table(events, self.task, self.policy), bodies_of(self.task, events))

    def _parts(
        self,
        setting_of: Callable[[np.ndarray], _Setting],
        genome: np.ndarray,
        key: np.ndarray,
        events: Sequence[Event],
        chunk: int,
        heirs: _Heirs,
    ) -> Iterator[tuple[Record, Lives | None]]:
        rows = empty_rows(self.task, 1)
        row, fate, states = rows[0], self._fate(()), np.zeros(SPARE)
        known: tuple[Event, ...] = ()
        row[END] = PAUSED
        with self._own_worker() as worker, self._stops.flag() as stop:
            setting = setting_of(stop)
            while row[END] == PAUSED:
                if known != (known := tuple(events)):
                    fate = self._fate_of(known, key)
                    states = carried_over(states, states_of(fate.table))
                first = int(row[LENGTH])
                until = min(first + chunk, setting.ticks)
                record = empty_record(self.task, until - first, self._step.weight_count)
                worker.run(setting, genome, key, fate, states, record, row, until, heirs.of(0))
                record = record.rows(slice(int(row[LENGTH]) - first))
                yield record, None if row[END] == PAUSED else lives_of_rows(rows, self.task, heirs.weights)

    @contextmanager
    def _own_worker(self) -> Iterator[_Worker]:
        """Lend a worker that nobody else uses, in whatever thread."""
        try:
            worker = self._spare.pop()
        except IndexError:
            worker = _Worker(self.task, self._step, self._live)
        try:
            yield worker
        finally:
            self._spare.append(worker)


class _Fate(NamedTuple):
    """What happens to a life."""

    table: np.ndarray
    bodies: Bodies


class _Heir(NamedTuple):
    """What a life has of its slot."""

    key: np.ndarray  # uint32 [2], or [0] for none
    weights: np.ndarray  # float32 [weights], which the life writes over at its end; [0] where nothing lasts


class _Heirs(NamedTuple):
    """What lives have of their slots."""

    keys: np.ndarray | None  # uint32 [lives, 2]
    weights: np.ndarray  # float32 [lives, weights] or [lives, 0]

    def of(self, life: int) -> _Heir:
        """Return what a life has."""
        return _Heir(_NO_KEY if self.keys is None else self.keys[life], self.weights[life])


_NO_GENOME = np.zeros(0, np.float32)
_NO_KEY = np.zeros(0, np.uint32)
_NO_HEIR = _Heir(_NO_KEY, no_inheritance(1)[0])


class _Setting(NamedTuple):
    """What the lives of one call share."""

    ticks: int
    restart: bool
    normaliser: Normaliser
    stop: np.ndarray  # uint8 [1]


class _Worker:
    """What one thread owns: a simulation and the policy's buffers."""

    def __init__(self, task: Task, step: PolicyStep, live: Any) -> None:
        self.task, self.step, self.live = task, step, live
        self.simulation = task.world.simulation()
        self.folded = np.zeros(step.folded_size, np.float32)
        self.carry = np.zeros(step.carry_size, np.float32)
        self.scratch = np.zeros((2, step.weight_count), np.float32)
        self.memory = np.zeros(task.memory_size)

    def run(
        self,
        setting: _Setting,
        genome: np.ndarray,
        key: np.ndarray,
        fate: _Fate,
        states: np.ndarray,
        record: Record,
        row: np.ndarray,
        until: int | None = None,
        heir: _Heir = _NO_HEIR,
    ) -> None:
        """Run one life into its row, which is zero before; or on, if the row says that it pauses, up to a tick."""
        with calling(f"a life of task {self.task.name!r}"):
            self.live(
                fate.bodies.addresses,
                fate.bodies.ticks,
                self.simulation.simulator,
                self.simulation.state,
                self.simulation.before,
                self.simulation.control,
                setting.ticks,
                setting.ticks if until is None else until,
                setting.restart,
                self.step.layout,
                self.step.parameters,
                genome,
                self.folded,
                self.carry,
                self.scratch,
                self.memory,
                key,
                heir.key,
                heir.weights,
                setting.normaliser.mean,
                setting.normaliser.scale,
                fate.table,
                states,
                record,
                setting.stop,
                row,
            )


class _NativeTwins(Twins):
    """Two lives of two workers; the second follows as soon as a state has been put to it."""

    def __init__(
        self,
        setting: _Setting,
        genome: np.ndarray,
        key: np.ndarray,
        fate: _Fate,
        workers: tuple[_Worker, _Worker],
        heir: _Heir,
    ) -> None:
        task = workers[0].task
        super().__init__(task)
        self._setting, self._genome, self._key, self._workers = setting, genome, key, workers
        self._rows = empty_rows(task, 2)
        self._rows[:, END] = PAUSED
        self._following, self._heir = False, heir
        self._nothing = fate, states_of(fate.table), empty_record(task, 0, 0)

    def run(self, until: int) -> bool:
        """Run both lives up to a tick; return whether the life goes on."""
        fate, states, record = self._nothing
        for worker, row in zip(self._workers, self._rows, strict=True):
            if row[END] == PAUSED and row[LENGTH] < until and (self._following or worker is self._workers[0]):
                worker.run(self._setting, self._genome, self._key, fate, states, record, row, until, self._heir)
        return bool(self._rows[0, END] == PAUSED)

    def states(self) -> tuple[State, State]:
        """Return the states, of which all but the weights are live views."""
        first, second = (_state(worker) for worker in self._workers)
        return first, second

    def put(self, second: State) -> None:
        """Have the twin go on from its state, at the life's own tick."""
        first, following = self._workers
        following.simulation.follow(first.simulation)
        np.copyto(following.folded, first.folded)
        np.copyto(self._rows[1], self._rows[0])
        self._following = True

    def in_step(self) -> bool:
        """Whether the twin has lived as long as the life, with as many terminations."""
        return bool(np.all(self._rows[0, [LENGTH, TERMINATIONS]] == self._rows[1, [LENGTH, TERMINATIONS]]))

    def _memory(self) -> np.ndarray:
        return self._workers[0].memory.copy()


def _state(worker: _Worker) -> State:
    weights = np.empty(worker.step.weight_count, np.float32)
    worker.step.weights(worker.step.layout, worker.carry, weights)
    arrays = [*worker.simulation.arrays, worker.memory, worker.carry]
    stored = [worker.carry[: len(weights)]]  # they stand first in a plastic carry
    return State(worker.simulation.phase, weights, stored, arrays)
