"""What evolves in an environment of another package."""

from __future__ import annotations

import numpy as np
import pytest

from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.evolution.search import Search


@pytest.mark.slow
def test_a_plastic_policy_learns_to_balance():
    """CartPole gives 1 a tick until the pole falls: at random after about 20 ticks."""
    config = TrainConfig(
        task=TaskConfig("gymnasium/CartPole-v1", ticks=200),
        policy=PRESETS["han-b"],
        strategy=StrategyConfig(population=64),
        generations=14,
        evaluate_every=100,
    )
    search = Search(config)
    state, means = search.begin(), []
    for _ in range(config.generations):
        stepped = search.step(state)
        assert stepped is not None
        state, metrics = stepped
        means.append(metrics["return_mean"])
    assert means[0] < 60
    assert np.mean(means[-3:]) > 110  # of seeds 0 to 3: 166, 145, 173, 148
