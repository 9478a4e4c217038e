"""Training, stopping, killing and resuming, to the bit."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig, from_dict, to_dict
from hebbax.config.training import PhaseConfig, TrainingConfig
from hebbax.errors import HebbaxError
from hebbax.runs.checkpoint import read_checkpoint, write_checkpoint
from hebbax.runs.training import Training

CONFIG = TrainConfig(
    task=TaskConfig("swimmer", ticks=30),
    strategy=StrategyConfig(population=4),
    generations=7,
    evaluate_every=3,
    evaluate_lifetimes=2,
    checkpoint_every=2,
)

CHANGING = replace(
    CONFIG,
    training=TrainingConfig(
        "growing",
        [PhaseConfig(2, weights={"control": 3.0}), PhaseConfig("return_mean>=-1e9", 12), PhaseConfig(5, "growing")],
    ),
)
"""Lives that grow, stay and grow again, in phases that begin by generation and by a value."""


def run_to_the_end(path, config=CONFIG):
    training = Training.start(config, path)
    assert training.run()
    return path


def final_bytes(path, generation=7):
    return (path / "checkpoints" / f"generation-{generation:06d}.safetensors").read_bytes()


def metrics_without_times(path):
    lines = [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if not k.startswith(("seconds", "steps_per"))} for line in lines]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run_to_the_end(tmp_path_factory.mktemp("run") / "whole")


@pytest.fixture(scope="module")
def changing(tmp_path_factory):
    return run_to_the_end(tmp_path_factory.mktemp("run") / "changing", CHANGING)


def test_a_run_folder_holds_what_explains_it(whole):
    names = sorted(p.name for p in whole.iterdir())
    assert {"checkpoints", "config.yaml", "metrics.jsonl", "model.xml", "run.json"} <= set(names)
    record = json.loads((whole / "run.json").read_text())
    assert {"mujoco", "numba", "cpu", "command", "engine", "model_sha256", "resumed"} <= record.keys()
    assert [m["generation"] for m in metrics_without_times(whole)] == list(range(7))
    evaluated = [m["generation"] for m in metrics_without_times(whole) if m["mean_genome_return"] is not None]
    assert evaluated == [0, 2, 5, 6], "after the first, every third and the last"
    assert not list(whole.rglob("*.pkl"))
    checkpoint = read_checkpoint(sorted((whole / "checkpoints").iterdir())[-1])
    assert from_dict(checkpoint.document["config"]) == replace(CONFIG, training=TrainingConfig("full", [], weights={}))
    assert str(whole) not in json.dumps(checkpoint.document)


def test_the_same_configuration_gives_the_same_bytes(whole, tmp_path):
    again = run_to_the_end(tmp_path / "again")
    assert final_bytes(again) == final_bytes(whole)
    assert metrics_without_times(again) == metrics_without_times(whole)


def test_another_seed_gives_another_run(whole, tmp_path):
    other = run_to_the_end(tmp_path / "other", replace(CONFIG, seed=1))
    assert metrics_without_times(other) != metrics_without_times(whole)


def and_slow(quick, slow):
    return [*quick, *(pytest.param(value, marks=pytest.mark.slow) for value in slow)]


@pytest.mark.parametrize("stop_after", and_slow([2, 5], [1, 3, 6]))
def test_a_stopped_run_whose_lives_change_resumes_to_the_same_bytes(changing, tmp_path, stop_after):
    training = Training.start(CHANGING, tmp_path / "run")
    assert not training.run(lambda metrics: training.stop() if metrics["generation"] + 1 == stop_after else None)
    resumed = Training.resume(tmp_path / "run")
    assert resumed.state.generation == stop_after
    assert resumed.run()
    assert final_bytes(tmp_path / "run") == final_bytes(changing)
    assert metrics_without_times(tmp_path / "run") == metrics_without_times(changing)


def test_lives_of_training_change_and_evaluations_do_not(changing):
    metrics = metrics_without_times(changing)
    assert [one["phase"] for one in metrics] == [0, 0, 1, 2, 2, 3, 3]
    ticks = [one["training_ticks"] for one in metrics]
    assert ticks[0] == 6
    assert ticks[3:6] == [12, 12, 12]
    assert [one["steps"] for one in metrics] == [4 * length for length in ticks]
    assert [one["steps_total"] for one in metrics] == np.cumsum([one["steps"] for one in metrics]).tolist()
    checkpoint = read_checkpoint(sorted((changing / "checkpoints").iterdir())[-1])
    assert checkpoint.document["best"]["return_mean"] == max(
        one["mean_genome_return"] for one in metrics if one["mean_genome_return"] is not None
    )


def test_a_run_whose_lives_do_not_change_stores_nothing_of_it(whole):
    checkpoint = read_checkpoint(sorted((whole / "checkpoints").iterdir())[-1])
    assert not [name for name in checkpoint.tensors if name.startswith("schedule/")]


def test_a_run_stored_before_lives_had_their_own_length_goes_on_with_full_ones(whole, tmp_path):
    training = Training.start(CONFIG, tmp_path / "run")
    training.run(lambda metrics: training.stop() if metrics["generation"] == 2 else None)
    newest = sorted((tmp_path / "run" / "checkpoints").iterdir())[-1]
    checkpoint = read_checkpoint(newest)
    del checkpoint.document["config"]["training"]
    write_checkpoint(newest, checkpoint)
    log = tmp_path / "run" / "metrics.jsonl"
    new = ("phase", "training_ticks", "steps_total")
    lines = [{k: v for k, v in json.loads(line).items() if k not in new} for line in log.read_text().splitlines()]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert Training.resume(tmp_path / "run").run()
    assert final_bytes(tmp_path / "run") == final_bytes(whole)
    assert metrics_without_times(tmp_path / "run")[3:] == metrics_without_times(whole)[3:]


@pytest.mark.parametrize("stop_after", and_slow([5], [1, 4]))
def test_a_stopped_run_resumes_to_the_same_bytes(whole, tmp_path, stop_after):
    training = Training.start(CONFIG, tmp_path / "run")

    def stop(metrics):
        if metrics["generation"] + 1 == stop_after:
            training.stop()

    assert not training.run(stop)
    assert len(metrics_without_times(tmp_path / "run")) == stop_after
    resumed = Training.resume(tmp_path / "run")
    assert resumed.state.generation == stop_after
    assert resumed.run()
    assert final_bytes(tmp_path / "run") == final_bytes(whole)
    assert metrics_without_times(tmp_path / "run") == metrics_without_times(whole)


_CHILD = """
import sys
from pathlib import Path
from hebbax.config.train import from_dict
from hebbax.runs.training import Training
import json
path, config = Path(sys.argv[1]), from_dict(json.loads(sys.argv[2]))
training = Training.resume(path) if path.exists() else Training.start(config, path)
print("ready", flush=True)
training.run(lambda metrics: print(metrics["generation"], flush=True))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("kept_lives")
@pytest.mark.parametrize("training", [TrainingConfig(), CHANGING.training], ids=["full", "changing"])
def test_a_run_killed_three_times_ends_with_the_same_bytes(tmp_path, training):
    # Long enough that each child is killed in the middle of something.
    config = replace(CONFIG, generations=40, task=TaskConfig("swimmer", ticks=400), training=training)
    whole = run_to_the_end(tmp_path / "whole", config)
    path = tmp_path / "killed"
    rng = np.random.default_rng(int.from_bytes(os.urandom(4), "little"))
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(path), json.dumps(to_dict(config))], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            for _ in range(int(rng.integers(1, 9))):
                child.stdout.readline()
            time.sleep(float(rng.uniform(0, 0.02)))
            child.send_signal(signal.SIGKILL)
    resumed = Training.resume(path)
    assert 0 < resumed.state.generation < 40
    assert resumed.run()
    assert final_bytes(path, 40) == final_bytes(whole, 40)
    assert metrics_without_times(path) == metrics_without_times(whole)
    assert len(json.loads((path / "run.json").read_text())["resumed"]) == 3


