"""Runs whose population does not live in memory: resumed to the bit, on any number of threads, with every option."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import TrainingConfig
from hebbax.damage.events import Event
from hebbax.engines.members import Members
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.evolution.population import MirroredPopulation
from hebbax.evolution.schedule import Phase
from hebbax.evolution.search import Search
from hebbax.evolution.strategies import streamed
from hebbax.evolution.strategies.build import STREAMED, build
from hebbax.evolution.strategy import random_genomes, weighted_mean
from hebbax.evolution.trials import Trials
from hebbax.keys import root_key
from hebbax.policies.make_policy import make_policy
from hebbax.runs.checkpoint import read_checkpoint
from hebbax.runs.training import Training
from hebbax.tasks.registry import make_task

CONFIG = TrainConfig(
    task=TaskConfig("swimmer", ticks=20),
    policy=PRESETS["mlp"],
    strategy=StrategyConfig("openai-es", 6),
    generations=4,
    evaluate_every=2,
    evaluate_lifetimes=2,
    checkpoint_every=1,
    keep_checkpoints=9,
)


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed, "LARGEST_POPULATION", 0)


@pytest.fixture(scope="module")
def engine() -> NativeEngine:
    task = make_task("swimmer")
    return NativeEngine(task, make_policy(PRESETS["mlp"], task), threads=2)


@pytest.mark.parametrize("name", STREAMED)
def test_a_state_that_was_packed_has_the_same_next_state(name: str) -> None:
    search = Search(replace(CONFIG, strategy=StrategyConfig(name, 6)))
    state = search.begin()
    for _ in range(2):
        assert isinstance(search._ask(state)[0], Members)
        again = search.unpack(search.pack(state), state.generation, state.statistics, state.best)
        (state, _), (other, _) = (search.step(one) or pytest.fail("it was stopped") for one in (state, again))
        one, two = search.pack(state), search.pack(other)
        assert {key: value.tobytes() for key, value in one.items()} == {key: two[key].tobytes() for key in two}
    assert np.isfinite(search.strategy.mean(state.strategy)).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", STREAMED)
@pytest.mark.parametrize("first_mean", ["average", "weighted"])
def test_a_stopped_run_resumes_to_the_same_bytes(name: str, first_mean: str, tmp_path: Path) -> None:
    training = TrainingConfig("full", first_mean=first_mean)
    config = replace(CONFIG, strategy=StrategyConfig(name, 6), training=training)
    assert Training.start(config, tmp_path / "whole").run()
    stopped = Training.start(replace(config, threads=1), tmp_path / "stopped")

    def stop(metrics: dict[str, Any]) -> None:
        if metrics["generation"] == 1:
            stopped.stop()

    assert not stopped.run(stop)
    resumed = Training.resume(tmp_path / "stopped")
    assert resumed.state.generation == 2
    assert resumed.run()
    found, expected = (
        read_checkpoint(tmp_path / name / "checkpoints/generation-000004.safetensors").tensors
        for name in ("stopped", "whole")
    )
    assert {key: value.tobytes() for key, value in found.items()} == {
        key: value.tobytes() for key, value in expected.items()
    }


@pytest.mark.parametrize(
    "training",
    [
        TrainingConfig("full"),
        TrainingConfig("full", births="mirrored"),
        TrainingConfig("full", race=0.9),
        TrainingConfig("full", births="mirrored", race=0.5),
    ],
    ids=["fresh births", "mirrored births", "a race", "a race of pairs"],
)
@pytest.mark.parametrize("over_variants", ["mean", "minimum"])
def test_lives_are_those_of_the_genomes_in_memory(
    training: TrainingConfig, over_variants: str, engine: NativeEngine
) -> None:
    if training.race is not None and over_variants != "mean":
        pytest.skip("a race has the mean over variants")
    config = replace(CONFIG, lifetimes=6, training=replace(training, over_variants=over_variants))
    variants = ((), (Event("scale-actuator", 2, 9, value=0.2),))
    phase = Phase(0, 20, None, variants)
    trials, key = Trials(config, engine, [phase]), root_key(1)
    mean = np.linspace(-1, 1, engine.policy.genome_size).astype(np.float32)
    made = MirroredPopulation(root_key(2), mean, 0.5, 6)
    one, other = (trials.run(genomes, key, Scenario(20), phase) for genomes in (made, np.asarray(made)))
    np.testing.assert_array_equal(one.lives.returns, other.lives.returns)
    np.testing.assert_array_equal(one.numbers, other.numbers)
    np.testing.assert_array_equal(one.fitness(None), other.fitness(None))


def test_first_genomes_are_the_same_one_by_one(monkeypatch: pytest.MonkeyPatch, engine: NativeEngine) -> None:
    key, fitness = root_key(3), np.array([4.0, 2.0, 1.0])
    made = random_genomes(key, engine.policy, 3)
    assert isinstance(made, Members)
    monkeypatch.setattr(streamed, "LARGEST_POPULATION", 2**28)
    kept = random_genomes(key, engine.policy, 3)
    assert isinstance(kept, np.ndarray)
    np.testing.assert_array_equal(np.asarray(made), kept)
    np.testing.assert_allclose(weighted_mean(made, fitness), weighted_mean(kept, fitness), rtol=1e-6)


@pytest.mark.parametrize("name", ["pgpe", "snes", "sep-cma-es", "mu-lambda-es", "adaptive-es"])
def test_strategies_that_need_all_genomes_say_where_there_is_no_room(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elite = {"elite": 0.5} if "elite" in name or name.startswith(("mu", "adaptive")) else {}
    config = StrategyConfig(name, 1000, **elite)
    monkeypatch.setattr(streamed, "LARGEST_POPULATION", 2**28)
    monkeypatch.setattr(streamed, "available_memory", lambda: 8 * 10**9)
    with pytest.raises(HebbaxError) as caught:
        build(config, 2_000_000)
    assert str(caught.value) == (
        f"strategy.population=1000: {name} holds all genomes of 2,000,000 numbers at once, which takes 24.0 GB of the "
        "8.0 GB here; nearest valid: 333, or another strategy: openai-es, najarro-es and najarro-es-slow hold one "
        "genome a thread"
    )
    monkeypatch.setattr(streamed, "available_memory", lambda: None)
    streamed.check_population(name, 1000, 2_000_000)
    streamed.check_population(name, 64, 800)


def test_small_populations_are_kept_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to 268 MB, and to 262,144 numbers each: the bits of earlier runs do not change."""
    monkeypatch.undo()
    assert not streamed.is_too_large(500, 61_440)
    assert not streamed.is_too_large(1000, 61_440)
    assert streamed.is_too_large(1100, 61_440)
    assert streamed.is_too_large(2, 458_002)
