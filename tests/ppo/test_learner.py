"""PPO through a run folder; all but what it refuses needs the packages of the extra `ppo`."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import jax
import numpy as np
import pytest

from hebbax.cli.overrides.compose import compose_train
from hebbax.errors import HebbaxError
from hebbax.ppo import learner as learner_module
from hebbax.ppo.learner import PPOLearner
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training

NEEDED = pytest.mark.skipif(find_spec("sb3_contrib") is None, reason="the extra ppo is not installed")
SMALL = (
    *("task=inverted_pendulum", "task.ticks=60", "learner.environments=2", "learner.n_steps=32"),
    *("learner.batch_size=32", "learner.n_epochs=2", "evaluate_every=2", "evaluate_lifetimes=2"),
    *("checkpoint_every=1", "threads=1", "generations=4"),
)


def config_of(*overrides):
    return compose_train(["learner=ppo", *SMALL, *overrides])


@NEEDED
@pytest.mark.slow
@pytest.mark.parametrize("learner", ["ppo", "recurrent-ppo"])
def test_a_run_that_was_stopped_ends_with_the_same_bytes(tmp_path, learner):
    config = config_of(f"learner={learner}")
    assert Training.start(config, tmp_path / "whole").run()
    stopped = Training.start(config, tmp_path / "stopped")
    assert not stopped.run(lambda metrics: stopped.stop() if metrics["generation"] == 1 else None)
    assert Training.resume(tmp_path / "stopped").run()
    newest = [tmp_path / name / "checkpoints/generation-000004.safetensors" for name in ("whole", "stopped")]
    assert newest[0].read_bytes() == newest[1].read_bytes()


@NEEDED
def test_the_genome_acts_as_the_actor_does(tmp_path):
    import torch

    training = Training.start(config_of("learner.log_std_init=0"), tmp_path / "run")
    training.run()
    learner, state = training.search, training.state
    observations = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    with torch.no_grad():
        wanted = learner._model.model.policy._predict(torch.tensor(observations), deterministic=True).numpy()
    genome, birth = learner.controller(state).genome, learner.policy.birth(jax.random.key(0))
    actions = [learner.policy.act(genome, birth, observation)[0] for observation in observations]
    np.testing.assert_allclose(actions, np.clip(wanted, -1, 1), atol=1e-5)


@NEEDED
def test_others_read_what_it_stores(tmp_path):
    """By the commands of any run, which import no PyTorch."""
    Training.start(config_of(), tmp_path / "run").run()
    run = StoredRun.open(tmp_path / "run")
    assert run.config.learner.algorithm == "ppo"
    assert run.policy.weight_count == 0
    record = run.folder.read_metrics("return_mean", "lives", "diverged", "mean_genome_return")
    assert [line["lives"] for line in record] == [2] * 4
    assert record[-1]["mean_genome_return"] == run.checkpoint.document["best"]["return_mean"] or record[1]
    assert set(run.checkpoint.document["environment"]) >= {"torch", "stable-baselines3", "sb3-contrib"}


@NEEDED
def test_a_learning_rate_that_is_too_large_leaves_the_run_to_be_resumed(tmp_path):
    training = Training.start(config_of("learner.learning_rate=1e30"), tmp_path / "run")
    with pytest.raises(HebbaxError, match="PPO's weights are no longer finite: the last checkpoint is whole"):
        training.run()
    assert Training.resume(tmp_path / "run").state.generation == 0


@NEEDED
@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (
            "ppo/actions",
            lambda array: np.append(array, np.zeros((1, 1), np.float32), 0),
            "'ppo/actions' are not those of lives",
        ),
        ("ppo/ticks", lambda array: array + 10**6, "'ppo/actions' are not those of lives"),
        ("ppo/numbers", lambda array: array - 9, "'ppo/actions' are not those of lives"),
        ("ppo/policy/log_std", lambda array: array * np.nan, "'ppo/policy/log_std' holds what is not finite"),
        ("ppo/starts", lambda array: array[:1], "'ppo/starts' has shape"),
        ("key_data", lambda array: array + 1, "'key_data' is not that of seed 0"),
    ],
)
def test_a_forged_state_is_refused(name, change, message):
    learner = PPOLearner(config_of())
    state = learner.begin()
    tensors = learner.pack(state)
    assert learner.unpack(tensors, 0, state.statistics, None).tensors.keys() == state.tensors.keys()
    with pytest.raises(HebbaxError, match=message):
        learner.unpack({**tensors, name: change(tensors[name])}, 0, state.statistics, None)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["strategy=snes"], "strategy=snes: learner=ppo does not read it; leave it out, or set learner=evolution"),
        (["lifetimes=2"], "lifetimes=2: learner=ppo does not read it"),
        (["training.births=common"], "training.births=common: learner=ppo does not read it"),
        (["training.ticks=growing"], "training.ticks=growing: learner=ppo does not read it"),
    ],
)
def test_what_evolution_alone_reads_is_refused(overrides, message):
    with pytest.raises(HebbaxError, match=message):
        learner_module._check_unread(config_of(*overrides))


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(learner_module, "_PACKAGES", ("torch_of_nobody",))
    with pytest.raises(HebbaxError, match="learner=ppo needs torch_of_nobody: pip install 'stable-baselines3"):
        PPOLearner(replace(config_of(), seed=3))
