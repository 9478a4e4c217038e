"""The native engine: whole compiled lives, one thread a core, each with its own simulation."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import mujoco
import numpy as np

from hebbax.engines.events import Event, event_table
from hebbax.engines.library import load_library
from hebbax.engines.life import SUMS
from hebbax.engines.lives import check_genomes, empty_record, life_keys, lives_of_rows, restarts, thread_count
from hebbax.engines.specialise import specialise
from hebbax.kernels.steps import compile_step
from hebbax.policy import AnyPolicy
from hebbax.tasks.contract import check_task
from hebbax.tasks.external import AnyTask
from hebbax.tasks.task import Task, empty_simulation, simulation_of
from hebbax.types import Lives, Normaliser, Record


class NativeEngine:
    """Runs lives of one policy on one task, compiled, on all cores.

    A life depends on its genome, key, task and normaliser alone: not on its place, the other lives or the threads.
    Raises HebbaxError if the policy has no compiled step.
    """

    name = "native"

    def __init__(self, task: AnyTask, policy: AnyPolicy, *, threads: int | None = None) -> None:
        task = check_task(task)
        self.task, self.policy = task, policy
        self.threads = thread_count(threads)
        load_library()
        self._step = compile_step(policy)
        self._live = specialise(task, self._step)
        self._model = task.model
        self._workers = [_Worker(task, self._step) for _ in range(self.threads)]
        self._stop = np.zeros(1, np.uint8)
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="hebbax")

    def stop(self) -> None:
        """End all lives at their next tick, those to come too: `evaluate` then returns what they were."""
        self._stop[0] = 1

    def evaluate(
        self,
        genomes: Any,
        key: Any,
        *,
        lifetimes: int = 1,
        normaliser: Normaliser | None = None,
        ticks: int | None = None,
        events: Sequence[Event] = (),
        termination: str = "end",
    ) -> Lives:
        """Run `lifetimes` lives of every genome.

        Args:
            genomes: float32 [population, genome_size].
            key: one JAX key, folded by life index, or an array of keys, one a life [population * lifetimes].
            lifetimes: lives of each genome; life i is of genome i // lifetimes.
            normaliser: of the observations; None for none.
            ticks: control ticks of a life; None for the task's.
            events: what happens to every life.
            termination: one of ON_TERMINATION: what the task's termination does to a life.

        Returns:
            One row a life, in order. Raises HebbaxError for genomes or keys of another shape, and for an unknown
            termination.
        """
        restart = restarts(termination)
        genomes = check_genomes(genomes, self.policy.genome_size)
        keys = life_keys(key, len(genomes) * lifetimes)
        normaliser = normaliser or Normaliser.identity(self.task.observation_size)
        rows = np.zeros((len(keys), SUMS + 2 * self.task.observation_size))
        table = event_table(events, self.task.action_size)
        record = empty_record(self.task, 0, 0)
        ticks = self.task.ticks if ticks is None else ticks
        next_life = itertools.count()  # shared by the threads; next() on it is atomic
        failed = threading.Event()

        def work(worker: _Worker) -> None:
            try:
                while not failed.is_set() and (life := next(next_life)) < len(keys):
                    genome = genomes[life // lifetimes]
                    key = keys[life]
                    worker.run(
                        self._live, genome, key, normaliser, table, record, ticks, restart, self._stop, rows[life]
                    )
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
            self._stop[0] = 1
            wait(running)
            self._stop[0] = 0
            raise
        return lives_of_rows(rows)

    def record(
        self,
        genome: Any,
        key: Any,
        *,
        normaliser: Normaliser | None = None,
        ticks: int | None = None,
        events: Sequence[Event] = (),
        termination: str = "end",
    ) -> tuple[Lives, Record]:
        """Run one life and keep what happened at every tick.

        Args:
            genome: float32 [genome_size].
            key: the life's own JAX key: the same life as `evaluate(genome[None], key[None])`.
            normaliser: as in `evaluate`.
            ticks: as in `evaluate`.
            events: as in `evaluate`.
            termination: as in `evaluate`.

        Returns:
            The life's row, and its record, as long as the life was.
        """
        restart = restarts(termination)
        genomes = check_genomes(np.asarray(genome)[None], self.policy.genome_size)
        keys = life_keys(key[None], 1)
        normaliser = normaliser or Normaliser.identity(self.task.observation_size)
        ticks = self.task.ticks if ticks is None else ticks
        record = empty_record(self.task, ticks, self._step.weight_count)
        rows = np.zeros((1, SUMS + 2 * self.task.observation_size))
        table = event_table(events, self.task.action_size)
        self._workers[0].run(
            self._live, genomes[0], keys[0], normaliser, table, record, ticks, restart, self._stop, rows[0]
        )
        lives = lives_of_rows(rows)
        return lives, Record(*(field[: int(lives.lengths[0])] for field in record))


class _Worker:
    """What one thread owns: a simulation and the policy's buffers."""

    def __init__(self, task: Task, step: Any) -> None:
        self.task, self.step = task, step
        self.data = mujoco.MjData(task.model)
        self.simulation = simulation_of(self.data)
        self.before = empty_simulation(task.model)
        self.warnings = self.data.warning.number  # a live view, as the simulation's arrays are
        self.models = np.array([task.model._address], np.intp)
        self.switch_ticks = np.zeros(1, np.int64)
        self.prepared = np.zeros(step.prepared_size, np.float32)
        self.carry = np.zeros(step.carry_size, np.float32)

    def run(
        self,
        live: Any,
        genome: np.ndarray,
        key: np.ndarray,
        normaliser: Normaliser,
        table: np.ndarray,
        record: Record,
        ticks: int,
        restart: bool,
        stop: np.ndarray,
        row: np.ndarray,
    ) -> None:
        """Run one life into its row, which is zero before."""
        live(
            self.models,
            self.switch_ticks,
            self.data._address,
            self.simulation,
            self.before,
            self.warnings,
            self.task.substeps,
            ticks,
            restart,
            self.step.layout,
            self.step.parameters,
            genome,
            self.prepared,
            self.carry,
            key,
            normaliser.mean,
            normaliser.scale,
            table,
            record,
            stop,
            row,
        )
