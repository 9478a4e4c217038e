"""Options of how a strategy is taught: whatever they are, a run that is resumed ends as one that was not stopped."""

from dataclasses import replace

import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.config.training import TrainingConfig
from hebbax.runs.training import Training

OPTIONS = {
    "shaping, decay and mirrored births": (
        TrainingConfig("full", births="mirrored"),
        {"shaping": "standardised", "weight_decay": 0.1},
    ),
    "decay of pgpe, common births": (
        TrainingConfig("full", births="common"),
        {"name": "pgpe", "optimiser": "clipup", "weight_decay": 0.1, "learning_rate_decay": 0.5},
    ),
    "race of pairs in lives that grow": (TrainingConfig("growing", births="mirrored", race=0.5), {}),
    "race from a weighted mean": (TrainingConfig("full", race=0.5, first_mean="weighted"), {"name": "snes"}),
}


QUICK = ("decay of pgpe, common births", "race of pairs in lives that grow")


@pytest.mark.parametrize(
    ("training", "strategy"),
    [
        pytest.param(*options, id=name, marks=() if name in QUICK else pytest.mark.slow)
        for name, options in OPTIONS.items()
    ],
)
def test_a_run_that_was_stopped_ends_with_the_bytes_of_one_that_was_not(tmp_path, training, strategy):
    config = TrainConfig(
        TaskConfig("swimmer", 15),
        strategy=StrategyConfig(population=6, **strategy),
        generations=2,
        lifetimes=4,
        training=training,
        evaluate_every=1,  # else the run that was stopped has one evaluation more
        evaluate_lifetimes=2,
        threads=1,
    )
    whole = Training.start(config, tmp_path / "whole")
    assert whole.run()
    Training.start(replace(config, generations=1), tmp_path / "stopped").run()
    resumed = Training.resume(tmp_path / "stopped", generations=2)
    assert resumed.run()
    one, other = (run.folder.checkpoints()[-1].read_bytes() for run in (whole, resumed))
    assert one == other
