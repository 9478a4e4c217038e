"""Every strategy end to end on a plastic policy: it learns, and a stopped run of it goes on to the same bytes."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.strategy_table import STRATEGIES
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.evolution.search import Search
from hebbax.runs.training import Training

TICKS, POPULATION, GENERATIONS, THRESHOLD = 200, 32, 20, 16.0


@pytest.mark.slow
@pytest.mark.parametrize("name", STRATEGIES)
def test_it_improves_a_plastic_swimmer(name):
    """A swimmer of 200 ticks (8 s) with condition B: the first mean of this seed earns 7.8, a still swimmer 0."""
    config = TrainConfig(
        task=TaskConfig("swimmer", ticks=TICKS),
        policy=PRESETS["han-b"],
        strategy=StrategyConfig(name, POPULATION),
        generations=GENERATIONS,
        evaluate_every=5,
    )
    search = Search(config)
    state = search.begin()
    for _ in range(GENERATIONS):
        stepped = search.step(state)
        assert stepped is not None
        state, _ = stepped
    assert state.best is not None
    assert state.best.return_mean > THRESHOLD


RESUMED = TrainConfig(
    task=TaskConfig("swimmer", ticks=30), generations=5, evaluate_every=3, evaluate_lifetimes=2, checkpoint_every=2
)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in STRATEGIES if name != "openai-es"])
def test_a_stopped_run_resumes_to_the_same_bytes(name, tmp_path):
    elite = {"elite": 0.5} if "elite" in STRATEGIES.get(name).defaults else {}
    config = replace(RESUMED, strategy=StrategyConfig(name, 4, **elite))
    assert Training.start(config, tmp_path / "whole").run()
    stopped = Training.start(config, tmp_path / "stopped")

    def stop(metrics):
        if metrics["generation"] == 2:
            stopped.stop()

    assert not stopped.run(stop)
    resumed = Training.resume(tmp_path / "stopped")
    assert resumed.state.generation == 3
    for saved, live in zip(*(jax.tree.leaves(t.state.strategy) for t in (resumed, stopped)), strict=True):
        assert (saved.dtype, saved.weak_type) == (live.dtype, live.weak_type)
        np.testing.assert_array_equal(saved, live)
    assert resumed.run()
    final = "checkpoints/generation-000005.safetensors"
    assert (tmp_path / "stopped" / final).read_bytes() == (tmp_path / "whole" / final).read_bytes()
