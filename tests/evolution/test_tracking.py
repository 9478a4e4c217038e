"""Trackers see what metrics.jsonl does, and never stop a run."""

from __future__ import annotations

import sys
import time
import types
from dataclasses import replace

import pytest

from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig, from_dict, to_dict
from hebbax.errors import HebbaxError
from hebbax.evolution.tracking import start_tracking
from hebbax.installing import pip_install_extra
from hebbax.runs.training import Training

CONFIG = TrainConfig(
    task=TaskConfig("swimmer", ticks=20),
    strategy=StrategyConfig(population=4),
    generations=3,
    evaluate_lifetimes=2,
    checkpoint_every=1,
    threads=1,
)


class FakeWriter:
    """Stands in for tensorboardX.SummaryWriter."""

    made: list[FakeWriter] = []  # noqa: RUF012  one list for all

    def __init__(self, logdir: str, purge_step: int | None) -> None:
        self.logdir, self.purge_step, self.scalars, self.closed = logdir, purge_step, [], False
        FakeWriter.made.append(self)

    def add_scalar(self, name: str, value: float, step: int) -> None:
        self.scalars.append((name, value, step))

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def writers(monkeypatch):
    module = types.ModuleType("tensorboardX")
    module.SummaryWriter = FakeWriter  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "tensorboardX", module)
    monkeypatch.setattr(FakeWriter, "made", [])
    return FakeWriter.made


class FakeRun:
    def __init__(self, options: dict) -> None:
        self.options, self.logged, self.finished = options, [], False
        self.dir = f"{options['dir']}/wandb/offline-run-1/files"

    def log(self, numbers: dict, step: int) -> None:
        self.logged.append((step, numbers))

    def finish(self) -> None:
        self.finished = True


