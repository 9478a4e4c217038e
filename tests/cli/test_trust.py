"""A run may be a stranger's: its modules are imported for who names them or trusts the run, and for no one else."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import pytest
import yaml

from hebbax.analysis.analyze import analyze_recording
from hebbax.cli.main import main
from hebbax.errors import HebbaxError
from hebbax.experiments.context import Context
from hebbax.recording.attributes import CHECKSUMS, write_attributes
from hebbax.recording.reader import open_recording
from hebbax.runs.checkpoint import read_checkpoint, write_checkpoint
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training

TINY = ("policy=han-b", "task.ticks=12", "strategy.population=4", "evaluate_lifetimes=2", "threads=1")
TASK = "gymnasium/stranger:Pendulum-v1"
REFUSED = f"would run code of module 'stranger', which task {TASK} of this run would import"


@pytest.fixture(scope="module")
def honest(tmp_path_factory) -> Path:
    """A run of Pendulum with a recording; not to be written to."""
    path = tmp_path_factory.mktemp("honest") / "run"
    assert main(["train", "task=gymnasium/Pendulum-v1", *TINY, "generations=1", "--run", str(path)]) == 0
    assert main(["record", str(path), "--lifetimes", "1"]) == 0
    return path


@pytest.fixture
def marker(tmp_path, monkeypatch) -> Path:
    """What a module `stranger` writes when it is imported; trust is remembered in `state`."""
    folder = tmp_path / "modules"
    folder.mkdir()
    marker = folder / "imported"
    (folder / "stranger.py").write_text(f"with open({str(marker)!r}, 'a') as stream:\n    stream.write('.')\n")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield marker
    sys.modules.pop("stranger", None)


def rename_in_checkpoints(run: Path, name: str = TASK) -> None:
    """Have the checkpoints of a run, and nothing else of it, name another task."""
    for file in RunFolder(run).checkpoints():
        checkpoint = read_checkpoint(file)
        checkpoint.document["config"]["task"]["name"] = name
        write_checkpoint(file, checkpoint)


def rename_task(run: Path, name: str = TASK) -> None:
    """Have all that a run says name another task."""
    rename_in_checkpoints(run, name)
    folder = RunFolder(run)
    config, record = yaml.safe_load(folder.read_config()), folder.read_record()
    config["task"]["name"] = record["config"]["task"]["name"] = name
    folder.config_path.write_text(yaml.safe_dump(config))
    folder.write_record(record)


def poison(run: Path) -> Path:
    """Have a run and its recording name the module, checksums and all."""
    rename_task(run)
    with h5py.File(run / "recording.h5", "r+") as recording:
        told = {name: value for name, value in recording.attrs.items() if name != CHECKSUMS}
        config = json.loads(str(told["config"]))
        config["task"]["name"] = TASK
        write_attributes(recording, {**told, "config": json.dumps(config)})
    return run


@pytest.fixture
def stranger(honest, tmp_path, marker) -> Path:
    """A stranger's run, in the folder where commands run."""
    return poison(shutil.copytree(honest, tmp_path / "got"))


@pytest.mark.parametrize(
    "command",
    [
        "evaluate got",
        "record got --out other.h5",
        "show got --no-video",
        "report got --no-video",
        "analyze got",
        "analyze got/recording.h5",
        "experiment freeze got",
        "experiment interrupt zoo:half_cheetah/han-e got",
        "play got",
        "train --resume got generations=2",
    ],
)
def test_no_command_runs_a_strangers_code(hebbax, stranger, marker, command):
    if command.startswith("play"):
        pytest.importorskip("viser", minversion="1.1")
    before = {path: path.stat().st_mtime_ns for path in stranger.rglob("*") if path.name != ".lock"}
    ran = hebbax(*command.split())

    assert not marker.exists()
    assert ran.code == 2
    (error,) = [line for line in ran.error.splitlines() if line.startswith("hebbax: ")]
    assert error.startswith("hebbax: got")
    assert REFUSED in error
    assert "--trust" in error
    after = {path: path.stat().st_mtime_ns for path in stranger.rglob("*") if path.name != ".lock"}
    assert {path: after[path] for path in before if not path.is_dir()} == {
        path: when for path, when in before.items() if not path.is_dir()
    }


@pytest.mark.parametrize("command", ["evaluate got", "train --resume got generations=2"])
def test_nor_does_one_whose_checkpoints_alone_name_it(hebbax, honest, tmp_path, marker, command):
    rename_in_checkpoints(shutil.copytree(honest, tmp_path / "got"))  # and not what a person would look at
    ran = hebbax(*command.split())
    assert ran.code == 2
    assert f"was written with task.name={TASK}, config.yaml says task.name=gymnasium/Pendulum-v1" in ran.error
    assert not marker.exists()


def test_comparing_runs_imports_nothing(hebbax, stranger, marker):
    assert hebbax("compare", "got").code == 0
    assert not marker.exists()


def test_python_refuses_as_the_command_line_does(stranger, marker):
    for open_it in (StoredRun.open, Training.resume, Context.open):
        with pytest.raises(HebbaxError, match="would run code of module 'stranger'"):
            open_it(stranger)
    refused = pytest.raises(HebbaxError, match="would run code of module 'stranger'")
    with open_recording(stranger / "recording.h5") as recording, refused:
        analyze_recording(recording, workers=1)
    with pytest.raises(HebbaxError, match="would run code of module 'stranger'"):
        StoredRun.open(stranger, trust=("another", "strange"))
    assert not marker.exists()


