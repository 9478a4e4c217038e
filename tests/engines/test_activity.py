"""The term `activity`: the same in both engines and as worked out from a record; it costs fitness, no return."""

from __future__ import annotations

import json
from dataclasses import replace

import jax
import numpy as np
import pytest

from hebbax.config.policy import PolicyConfig
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import TrainingConfig
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario
from hebbax.policies.make_policy import make_policy
from hebbax.runs.training import Training
from hebbax.tasks.registry import make_task

pytestmark = pytest.mark.slow  # each of them compiles for long

TICKS, KEY = 12, jax.random.key(3)
PLASTIC = PolicyConfig(name="active", hidden=[5], normalisation="none", initial_scale=0.5)
STATIC = PolicyConfig(name="active", hidden=[5], plastic=False)


@pytest.mark.parametrize(
    ("name", "policy"),
    [pytest.param("swimmer", PLASTIC, marks=pytest.mark.slow), ("inverted_pendulum", replace(STATIC, bias=True))],
)
def test_it_is_the_mean_size_of_hidden_and_output_activations(name, policy):
    plain = make_task(name)
    task, policy = replace(plain, activity=True), make_policy(policy, plain)
    assert task.terms == (*plain.terms, "activity")
    genome = 0.2 * np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)), np.float32)
    rows = []
    for engine in ("native", "lockstep"):
        lives, record = make_engine(task, policy, engine, 1).record(genome, KEY, Scenario(TICKS))
        rows.append(lives)
        usual, _ = make_engine(plain, policy, engine, 1).record(genome, KEY, Scenario(TICKS))
        np.testing.assert_allclose(lives.returns, usual.returns, rtol=1e-12)
        assert lives.reward_terms is not None
        np.testing.assert_allclose(lives.reward_terms[0, : len(plain.reward)].sum(), lives.returns[0], rtol=1e-9)
    np.testing.assert_allclose(rows[0].reward_terms[:, -1], rows[1].reward_terms[:, -1], rtol=1e-4)
    if policy.plastic:
        first, second = np.split(record.weights, [plain.observation_size * 5], axis=1)
        hidden = np.tanh(np.einsum("ti,tij->tj", record.observations, first.reshape(TICKS, -1, 5)))
        action = np.tanh(np.einsum("ti,tij->tj", hidden, second.reshape(TICKS, 5, -1)))
        by_hand = np.abs(np.concatenate([hidden, action], axis=1)).mean(axis=1).sum()
        np.testing.assert_allclose(rows[1].reward_terms[0, -1], by_hand, rtol=1e-4)


def test_a_run_that_weighs_it_has_it_among_its_metrics_and_another_has_not(tmp_path):
    for weights in ({"activity": -1.0}, {}):
        config = TrainConfig(
            task=TaskConfig("swimmer", ticks=10),
            policy=PLASTIC,
            strategy=StrategyConfig("openai-es", 4),
            generations=1,
            training=TrainingConfig("full", [], weights=weights),
            evaluate_lifetimes=2,
        )
        path = tmp_path / str(len(weights))
        Training.start(config, path).run()
        metrics = json.loads((path / "metrics.jsonl").read_text().splitlines()[0])
        assert ("activity" in metrics["reward_terms"]) == bool(weights)
