"""Evolve and merge: rules become few, the policy does what it did where they were few already, and evolves on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hebbax.cli.main import main
from hebbax.config.policy import PolicyConfig
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import TrainingConfig
from hebbax.errors import HebbaxError
from hebbax.policies.make_policy import make_policy
from hebbax.runs.merge import _merged, clusters, merge_run
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training
from hebbax.tasks.registry import make_task

CONFIG = TrainConfig(
    task=TaskConfig("swimmer", ticks=20),
    policy=PolicyConfig(name="merging", hidden=[4]),
    strategy=StrategyConfig("openai-es", 4),
    generations=2,
    training=TrainingConfig("full", [], weights={}),
    evaluate_every=1,
    evaluate_lifetimes=2,
)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("source") / "run"
    Training.start(CONFIG, path).run()
    return StoredRun.open(path)


def test_clusters_are_those_of_the_hand():
    # Two clouds: 0, 1 and 2 about 1, and 10 and 12 about 11.
    centres, labels = clusters(np.array([[0.0], [10.0], [1.0], [12.0], [2.0]]), 2)
    assert sorted(centres.ravel()) == [1.0, 11.0]
    assert [centres[label, 0] for label in labels] == [1.0, 11.0, 1.0, 11.0, 1.0]
    centres, labels = clusters(np.array([[3.0], [4.0]]), 3)
    assert [centres[label, 0] for label in labels] == [3.0, 4.0]


def test_rules_that_are_few_already_stay_as_they_are():
    """A table of three, written out synapse by synapse, is found again."""
    task = make_task("swimmer")
    few = make_policy(PolicyConfig(name="few", hidden=[4], scope="table", table=3), task)
    genome = np.random.default_rng(0).normal(size=few.genome_size).astype(np.float32)
    every = make_policy(PolicyConfig(name="every", hidden=[4]), task)
    spread = [
        {name: np.asarray(values)[few.table_entries(index)] for name, values in layer.items()}
        for index, layer in enumerate(few.unpack(genome))
    ]
    layers, entries = _merged(every, np.asarray(every.pack(tuple(spread))), 3)
    for layer, own, was in zip(layers, entries, spread, strict=True):
        for name, values in was.items():
            np.testing.assert_allclose(layer[name][own], values, rtol=1e-6)


@pytest.mark.slow
def test_a_merged_run_has_fewer_rules_and_goes_on(source, tmp_path):
    training = merge_run(source, source.trained, 5, tmp_path / "run")
    assert training.search.policy.genome_size == 2 * 5 * 5
    training.run()
    run = StoredRun.open(tmp_path / "run")
    assert run.checkpoint.generation == 2
    text = run.trained.policy.assignment
    assert text
    # Again, from its table to a smaller one.
    again = merge_run(run, replace(run.trained, training=CONFIG.training), 2, tmp_path / "again")
    for index in range(2):
        before, after = run.policy.table_entries(index), again.search.policy.table_entries(index)
        assert after.max() <= 1
        pairs = {(one, other) for one, other in zip(before.ravel(), after.ravel(), strict=True)}
        assert len(pairs) == len(set(before.ravel())), "what shared a rule shares one still"


@pytest.mark.parametrize(
    ("changes", "table", "message"),
    [
        ({}, 0, "table=0: expected a whole number of at least 1"),
        ({}, 8, "table=8: connection 'layer 1' has 8 rules; nearest valid: 7"),
    ],
)
def test_what_cannot_be_merged_is_one_line(source, tmp_path, changes, table, message):
    with pytest.raises(HebbaxError, match=message):
        merge_run(source, replace(source.trained, **changes), table, tmp_path / "run")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not base64!", "assignment=not base64!: expected what `hebbax merge` writes"),
        ("AAAA", "expected what `hebbax merge` writes"),
        ("eJxjYBgFo2AUDHcAAAQAAAE=", "assignment=eJxjYBgFo2AUD…: expected"),
    ],
)
def test_a_forged_assignment_is_one_line(text, message):
    policy = PolicyConfig(name="forged", scope="table", table=4, assignment=text)
    with pytest.raises(HebbaxError, match=message):
        make_policy(policy, make_task("swimmer"))


def test_an_assignment_without_a_table_is_one_line():
    with pytest.raises(HebbaxError, match="assignment: scope=table alone reads it"):
        make_policy(PolicyConfig(assignment="AAAA"), make_task("swimmer"))


def test_the_command(source, tmp_path, capsys):
    assert main(["merge", str(source.folder.path), "--table", "3", "--run", str(tmp_path / "run")]) == 0
    assert "merged: 30 evolved numbers" in capsys.readouterr().out
    assert main(["merge", str(source.folder.path), "--table", "100", "--run", str(tmp_path / "other")]) == 2
    assert "table=100" in capsys.readouterr().err