@pytest.mark.parametrize("trust", [True, ("stranger",), "stranger"])
def test_python_says_which_modules_a_run_may_have(stranger, marker, trust, tmp_path):
    assert StoredRun.open(stranger, trust=trust).task.name == TASK
    assert marker.read_text() == "."
    assert not (tmp_path / "state").exists()  # a library writes nothing that it was not asked for


def test_what_is_imported_already_is_no_risk(stranger, monkeypatch):
    monkeypatch.setitem(sys.modules, "stranger", sys)
    assert StoredRun.open(stranger).task.name == TASK


def test_trust_is_remembered_while_the_run_stays_what_it_is(hebbax, stranger, marker, tmp_path):
    def forget_import():
        del sys.modules["stranger"]

    assert hebbax("evaluate", "got", "--lifetimes", "2", "--trust").code == 0
    forget_import()
    assert hebbax("train", "--resume", "got", "generations=2").code == 0  # and trains on
    forget_import()
    assert hebbax("evaluate", str(stranger), "--lifetimes", "2").code == 0
    assert marker.read_text() == "..."
    forget_import()
    assert len((tmp_path / "state/hebbax/trusted-runs.txt").read_text().splitlines()) == 1

    shutil.copytree(stranger, tmp_path / "elsewhere")
    assert REFUSED in hebbax("evaluate", "elsewhere").error
    assert REFUSED in hebbax("analyze", "got/recording.h5").error  # a file of its own
    rename_task(stranger, "gymnasium/stranger.more:Pendulum-v1")
    assert "module 'stranger.more'" in hebbax("evaluate", "got").error
    assert marker.read_text() == "..."


def test_a_recording_can_be_trusted(hebbax, stranger, marker):
    assert hebbax("analyze", "got/recording.h5", "--out", "a", "--trust").code == 0
    del sys.modules["stranger"]
    assert hebbax("analyze", "got/recording.h5", "--out", "b").code == 0
    assert marker.read_text() == ".."


def test_without_a_home_trust_holds_once(hebbax, stranger, marker, monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    ran = hebbax("evaluate", "got", "--lifetimes", "2", "--trust")
    reason = "Could not determine home directory."
    assert ran.code == 0
    assert ran.error == f"note: that you trust got cannot be remembered ({reason}): it holds for this command alone\n"
    del sys.modules["stranger"]
    assert REFUSED in hebbax("evaluate", "got").error
    assert marker.read_text() == "."


def test_trust_that_cannot_be_read_is_told(hebbax, stranger, marker, tmp_path):
    (tmp_path / "state/hebbax/trusted-runs.txt").mkdir(parents=True)
    ran = hebbax("evaluate", "got")
    assert ran.code == 2
    assert ran.error.startswith("hebbax: cannot read ")
    assert "holds what you trust" in ran.error
    assert not marker.exists()


@pytest.mark.slow
def test_what_a_command_line_names_is_imported_and_its_run_trusted(hebbax, marker):
    assert hebbax("train", f"task={TASK}", *TINY, "generations=1", "--run", "mine").code == 0
    del sys.modules["stranger"]
    assert hebbax("evaluate", "mine", "--lifetimes", "2").code == 0
    del sys.modules["stranger"]
    assert hebbax("record", "mine", "--lifetimes", "1").code == 0
    del sys.modules["stranger"]
    assert hebbax("analyze", "mine/recording.h5").code == 0
    assert marker.read_text() == "...."
    assert hebbax("train", f"task={TASK}", *TINY, "--trust").error.startswith("hebbax: --trust is for --resume")


@pytest.mark.slow
def test_a_sweep_goes_on_with_what_it_names_and_no_more(hebbax, marker, tmp_path):
    sweep = ("train", "-m", "task=gymnasium/Pendulum-v1", *TINY, "seed=0", "--run", "sweep")
    assert hebbax(*sweep, "generations=1").code == 0
    (run,) = [path for path in (tmp_path / "sweep").iterdir() if path.is_dir()]
    rename_in_checkpoints(run)  # someone else's, behind the same config.yaml

    ran = hebbax(*sweep, "generations=2")
    assert ran.code == 1
    told = f"has no checkpoint of its own: generation-000001.safetensors was written with task.name={TASK}"
    assert told in ran.error
    assert not marker.exists()

    named = ("train", "-m", f"task={TASK}", *TINY, "seed=0", "--run", "named")
    assert hebbax(*named, "generations=1").code == 0
    shutil.rmtree(tmp_path / "state")
    del sys.modules["stranger"]
    assert hebbax(*named, "generations=2").code == 0


def test_a_name_that_is_no_module_is_one_line(hebbax, tmp_path):
    for name in (":Pendulum-v1", ".relative:Pendulum-v1"):
        ran = hebbax("train", f"task=gymnasium/{name}", *TINY)
        assert ran.code == 2
        assert ran.error.startswith(f"hebbax: task 'gymnasium/{name}': cannot import ")
        assert ran.error.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_envpool_names_import_nothing_of_a_run(honest, tmp_path, marker):
    """A colon is none of EnvPool's: it has a list of its own."""
    config = StoredRun.open(honest).config
    other = replace(config, task=replace(config.task, name="envpool/stranger:Pendulum-v1"))
    with pytest.raises(HebbaxError):
        Training.start(other, tmp_path / "run")
    assert not marker.exists()