def test_more_generations_go_on_from_where_it_ended(tmp_path):
    config = replace(CONFIG, generations=6)
    run_to_the_end(tmp_path / "run", config)
    resumed = Training.resume(tmp_path / "run", generations=12)
    assert resumed.run()
    straight = run_to_the_end(tmp_path / "straight", replace(config, generations=12))
    assert final_bytes(tmp_path / "run", 12) == final_bytes(straight, 12)


def test_a_resume_after_a_kill_knows_how_many_generations_were_asked_for_last(tmp_path):
    run_to_the_end(tmp_path / "run", replace(CONFIG, generations=2))
    Training.resume(tmp_path / "run", generations=4)  # and killed before it has done anything

    assert Training.resume(tmp_path / "run").search.config.generations == 4


def test_metrics_lost_before_the_checkpoint_are_told(tmp_path):
    path = run_to_the_end(tmp_path / "run", replace(CONFIG, generations=2))
    metrics = path / "metrics.jsonl"
    metrics.write_bytes(metrics.read_bytes().splitlines(keepends=True)[0])
    notes = []
    Training.resume(path, generations=3, on_note=notes.append)

    told = (
        f"{metrics} holds 1 of the 2 generations before the checkpoint: the others are lost, the search itself is whole"
    )
    assert notes == [told]


