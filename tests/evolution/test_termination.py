"""A run has one answer to terminations, from training to the evaluation of what was stored."""

from dataclasses import replace

import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig, from_dict, to_dict
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training

TICKS = 120
CONFIG = TrainConfig(
    task=TaskConfig("inverted_pendulum", ticks=TICKS),
    strategy=StrategyConfig(population=4),
    generations=1,
    evaluate_lifetimes=2,
    threads=1,
)


@pytest.fixture(scope="module", params=["end", "restart"])
def run(request, tmp_path_factory):
    training = Training.start(
        replace(CONFIG, termination=request.param), tmp_path_factory.mktemp("termination") / "run"
    )
    assert training.run()
    return training


@pytest.mark.slow
def test_a_generation_lives_and_counts_as_the_run_has_it(run):
    (line,) = run.folder.read_metrics()
    if run.search.config.termination == "restart":
        assert line["steps"] == 4 * TICKS
        assert line["terminations"] > 4
        # One a tick but for those that terminate.
        assert line["return_mean"] == TICKS - line["terminations"] / 4
    else:
        assert line["steps"] < 4 * TICKS
        assert 0 < line["terminations"] <= 4
        assert line["return_max"] < TICKS


def test_a_stored_run_is_evaluated_as_it_lived(run):
    stored = StoredRun.open(run.folder.path)
    values = evaluate_run(stored, run.search.engine, genome="mean", lifetimes=3, seed=1).to_json()
    assert values["termination"] == run.search.config.termination
    if values["termination"] == "restart":
        assert values["lengths"] == [TICKS] * 3
        assert values["terminations"] > 3
        assert values["terminated"] == 0
        assert sum(values["returns"]) == 3 * TICKS - values["terminations"]
    else:
        assert max(values["lengths"]) < TICKS
        assert values["terminations"] == values["terminated"] == 3
        assert [length - 1 for length in values["lengths"]] == values["returns"]


def test_a_run_stored_without_the_key_ends_its_lives():
    values = to_dict(replace(CONFIG, termination="restart"))
    assert from_dict(values).termination == "restart"
    del values["termination"]
    assert from_dict(values).termination == "end"
