"""Files of a run's folder that are another run's, or were edited: told, and never taken or overwritten in silence."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from hebbax.comparison.curves import read_curve
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.errors import HebbaxError
from hebbax.runs.belonging import check_best, newest_of_run, note_on_records
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.sweep import FINISHED, PlannedRun, state_of
from hebbax.runs.training import Training

CONFIG = TrainConfig(
    task=TaskConfig("swimmer", ticks=20),
    strategy=StrategyConfig(population=4),
    generations=3,
    evaluate_lifetimes=2,
    evaluate_every=1,
    checkpoint_every=1,
    threads=1,
)
STORED = Path(__file__).resolve().parents[2]
FOLDERS = ("tests/golden", "results", "src/hebbax/zoo")
STORED_RUNS = sorted(path.parent for name in FOLDERS for path in (STORED / name).rglob("config.yaml"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """Two runs that differ in their seeds, after three generations; not to be written to."""
    folder = tmp_path_factory.mktemp("runs")
    for name, seed in (("run", 0), ("other", 1)):
        assert Training.start(replace(CONFIG, seed=seed), folder / name).run()
    return folder


@pytest.fixture
def run(trained, tmp_path) -> Path:
    return shutil.copytree(trained / "run", tmp_path / "run")


@pytest.fixture
def other(trained) -> Path:
    return trained / "other"


def checkpoint(path: Path, generation: int) -> Path:
    return path / f"checkpoints/generation-{generation:06d}.safetensors"


def all_bytes(path: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in path.rglob("*") if file.is_file() and file.name != ".lock"}


def edit(path: Path, key: str, value: object) -> None:
    """Change a value of config.yaml as a user would."""
    values = yaml.safe_load((path / "config.yaml").read_text())
    part, _, name = key.rpartition(".")
    (values[part] if part else values)[name] = value
    (path / "config.yaml").write_text(yaml.safe_dump(values))


def refused(path: Path, message: str) -> None:
    """Check that a resume is refused with this, in one line, and that nothing is written."""
    before = all_bytes(path)
    with pytest.raises(HebbaxError, match=message) as caught:
        Training.resume(path, generations=9, on_note=lambda line: None)
    assert "\n" not in str(caught.value)
    assert all_bytes(path) == before


def notes_of(path: Path) -> list[str]:
    notes: list[str] = []
    StoredRun.open(path, on_note=notes.append)
    return notes


def test_another_runs_checkpoint_is_passed_over(run, other):
    shutil.copy(checkpoint(other, 3), checkpoint(run, 3))
    notes: list[str] = []
    training = Training.resume(run, on_note=notes.append)

    told = (
        f"cannot use checkpoint {checkpoint(run, 3)}: it was written with seed=1, config.yaml says seed=0; "
        "going on from generation-000002.safetensors instead"
    )
    assert notes == [told]
    assert (training.state.generation, training.search.config.seed) == (2, 0)
    assert yaml.safe_load((run / "config.yaml").read_text())["seed"] == 0


def test_a_folder_of_nothing_but_another_runs_checkpoints_is_left_as_it_is(run, other):
    for generation in (1, 2, 3):
        shutil.copy(checkpoint(other, generation), checkpoint(run, generation))

    refused(
        run,
        r"no checkpoint of its own: generation-000003\.safetensors was written with seed=1, config\.yaml says seed=0",
    )
    told, record = notes_of(run)
    assert told == f"{checkpoint(run, 3)} was written with seed=1, config.yaml says seed=0: the checkpoint's is used"
    assert record.startswith(f"{run / 'run.json'} was written with seed=0, this controller with seed=1: ")
    assert StoredRun.open(run, on_note=lambda line: None).config.seed == 1


@pytest.mark.parametrize(
    ("key", "value", "before"),
    [("strategy.sigma", 0.5, 0.2), ("policy.window", 3, 10), ("task.ticks", 30, 20), ("threads", 2, 1)],
)
def test_a_config_that_was_edited_is_not_overwritten(run, key, value, before):
    edit(run, key, value)

    refused(
        run, rf"written with {key}={before}, config\.yaml says {key}={value}; put back .* or begin another run with"
    )
    (told,) = notes_of(run)
    assert told.endswith(f"was written with {key}={before}, config.yaml says {key}={value}: the checkpoint's is used")
    with pytest.raises(HebbaxError, match=rf"run\.json was written with {key}={before}"):
        read_curve(run)


@pytest.mark.parametrize(
    "text", ["", "seed: [", "just words", "seed: 0\nsigmaa: 3\n", "task: 3\n", "training: {phases: 3}\n"]
)
def test_a_config_that_is_none_is_not_overwritten(run, text):
    (run / "config.yaml").write_text(text)

    refused(run, r"config\.yaml")
    (told,) = notes_of(run)
    assert told.endswith("; the configuration in generation-000003.safetensors is used")


def test_more_generations_can_be_written_into_the_config(run):
    edit(run, "generations", 5)
    notes: list[str] = []
    training = Training.resume(run, on_note=notes.append)

    assert training.search.config.generations == 5
    assert notes == ["config.yaml says generations=5, generation-000003.safetensors 3: going on to 5"]
    assert notes_of(run) == []
    assert Training.resume(run, generations=4).search.config.generations == 4


def test_another_runs_record_is_refused(run, other):
    shutil.copy(other / "run.json", run / "run.json")
    message = r"run\.json was written with seed=1, config\.yaml says seed=0; put back the one that is not this run's"

    (run / "metrics.jsonl").unlink()
    refused(run, message)
    told = "was written with seed=1, this controller with seed=0: what it says of versions and model is another run's"
    assert notes_of(run) == [f"{run / 'run.json'} {told}"]
    with pytest.raises(HebbaxError, match=message):
        read_curve(run)


@pytest.mark.parametrize("config", [None, {"task": 3}, {"nothing": 1}])
def test_a_record_whose_configuration_is_none_is_no_dead_end(run, config):
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**record, "config": config}))

    refused(run, r"run\.json")
    (told,) = notes_of(run)
    assert told.startswith(str(run / "run.json"))
    assert told.endswith("; it is not used")


@pytest.mark.parametrize("lines", [slice(None), slice(1, 2)])
def test_another_runs_metrics_are_refused(run, other, lines):
    mine, theirs = ((path / "metrics.jsonl").read_text().splitlines(keepends=True) for path in (run, other))
    mine[lines] = theirs[lines]
    (run / "metrics.jsonl").write_text("".join(mine))

    message = (
        rf"line {(lines.start or 0) + 1} of .*metrics\.jsonl is of run '\w{{16}}', run\.json of run '\w{{16}}': put"
    )
    refused(run, message)
    with pytest.raises(HebbaxError, match=message):
        read_curve(run)


def test_metrics_of_before_lines_named_their_run_are_held_against_the_best_evaluation(run, other):
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({key: record[key] for key in record if key not in ("id", "config")}))
    lines = [json.loads(line) for line in (other / "metrics.jsonl").read_text().splitlines()]
    for line in lines:
        del line["run"]
    (run / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    refused(
        run,
        r"metrics\.jsonl has return \S+ for generation \d, generation-000003\.safetensors has \S+: they are of diff",
    )


def test_a_checkpoint_under_another_name_is_passed_over(run):
    checkpoint(run, 1).rename(checkpoint(run, 900))
    notes: list[str] = []
    path, found = RunFolder.open(run).newest_checkpoint(notes.append)

    assert (path, found.generation) == (checkpoint(run, 3), 3)
    assert notes == [
        f"cannot use checkpoint {checkpoint(run, 900)}: it is of generation 1, its name of another; going on from "
        "generation-000003.safetensors instead"
    ]


def test_a_model_that_is_not_the_recorded_one_is_told(run):
    model = run / "model.xml"
    model.write_text(model.read_text().replace("swimmer", "swimmest"))

    assert notes_of(run) == [
        f"{model} is not the model that run.json names: it is not read, the installed task is used"
    ]


def test_another_runs_checkpoint_finishes_no_run_of_a_sweep(run, other):
    for generation in (1, 2, 3):
        checkpoint(run, generation).unlink()
    shutil.copy(checkpoint(other, 3), checkpoint(run, 3))
    with pytest.raises(HebbaxError, match="has no checkpoint of its own"):
        state_of(PlannedRun(run, CONFIG))
    assert state_of(PlannedRun(other, replace(CONFIG, seed=1))).state == FINISHED


def test_times_do_not_count(run):
    for number, file in enumerate(sorted(run.rglob("*"))):
        os.utime(file, (1e9 + number, 2e9 - number))

    assert notes_of(run) == []
    assert Training.resume(run, generations=4, on_note=pytest.fail).state.generation == 3


@pytest.mark.parametrize("path", STORED_RUNS, ids=lambda path: path.name)
def test_what_was_stored_before_belongs_together(path):
    notes: list[str] = []
    folder = RunFolder.open(path)
    file, newest, config = newest_of_run(folder, notes.append)
    check_best(folder, file, newest)
    note_on_records(folder, folder.read_record(), config, notes.append)
    assert notes == []


def test_there_are_stored_runs():
    assert len(STORED_RUNS) > 3
