"""One table of rules for several bodies: evolved over all of them, and put on one that it never met."""

from __future__ import annotations

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
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training
from hebbax.tasks.registry import make_task

SEEN = "none | shorten-limb(mid, 0.5)"
TABLE = PolicyConfig(name="table", hidden=[6], scope="table", table=4)


def test_a_table_is_evolved_over_bodies_and_lives_on_another(tmp_path):
    config = TrainConfig(
        task=TaskConfig("swimmer", ticks=30),
        policy=TABLE,
        strategy=StrategyConfig("openai-es", 4),
        generations=2,
        lifetimes=2,
        damage=SEEN,
        training=TrainingConfig("full", [], weights={}),
        evaluate_every=1,
        evaluate_lifetimes=2,
    )
    Training.start(config, tmp_path / "run").run()
    run = StoredRun.open(tmp_path / "run")
    engine = make_engine(run.task, run.policy, "native", 1)
    whole, other = (
        evaluate_run(run.under(damage=damage), engine, lifetimes=2, seed=1).lives.returns
        for damage in ("", "shorten-limb(back, 0.5)")
    )
    assert np.isfinite(other).all()
    assert (other != whole).all()


@pytest.mark.slow
def test_the_same_table_is_a_genome_of_bodies_of_other_sizes():
    genome, returns = None, {}
    for name in ("swimmer", "half_cheetah"):
        task = make_task(name)
        policy = make_policy(TABLE, task)
        if genome is None:
            genome = 0.1 * np.asarray(jax.random.normal(jax.random.key(1), (policy.genome_size,)), np.float32)
        lives = make_engine(task, policy, "native", 1).evaluate(genome[None], jax.random.key(2), Scenario(20))
        returns[name] = float(lives.returns[0])
    assert all(np.isfinite(list(returns.values())))
    assert returns["swimmer"] != returns["half_cheetah"]