def test_a_finished_run_says_how_to_go_on(whole):
    with pytest.raises(HebbaxError, match=r"has finished 7 generations, 7 were asked for: go on with generations=107"):
        Training.resume(whole)


def test_a_damaged_checkpoint_falls_back_and_says_so(tmp_path, whole):
    path = tmp_path / "run"
    training = Training.start(CONFIG, path)
    training.run(lambda metrics: training.stop() if metrics["generation"] == 4 else None)
    newest = sorted((path / "checkpoints").iterdir())[-1]
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    notes = []
    resumed = Training.resume(path, on_note=notes.append)
    assert resumed.state.generation == 4
    assert len(notes) == 1
    assert newest.name in notes[0]
    assert resumed.run()
    assert final_bytes(path) == final_bytes(whole)


def test_other_versions_are_told(tmp_path, whole, monkeypatch):
    path = tmp_path / "run"
    training = Training.start(CONFIG, path)
    training.run(lambda metrics: training.stop())
    import hebbax.runs.training as train

    real = train.environment_of(CONFIG)
    monkeypatch.setattr(train, "environment_of", lambda config: {**real, "mujoco": "3.99.0"})
    notes = []
    Training.resume(path, on_note=notes.append)
    assert notes == [f"mujoco {real['mujoco']} → 3.99.0: from here on the run may differ from an uninterrupted one"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"generations": 0}, "generations=0: expected a whole number of at least 1"),
        ({"lifetimes": 0}, "lifetimes=0"),
        ({"threads": 0}, "threads=0"),
        ({"seed": -1}, "seed=-1: expected 0 to 4294967295"),
        ({"engine": "nativ"}, "unknown engine 'nativ': did you mean 'native'"),
        ({"termination": "restrat"}, "unknown termination 'restrat': did you mean 'restart'"),
        ({"task": TaskConfig("swimer")}, "unknown task 'swimer': did you mean 'swimmer'"),
        ({"task": TaskConfig("swimmer", ticks=0)}, "ticks=0"),
        ({"training": TrainingConfig(31)}, "training.ticks=31: longer than the 30 ticks of a full life"),
    ],
)
def test_a_bad_configuration_writes_nothing(tmp_path, change, message):
    with pytest.raises(HebbaxError, match=message):
        Training.start(replace(CONFIG, **change), tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_condition_that_diverges_evolves_without_a_bad_number_in_the_strategy(tmp_path):
    """Coefficients so large that most lives of the un-normalised condition pass the bound."""
    strategy = StrategyConfig(population=8, sigma=2e3)
    config = replace(CONFIG, policy=PRESETS["han-a"], strategy=strategy, generations=3)
    run_to_the_end(tmp_path / "run", config)
    metrics = metrics_without_times(tmp_path / "run")
    assert sum(m["diverged"] for m in metrics) > 0
    checkpoint = read_checkpoint(sorted((tmp_path / "run" / "checkpoints").iterdir())[-1])
    for name, tensor in checkpoint.tensors.items():
        # Before anything is told, evosax's best fitness is infinite; after it, nothing may be.
        assert np.isfinite(tensor).all(), name


def test_learning_raises_the_return(tmp_path):
    """A swimmer of 200 ticks (8 s) learns to move forward: a still one earns 0, a random one about 1."""
    config = replace(
        CONFIG, task=TaskConfig("swimmer", ticks=200), strategy=StrategyConfig(population=32), generations=25
    )
    run_to_the_end(tmp_path / "run", config)
    means = [m["return_mean"] for m in metrics_without_times(tmp_path / "run")]
    assert np.mean(means[-3:]) > np.mean(means[:3]) + 8


def test_every_configuration_survives_being_stored():
    assert from_dict(to_dict(CONFIG)) == CONFIG
    stored = to_dict(CONFIG)
    stored["strategy"]["populaton"] = 3
    with pytest.raises(
        HebbaxError, match=r"unknown configuration key 'strategy.populaton': did you mean 'strategy.pop"
    ):
        from_dict(stored)


def test_a_run_is_in_use_only_once(tmp_path):
    training = Training.start(CONFIG, tmp_path / "run")
    with training.folder.lock(), pytest.raises(HebbaxError, match="in use by this process already"):
        Training.resume(Path(tmp_path / "run"))


@pytest.mark.parametrize("ticks", [None, 300])
def test_a_window_is_no_longer_than_a_life(tmp_path, ticks):
    policy = replace(PRESETS["han-d"], window=10**9)
    length = 1000 if ticks is None else ticks
    with pytest.raises(HebbaxError) as caught:
        Training.start(TrainConfig(task=TaskConfig("swimmer", ticks), policy=policy), tmp_path / "run")
    assert str(caught.value) == (f"window=1000000000: longer than a life of {length} ticks; nearest valid: {length}")
    assert not (tmp_path / "run").exists()
