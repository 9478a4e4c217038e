"""Runs that begin at the controller of another."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from hebbax.cli.overrides.compose import compose_like
from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import TrainingConfig
from hebbax.errors import HebbaxError
from hebbax.runs.begin_from import begin_from, given
from hebbax.runs.identity import run_id
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training

CONFIG = TrainConfig(
    task=TaskConfig("swimmer", ticks=20),
    strategy=StrategyConfig("openai-es", 4),
    generations=2,
    training=TrainingConfig("full", [], weights={}),
    evaluate_every=1,
    evaluate_lifetimes=2,
    checkpoint_every=1,
)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("source") / "run"
    training = Training.start(CONFIG, path)
    training.run()
    return StoredRun.open(path)


def test_it_begins_where_the_other_has_come_to(source, tmp_path):
    config = replace(CONFIG, seed=3, strategy=StrategyConfig("snes", 6))

    training = begin_from(source, config, tmp_path / "run", ["hebbax", "train"], "mean")

    theirs, ours = source.controller("mean"), training.search.controller(training.state)
    np.testing.assert_array_equal(ours.genome, theirs.genome)
    assert ours.statistics.count == theirs.statistics.count > 0
    np.testing.assert_array_equal(ours.statistics.mean, theirs.statistics.mean)
    np.testing.assert_array_equal(ours.statistics.m2, theirs.statistics.m2)
    best = training.state.best
    assert best is not None
    assert best.generation == 0  # until a later one is better
    record = json.loads((tmp_path / "run/run.json").read_text())
    assert (record["from_id"], record["from_genome"]) == (run_id(source.trained), "mean")
    assert training.search.config.training.first_mean == given(theirs.genome)
    assert run_id(training.search.config) != run_id(config)  # else it would pass for a run that began by itself


def test_it_goes_on_to_the_bit(source, tmp_path):
    def checkpoint(name: str, *steps: int) -> bytes:
        begin_from(source, replace(CONFIG, generations=steps[0]), tmp_path / name).run()
        for generations in steps[1:]:
            Training.resume(tmp_path / name, generations=generations).run()
        opened = StoredRun.open(tmp_path / name)
        return opened.controller("mean").genome.tobytes() + opened.controller("mean").statistics.m2.tobytes()

    assert checkpoint("whole", 3) == checkpoint("resumed", 1, 3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"policy": PRESETS["mlp"]}, "policy 'mlp' evolves weights .* leave out what makes it another policy"),
        ({"policy": replace(PRESETS["han-e"], hidden=[7])}, r"evolves A \(8 × 7\) of 'layer 0' where"),
        ({"task": TaskConfig("half_cheetah", 20)}, "has 17 observations: expected 8, as task 'swimmer' of"),
        ({"training": TrainingConfig("full", [], first_scale=0.1)}, "first_scale=0.1: it begins at the controller"),
        (
            {"training": TrainingConfig("full", [], first_mean="normal")},
            "first_mean=normal: it begins at the controller",
        ),
    ],
)
def test_what_does_not_fit(changes, words, source, tmp_path):
    with pytest.raises(HebbaxError, match=words):
        begin_from(source, replace(CONFIG, **changes), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_nobody_can_name_a_controller_by_its_sum(tmp_path):
    first = given(np.zeros(3, np.float32))
    with pytest.raises(HebbaxError, match="a controller from elsewhere; name its run with `hebbax train --from`"):
        Training.start(replace(CONFIG, training=TrainingConfig("full", [], first_mean=first)), tmp_path / "run")


def test_task_policy_and_observations_are_the_others_where_not_set():
    other = replace(CONFIG, policy=replace(PRESETS["han-b"], hidden=[5], window=3, name="mine"), lifetimes=9)

    like = compose_like(other, ["policy.window=4", "seed=2", "task.ticks=30"])

    assert like.policy == replace(other.policy, window=4)
    assert like.task == TaskConfig("swimmer", 30)
    assert (like.seed, like.lifetimes) == (2, 1)
    assert like.training == compose_like(other, []).training  # the task's own choice
    assert compose_like(other, ["policy=han-e"]).policy == PRESETS["han-e"]