@pytest.fixture
def wandb(monkeypatch):
    """Stand in for wandb on a machine without an account."""
    module = types.SimpleNamespace(runs=[], account=False)
    module.login = lambda *, prompt, verify: module.account and not (prompt or verify)
    module.Settings = lambda **settings: settings

    def init(**options):
        module.runs.append(FakeRun(options))
        return module.runs[-1]

    module.init = init
    monkeypatch.setitem(sys.modules, "wandb", module)
    for name in ("WANDB_MODE", "WANDB_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    return module


def test_runs_that_were_stored_before_there_were_trackers_have_none():
    stored = to_dict(CONFIG)
    del stored["track"]

    assert from_dict(stored).track == "none"


def test_an_unknown_tracker(tmp_path):
    with pytest.raises(HebbaxError, match="unknown tracker 'tensorbord': did you mean 'tensorboard'"):
        Training.start(replace(CONFIG, track="tensorbord"), tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("track", "package", "extra"), [("tensorboard", "tensorboardX", "tensorboard"), ("wandb", "wandb", "wandb")]
)
def test_without_the_extra_the_run_goes_on_with_a_note(tmp_path, monkeypatch, track, package, extra):
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    notes = []
    training = Training.start(replace(CONFIG, track=track), tmp_path / "run")

    assert training.run(on_note=notes.append)
    assert len(training.folder.read_metrics()) == 3
    assert len(notes) == 1
    assert notes[0].startswith(f"track={track} is not used: {pip_install_extra(extra)} (")
    assert "\n" not in notes[0]


def test_a_tracker_that_fails_is_told_once_and_left(tmp_path, writers, monkeypatch):
    def refuse(writer, name, value, step):
        writer.scalars.append(step)
        raise OSError("disk full\nin detail")

    monkeypatch.setattr(FakeWriter, "add_scalar", refuse)
    notes = []
    training = Training.start(replace(CONFIG, track="tensorboard"), tmp_path / "run")

    assert training.run(on_note=notes.append)
    assert notes == ["track=tensorboard failed, the run goes on without it: OSError: disk full"]
    assert writers[0].scalars == [0], "it is not asked again"


def test_tensorboard_gets_every_number_of_every_generation(tmp_path, writers):
    training = Training.start(replace(CONFIG, track="tensorboard"), tmp_path / "run")
    assert training.run(on_note=pytest.fail)

    (writer,) = writers
    expected = []
    for record in training.folder.read_metrics():
        for name, value in record.items():
            inner = value if isinstance(value, dict) else {"": value}
            named = [(f"{name}/{key}" if key else name, number) for key, number in inner.items()]
            expected += [
                (*one, record["generation"])
                for one in named
                if name not in ("generation", "run") and one[1] is not None
            ]
    assert writer.scalars == expected
    assert {"reward_terms/forward", "reward_terms/control"} <= {name for name, _, _ in expected}
    assert (writer.logdir, writer.purge_step, writer.closed) == (str(tmp_path / "run/tensorboard"), None, True)


def test_a_resumed_run_continues_its_curves_in_tensorboard(tmp_path, writers):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/tensorboard").mkdir()
    with start_tracking(replace(CONFIG, track="tensorboard"), tmp_path / "run", 7, pytest.fail):
        pass

    # What a killed process had written from generation 7 on is hidden, and the new points take its place.
    assert writers[0].purge_step == 7


def test_wandb_without_an_account_records_offline_and_says_so(tmp_path, wandb):
    notes = []
    training = Training.start(replace(CONFIG, track="wandb"), tmp_path / "run")
    assert training.run(on_note=notes.append)

    (run,) = wandb.runs
    options = run.options
    assert (options["mode"], options["project"], options["name"]) == ("offline", "hebbax", "run")
    assert (options["resume"], options["config"]["track"]) == ("allow", "wandb")
    assert options["id"] == (tmp_path / "run/wandb-id.txt").read_text().strip()
    assert [step for step, _ in run.logged] == [0, 1, 2]
    assert run.logged[1][1]["return_mean"] == training.folder.read_metrics()[1]["return_mean"]
    assert run.finished
    assert notes == [
        "track=wandb: no account on this machine, so it is recorded offline; "
        f"`wandb sync {tmp_path}/run/wandb/offline-run-1`"
    ]


def test_wandb_with_an_account_is_online(tmp_path, wandb):
    wandb.account = True
    with start_tracking(replace(CONFIG, track="wandb"), tmp_path, 0, pytest.fail):
        pass

    assert wandb.runs[0].options["mode"] == "online"


def test_the_users_own_settings_of_wandb_are_kept(tmp_path, wandb, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "disabled")
    monkeypatch.setenv("WANDB_PROJECT", "gaits")
    with start_tracking(replace(CONFIG, track="wandb"), tmp_path, 0, pytest.fail):
        pass

    assert (wandb.runs[0].options["mode"], wandb.runs[0].options["project"]) == ("disabled", "gaits")


def test_a_resumed_run_is_the_same_run_in_wandb(tmp_path, wandb):
    (tmp_path / "other").mkdir()
    for folder in (tmp_path, tmp_path, tmp_path / "other"):
        with start_tracking(replace(CONFIG, track="wandb"), folder, 0, lambda note: None):
            pass

    first, again, other = (run.options["id"] for run in wandb.runs)
    assert first == again != other


def test_wandb_that_cannot_begin_is_told_and_left(tmp_path, wandb):
    def refuse(**options):
        raise ConnectionError("no route to host")

    wandb.init = refuse
    notes = []
    with start_tracking(replace(CONFIG, track="wandb"), tmp_path, 0, notes.append) as tracking:
        tracking.log({"generation": 0, "return_mean": 1.0})

    assert notes == ["track=wandb failed, the run goes on without it: ConnectionError: no route to host"]


def test_the_real_tensorboard_files_hold_the_numbers(tmp_path):
    pytest.importorskip("tensorboardX")
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    config = replace(CONFIG, track="tensorboard")
    training = Training.start(config, tmp_path / "run")
    training.run(lambda metrics: training.stop() if metrics["generation"] == 1 else None, pytest.fail)
    resumed = Training.resume(tmp_path / "run")
    assert resumed.run(on_note=pytest.fail)

    events = reader.EventAccumulator(str(tmp_path / "run/tensorboard"))
    events.Reload()
    drawn = [(event.step, event.value) for event in events.Scalars("return_mean")]
    records = resumed.folder.read_metrics()
    assert [step for step, _ in drawn] == [0, 1, 2]
    assert [value for _, value in drawn] == pytest.approx([record["return_mean"] for record in records])


def test_the_real_wandb_records_offline(tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("HOME", str(tmp_path))
    training = Training.start(replace(CONFIG, track="wandb"), tmp_path / "run")

    assert training.run(on_note=pytest.fail)
    (record,) = (tmp_path / "run/wandb").glob("offline-run-*/run-*.wandb")
    identity = (tmp_path / "run/wandb-id.txt").read_text().strip()
    assert record.name == f"run-{identity}.wandb"
    for _ in range(100):  # a process of wandb's own writes what is left a moment after the run has finished
        if b"return_mean" in record.read_bytes():
            break
        time.sleep(0.1)
    assert b"return_mean" in record.read_bytes()
