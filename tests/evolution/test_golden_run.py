"""A run stored under each schema stays loadable; the folders in tests/golden are never written anew."""

import json
import shutil
from pathlib import Path

import jax
import numpy as np
import pytest

from hebbax.engines.make_engine import make_engine
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import GENOMES, StoredRun
from hebbax.runs.training import Training

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("run-schema-*"))


def ignore(note):
    """Take the notes of other versions, which a stored run has by nature."""


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_a_stored_run_opens_and_its_controllers_live(path):
    run = StoredRun.open(path, on_note=ignore)
    assert (run.task.name, run.policy.name, run.config.generations) == ("swimmer", "han-e", 3)
    engine = make_engine(run.task, run.policy)
    for which in GENOMES:
        controller = run.controller(which)
        assert controller.genome.dtype == np.float32
        assert controller.statistics.count > 0
        evaluation = evaluate_run(run, engine, genome=which, lifetimes=3, seed=1).to_json()
        assert evaluation["lifetimes"] == 3
        assert np.isfinite(evaluation["returns"]).all()
        assert evaluation["lengths"] == [20, 20, 20]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_a_stored_run_goes_on(path, tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(path, copy)
    training = Training.resume(copy, generations=5, on_note=ignore)
    assert training.run()
    generations = [json.loads(line)["generation"] for line in (copy / "metrics.jsonl").read_text().splitlines()]
    assert generations == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_the_stored_mean_is_what_its_strategy_holds(path):
    checkpoint = StoredRun.open(path, on_note=ignore).checkpoint
    np.testing.assert_array_equal(checkpoint.tensors["strategy/.mean"], checkpoint.tensors["mean/genome"])
    assert jax.random.wrap_key_data(checkpoint.tensors["key_data"]).shape == ()


def test_there_is_a_golden_run():
    assert GOLDEN


def test_another_model_is_told(tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(GOLDEN[-1], copy)
    record = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps({**record, "model_sha256": "0" * 64}))
    notes = []
    StoredRun.open(copy, on_note=notes.append)
    assert "the model of task 'swimmer' is another than this controller was evolved with" in notes
