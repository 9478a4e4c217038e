"""Names, states and refusals of the runs of a sweep."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.errors import HebbaxError
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.sweep import (
    FINISHED,
    INTERRUPTED,
    MISSING,
    PlannedRun,
    check_plan,
    open_training,
    plan,
    refused,
    run_name,
    state_of,
)
from hebbax.runs.training import Training

CONFIG = TrainConfig(
    task=TaskConfig("swimmer", ticks=20),
    strategy=StrategyConfig(population=4),
    generations=2,
    evaluate_lifetimes=2,
    checkpoint_every=1,
    threads=1,
)

WIDE = replace(PRESETS["mlp"], hidden=[64, 32])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run of CONFIG; not to be written to."""
    path = tmp_path_factory.mktemp("sweep") / "finished"
    assert Training.start(CONFIG, path).run()
    return path


@pytest.mark.parametrize(
    ("config", "swept", "name"),
    [
        (CONFIG, (), "swimmer-han-e-s0"),
        (replace(CONFIG, seed=7), ("policy", "seed"), "swimmer-han-e-s7"),
        (CONFIG, ("strategy.sigma", "generations"), "swimmer-han-e-strategy.sigma=0.2-generations=2-s0"),
        (CONFIG, ("task.ticks",), "swimmer-han-e-task.ticks=20-s0"),
        (CONFIG, ("strategy",), "swimmer-han-e-strategy=openai-es-s0"),
        (replace(CONFIG, policy=WIDE), ("policy.hidden",), "swimmer-mlp-policy.hidden=64x32-s0"),
        # A space cannot stand in the name: the checksum of the whole text keeps "4 ticks" and "4_ticks" apart.
        (CONFIG, ("policy.interval",), "swimmer-han-e-policy.interval=4_ticks.0446f682-s0"),
    ],
)
def test_names(config, swept, name):
    assert run_name(config, swept) == name


def test_swept_connections_are_in_the_name_in_whichever_order_they_were_given(tmp_path):
    one, other = {"layer 0": {"plastic": False, "birth": "random"}, "layer 1": {}}, {"layer 1": {"plastic": False}}
    orders = one, {"layer 1": {}, "layer 0": {"birth": "random", "plastic": False}}, other, {}
    configs = [replace(CONFIG, policy=replace(CONFIG.policy, connections=given)) for given in orders]
    names = [run_name(config, ("policy.connections",)) for config in configs]
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_every_swept_key_is_in_the_name(tmp_path):
    configs = [replace(CONFIG, seed=seed, lifetimes=lives) for seed in (0, 1) for lives in (1, 2)]

    assert len({run.path for run in plan(tmp_path, configs, ("seed", "lifetimes"))}) == 4


def test_signs_that_a_name_cannot_hold_do_not_mix_runs_up(tmp_path):
    policies = [replace(PRESETS["han-e"], interval=text) for text in ("1 ticks", "1  ticks", "1_ticks")]
    configs = [replace(CONFIG, policy=policy) for policy in policies]

    paths = {run.path for run in plan(tmp_path, configs, ("policy.interval",))}
    assert len(paths) == 3
    assert all(re.fullmatch(r"[\w.=-]+", path.name) for path in paths)


def test_a_value_given_twice(tmp_path):
    with pytest.raises(
        HebbaxError, match=r"two runs of the sweep are the same, swimmer-han-e-s0: give each value once"
    ):
        plan(tmp_path, [CONFIG, CONFIG], ("seed",))


def test_states(finished, tmp_path):
    assert state_of(PlannedRun(tmp_path / "none", CONFIG)).state == MISSING
    done = state_of(PlannedRun(finished, CONFIG))
    assert (done.state, done.generation) == (FINISHED, 2)
    assert done.best is not None
    more = state_of(PlannedRun(finished, replace(CONFIG, generations=5)))
    assert (more.state, more.generation) == (INTERRUPTED, 2)


def test_a_missing_run_begins_and_an_interrupted_one_goes_on(tmp_path):
    run = PlannedRun(tmp_path / "run", CONFIG)
    training = open_training(run, ("hebbax",), print)
    training.run(lambda metrics: training.stop())
    assert state_of(run).generation == 1

    resumed = open_training(run, ("hebbax", "again"), print)
    assert resumed.state.generation == 1
    assert resumed.run()
    assert state_of(run).state == FINISHED


@pytest.mark.parametrize("killed_before", ["config.yaml", "its last byte", "the first checkpoint"])
def test_a_run_killed_while_its_folder_was_made_begins_again(tmp_path, killed_before):
    run = PlannedRun(tmp_path / "run", CONFIG)
    Training.start(CONFIG, run.path)
    for checkpoint in RunFolder(run.path).checkpoints():
        checkpoint.unlink()
    if killed_before == "config.yaml":
        (run.path / "config.yaml").unlink()
    if killed_before == "its last byte":
        (run.path / "config.yaml").rename(run.path / "config.yaml.tmp")

    assert state_of(run).state == MISSING
    assert open_training(run, (), print).state.generation == 0


def test_a_folder_with_anything_else_is_left_alone(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/notes.txt").write_text("mine")

    with pytest.raises(HebbaxError, match="the folder is not empty; choose another folder"):
        open_training(PlannedRun(tmp_path / "run", CONFIG), (), print)
    assert (tmp_path / "run/notes.txt").read_text() == "mine"


def test_another_run_in_the_folder_is_refused(finished):
    other = replace(CONFIG, strategy=StrategyConfig(population=8))

    message = "was begun with strategy.population=4, now it is strategy.population=8: choose another folder for these"
    with pytest.raises(HebbaxError, match=message):
        check_plan([PlannedRun(finished, other)])
    check_plan([PlannedRun(finished, replace(CONFIG, generations=9))])


def test_what_changes_no_result_does_not_matter_of_a_finished_run_and_is_told_of_one_that_would_go_on(finished):
    other = replace(CONFIG, threads=7, checkpoint_every=3)
    check_plan([PlannedRun(finished, other)])

    with pytest.raises(HebbaxError, match="begun with threads="):
        check_plan([PlannedRun(finished, replace(other, generations=CONFIG.generations + 5))])


def test_a_window_longer_than_a_life_is_told_before_any_run_begins(tmp_path):
    run = PlannedRun(tmp_path / "run", replace(CONFIG, policy=replace(PRESETS["han-d"], window=10**9)))

    with pytest.raises(HebbaxError, match=r"window=1000000000: longer than a life"):
        check_plan([run])


def test_every_run_that_cannot_begin_is_told_with_its_reason(tmp_path):
    configs = [
        CONFIG,
        replace(CONFIG, policy=replace(PRESETS["han-e"], interval=0.1)),
        replace(CONFIG, seed=-1),
        replace(CONFIG, policy=replace(PRESETS["han-e"], interval=0.1), seed=1),
    ]
    runs = [PlannedRun(tmp_path / str(number), config) for number, config in enumerate(configs)]

    reasons = {run.path.name: str(error).partition(":")[0] for run, error in refused(runs)}
    assert reasons == {"1": "interval=0.1 s", "2": "seed=-1", "3": "interval=0.1 s"}
    assert list(tmp_path.iterdir()) == []
