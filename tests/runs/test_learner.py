"""A way of learning that is not evolution trains, is stored and resumed as evolution is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import numpy as np
import pytest

from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.evolution.statistics import Best, Controller, ObservationStatistics
from hebbax.keys import root_key, stream
from hebbax.policies.make_policy import make_policy
from hebbax.runs import training
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training
from hebbax.tasks.registry import make_task

CONFIG = TrainConfig(task=TaskConfig("swimmer", ticks=10), generations=4, checkpoint_every=1, threads=1)


@dataclass(frozen=True)
class Climb:
    generation: int
    statistics: ObservationStatistics
    best: Best | None
    genome: np.ndarray
    value: float


class HillClimber:
    """Keeps a random change where it earns more."""

    def __init__(self, config: TrainConfig) -> None:
        self.config, self.task = config, make_task(config.task.name)
        self.policy = make_policy(config.policy, self.task)
        self.engine = make_engine(self.task, self.policy, config.engine, config.threads)

    def begin(self) -> Climb:
        nothing = ObservationStatistics.empty(self.task.observation_size)
        return Climb(0, nothing, None, np.zeros(self.policy.genome_size, np.float32), -np.inf)

    def step(self, state: Climb):
        key = stream(root_key(self.config.seed), "climb", state.generation)
        genome = state.genome + 0.1 * np.asarray(jax.random.normal(key, state.genome.shape))
        normaliser = state.statistics.normaliser()
        lives = self.engine.evaluate(genome[None], key, Scenario(normaliser=normaliser, ticks=self.config.task.ticks))
        value, statistics = float(lives.returns[0]), state.statistics.merge(lives)
        if value > state.value:
            best = Best(Controller(genome, statistics), state.generation + 1, value)
            state = replace(state, genome=genome, value=value, best=best)
        metrics = {"generation": state.generation, "return_mean": value}
        return replace(state, generation=state.generation + 1, statistics=statistics), metrics

    def controller(self, state: Climb) -> Controller:
        return Controller(state.genome, state.statistics)

    def pack(self, state: Climb) -> dict[str, np.ndarray]:
        return {"climb/genome": state.genome, "climb/value": np.float64(state.value)}

    def unpack(self, tensors, generation, statistics, best) -> Climb:
        return Climb(generation, statistics, best, tensors["climb/genome"], float(tensors["climb/value"]))


@pytest.fixture(autouse=True)
def climbing(monkeypatch):
    monkeypatch.setattr(training, "learner_of", HillClimber)


def test_it_trains_and_is_stored(tmp_path):
    run = Training.start(CONFIG, tmp_path / "run")
    metrics = []
    assert run.run(metrics.append)

    assert [one["generation"] for one in metrics] == [0, 1, 2, 3]
    stored = StoredRun.open(tmp_path / "run")
    np.testing.assert_array_equal(stored.controller("mean").genome, run.state.genome)
    assert run.state.best.return_mean == max(one["return_mean"] for one in metrics)


def test_a_resumed_one_ends_with_the_same_bytes(tmp_path):
    Training.start(CONFIG, tmp_path / "whole").run()
    stopped = Training.start(CONFIG, tmp_path / "stopped")
    stopped.run(lambda metrics: stopped.stop() if metrics["generation"] == 1 else None)
    assert stopped.state.generation == 2
    Training.resume(tmp_path / "stopped").run()

    ends = [RunFolder(tmp_path / name).checkpoints()[-1] for name in ("whole", "stopped")]
    assert [path.name for path in ends] == ["generation-000004.safetensors"] * 2
    assert ends[0].read_bytes() == ends[1].read_bytes()
