"""The folder of a run: never overwritten, found again, and the newest good checkpoint whatever happened to it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_error
from hebbax.runs import checkpoint as checkpoint_module
from hebbax.runs.checkpoint import Checkpoint, NewerSchemaError
from hebbax.runs.run_folder import RunFolder, unique_run_path


def at(generation: int) -> Checkpoint:
    return Checkpoint(generation, {"mean": np.full(3, generation, np.float32)}, {"seed": 0})


def no_fallback(line: str) -> None:
    raise AssertionError(line)


def names(folder: RunFolder) -> list[str]:
    return sorted(path.name for path in folder.checkpoints_path.iterdir())


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


RECORD = {"command": ["hebbax", "train"]}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", config="seed: 0\n", record=RECORD, source=("model.xml", "<mujoco/>"))


def test_new_run_holds_what_it_was_given(run: RunFolder) -> None:
    assert sorted(entry.name for entry in run.path.iterdir() if entry.name != ".lock") == [
        "checkpoints",
        "config.yaml",
        "model.xml",
        "run.json",
    ]
    opened = RunFolder.open(run.path)
    assert opened == run
    assert opened.read_config() == "seed: 0\n"
    assert opened.read_record() == RECORD
    assert opened.model_path.read_text() == "<mujoco/>"
    assert opened.checkpoints() == []


def test_model_may_be_absent_and_the_folder_deep_or_empty(tmp_path: Path) -> None:
    assert not RunFolder.create(tmp_path / "a" / "b", config="", record={}).model_path.exists()
    (tmp_path / "empty").mkdir()
    RunFolder.create(tmp_path / "empty", config="", record={})
    assert RunFolder.open(tmp_path / "empty").read_record() == {}


def test_existing_run_is_not_overwritten(run: RunFolder) -> None:
    run.save_checkpoint(at(0), keep=1)
    with pytest.raises(HebbaxError) as caught:
        RunFolder.create(run.path, config="seed: 1\n", record={})
    assert str(caught.value) == (
        f"run {run.path} exists already: go on with `hebbax train --resume {run.path}` or choose another folder"
    )
    assert run.read_config() == "seed: 0\n"


def test_resume_command_can_be_pasted(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "my run", config="", record={}).save_checkpoint(at(0), keep=1)
    with pytest.raises(HebbaxError, match=f"--resume '{tmp_path}/my run'`"):
        RunFolder.create(tmp_path / "my run", config="", record={})


@pytest.mark.parametrize(
    "left", ["checkpoints", "run.json", "config.yaml.tmp", "config.yaml", "a part of a checkpoint"]
)
def test_what_a_process_left_before_its_first_checkpoint_is_taken_over(run: RunFolder, left: str) -> None:
    (run.path / "config.yaml").rename(run.path / "config.yaml.tmp")
    if left in ("checkpoints", "run.json"):
        (run.path / "config.yaml.tmp").unlink()
        (run.path / "model.xml").unlink()
    if left == "checkpoints":
        (run.path / "run.json").unlink()
    if left == "a part of a checkpoint":
        (run.checkpoints_path / "generation-000000.safetensors.tmp").write_bytes(b"a part")
    RunFolder.create(run.path, config="seed: 1\n", record={})
    assert run.read_config() == "seed: 1\n"
    assert names(run) == []
    assert not run.model_path.exists()


@pytest.mark.parametrize(
    "present",
    [
        {"model.xml": "mine"},
        {"config.yaml": "mine", "run.json": "mine"},
        {"checkpoints/mine.pt": "mine"},
        {"checkpoints/generation-000000.safetensors": "damaged"},
        {"checkpoints/generation-000000.safetensors.tmp": "a part", "metrics.jsonl": "{}"},
    ],
)
def test_what_may_be_the_users_is_not(tmp_path: Path, present: dict[str, str]) -> None:
    for name, text in present.items():
        (tmp_path / "run" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "run" / name).write_text(text)
    with pytest.raises(HebbaxError, match=r"cannot create run|exists already"):
        RunFolder.create(tmp_path / "run", config="", record={})
    assert all((tmp_path / "run" / name).read_text() == text for name, text in present.items())
    assert not (tmp_path / "run/.lock").exists()


def test_a_run_that_is_being_made_is_not_taken_over(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.claim():
        folder.fill(config="mine", record={})
        with pytest.raises(HebbaxError, match="in use by this process already"):
            RunFolder.create(folder.path, config="theirs", record={})
    assert folder.read_config() == "mine"


@pytest.mark.parametrize("was_there", [False, True])
def test_a_run_that_cannot_begin_leaves_nothing(tmp_path: Path, was_there: bool) -> None:
    folder = RunFolder(tmp_path / "run")
    if was_there:
        folder.path.mkdir()
    message = r"cannot write .*notes: No space left on device"

    def begin() -> None:
        with folder.claim():
            folder.fill(config="seed: 0\n", record=RECORD)
            raise write_error(folder.path / "notes", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    with pytest.raises(HebbaxError, match=message):
        begin()
    assert [path.name for path in tmp_path.rglob("*")] == (["run", ".lock"] if was_there else [])


def test_foreign_folder_and_file_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    with pytest.raises(HebbaxError) as caught:
        RunFolder.create(tmp_path / "letters", config="", record={})
    assert str(caught.value) == (
        f"cannot create run {tmp_path / 'letters'}: the folder is not empty; choose another folder"
    )
    file = tmp_path / "letters" / "a.txt"
    with pytest.raises(HebbaxError) as caught:
        RunFolder.create(file, config="", record={})
    assert str(caught.value) == f"cannot create run {file}: it is a file; choose another folder"
    with pytest.raises(HebbaxError, match=r"cannot write .*: Not a directory; make room or choose a writable folder"):
        RunFolder.create(file / "run", config="", record={})
    assert [path.name for path in file.parent.iterdir()] == ["a.txt"]


def test_of_two_processes_that_create_one_run_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one makes its run after this one has found the folder empty."""
    path, look = tmp_path / "run", Path.iterdir

    def look_then_lose(self: Path) -> object:
        monkeypatch.undo()
        found = list(look(self))
        RunFolder.create(path, config="theirs", record={}).save_checkpoint(at(0), keep=1)
        return iter(found)

    monkeypatch.setattr(Path, "iterdir", look_then_lose)
    with pytest.raises(HebbaxError, match="exists already"):
        RunFolder.create(path, config="mine", record={})
    assert RunFolder.open(path).read_config() == "theirs"


def test_missing_run_names_the_nearest(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "swimmer-han-e-s0", config="", record={})
    (tmp_path / "swimmer-han-e-s9").mkdir()  # near, but no run
    with pytest.raises(HebbaxError) as caught:
        RunFolder.open(tmp_path / "swimer-han-e-s0")
    near = tmp_path / "swimmer-han-e-s0"
    assert str(caught.value) == f"no run at {tmp_path / 'swimer-han-e-s0'}: did you mean '{near}'?"
    with pytest.raises(HebbaxError) as caught:
        RunFolder.open(tmp_path / "zzz")
    assert str(caught.value) == f"no run at {tmp_path / 'zzz'}: `hebbax train` starts one"
    with pytest.raises(HebbaxError, match="no run at"):
        RunFolder.open(tmp_path / "nowhere" / "run")
    with pytest.raises(HebbaxError, match="no run at"):
        RunFolder.open(tmp_path / ("long" * 100))


@pytest.mark.parametrize("place", [("a", "b"), ("sweep/a", "sweep/b")], ids=["of runs", "of folders of runs"])
def test_a_folder_of_runs_is_told_to_be_one(tmp_path: Path, place: tuple[str, ...]) -> None:
    for name in place:
        RunFolder.create(tmp_path / name, config="a: 1\n", record={})
    with pytest.raises(HebbaxError) as caught:
        RunFolder.open(tmp_path)
    first = tmp_path / place[0]
    assert str(caught.value) == (
        f"{tmp_path} is not a run, but holds 2 runs: give one, such as {first}; "
        f"`hebbax compare {first.parent}` puts them side by side"
    )


def test_what_is_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(HebbaxError) as caught:
        RunFolder.open(tmp_path)
    assert str(caught.value) == f"{tmp_path} is not a run: it holds no config.yaml; give the folder of a run"
    file = tmp_path / "a.safetensors"
    file.touch()
    with pytest.raises(HebbaxError) as caught:
        RunFolder.open(file)
    assert str(caught.value) == f"{file} is a file, not a run: give the folder that holds config.yaml"


def test_broken_record_and_config_are_named(run: RunFolder) -> None:
    run.record_path.write_text("{")
    with pytest.raises(HebbaxError, match=r"run\.json is not JSON: .*; restore it from a copy"):
        run.read_record()
    run.config_path.write_bytes(b"\xff")
    with pytest.raises(HebbaxError) as caught:
        run.read_config()
    assert str(caught.value) == f"cannot read {run.config_path}: it is not UTF-8 text; restore it from a copy"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", r"it holds \[\]: expected an object"),
        (
            '{"resumed": [], "command": "hebbax train"}',
            "command='hebbax train': expected a list of values, each a text",
        ),
        ('{"resumed": [{"generation": -1}]}', r"resumed\[0\].generation=-1: expected a whole number of at least 0"),
        ('{"resumed": [], "weights": 3.5}', "weights=3.5: expected a whole number of at least 0"),
        ("{}", "resumed is missing: expected a list"),
    ],
)
def test_a_record_of_other_types_is_refused(run: RunFolder, text: str, said: str) -> None:
    run.record_path.write_text(text)
    with pytest.raises(HebbaxError, match=rf"run\.json: {said}.*; restore it from a copy"):
        run.read_record("resumed")


def test_a_checkpoint_under_the_name_of_another_generation_is_passed_over(run: RunFolder) -> None:
    run.save_checkpoint(at(1), keep=2)
    path = run.save_checkpoint(at(2), keep=2)
    path.rename(path.with_name("generation-000009.safetensors"))
    notes: list[str] = []
    assert run.newest_checkpoint(notes.append)[1].generation == 1
    assert len(notes) == 1
    assert "generation-000009.safetensors: it is of generation 2, its name of another; going on" in notes[0]


def test_metrics_and_lock_are_those_of_the_folder(run: RunFolder) -> None:
    run.append_metrics({"generation": 0})
    run.append_metrics({"generation": 1})
    run.truncate_metrics(1)
    assert run.read_metrics() == [{"generation": 0}]
    with run.lock(), pytest.raises(HebbaxError, match="in use by this process"), RunFolder.open(run.path).lock():
        pass


def test_checkpoints_sort_by_generation_not_by_name(run: RunFolder) -> None:
    for generation in (1_000_000, 999_999, 3):
        (run.checkpoints_path / f"generation-{generation:06d}.safetensors").touch()
    for foreign in ("generation-12.safetensors", "generation-000001.safetensors.bak", "best.safetensors"):
        (run.checkpoints_path / foreign).touch()
    assert [path.name for path in run.checkpoints()] == [
        "generation-000003.safetensors",
        "generation-999999.safetensors",
        "generation-1000000.safetensors",
    ]


def test_saving_keeps_the_newest_and_foreign_files(run: RunFolder) -> None:
    for foreign in ("notes.txt", "notes.tmp", "generation-000001.safetensors.bak"):
        (run.checkpoints_path / foreign).touch()
    (run.checkpoints_path / "generation-000009.safetensors.tmp").write_bytes(b"left by a killed process")
    for generation in (10, 20, 30):
        path = run.save_checkpoint(at(generation), keep=2)
    assert path == run.checkpoints_path / "generation-000030.safetensors"
    assert names(run) == [
        "generation-000001.safetensors.bak",
        "generation-000020.safetensors",
        "generation-000030.safetensors",
        "notes.tmp",
        "notes.txt",
    ]
    found, checkpoint = run.newest_checkpoint(no_fallback)
    assert (found, checkpoint.generation, checkpoint.tensors["mean"].tolist()) == (path, 30, [30.0, 30.0, 30.0])


def test_saving_after_a_fallback_keeps_what_it_wrote(run: RunFolder) -> None:
    """The damaged newer file counts for nothing, and goes when its generation is reached again."""
    for generation in (10, 20):
        run.save_checkpoint(at(generation), keep=2)
    damage(run.checkpoints()[-1])
    run.save_checkpoint(at(11), keep=1)
    assert names(run) == ["generation-000011.safetensors", "generation-000020.safetensors"]
    run.save_checkpoint(at(20), keep=1)
    assert names(run) == ["generation-000020.safetensors"]
    assert run.newest_checkpoint(no_fallback)[1].generation == 20


def test_keeping_none_is_refused(run: RunFolder) -> None:
    with pytest.raises(HebbaxError) as caught:
        run.save_checkpoint(at(1), keep=0)
    assert str(caught.value) == "cannot keep 0 checkpoints: at least 1 is needed to resume"


def test_full_disk_removes_no_earlier_checkpoint(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    run.save_checkpoint(at(1), keep=1)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HebbaxError) as caught:
        run.save_checkpoint(at(2), keep=1)
    path = run.checkpoints_path / "generation-000002.safetensors"
    assert str(caught.value) == (
        f"cannot write {path}: No space left on device; make room or choose a writable folder, then try again"
    )
    assert names(run) == ["generation-000001.safetensors"]


@pytest.mark.parametrize("call", ["fsync", "replace", "unlink"])
def test_killed_while_saving(run: RunFolder, call: str) -> None:
    """Kill -9 before the bytes are safe, before the file has its name, and before the oldest one goes."""
    run.save_checkpoint(at(1), keep=1)
    program = f"""
import os, pathlib, signal, sys
import numpy as np
from hebbax.runs.checkpoint import Checkpoint
from hebbax.runs.run_folder import RunFolder
run = RunFolder.open(pathlib.Path(sys.argv[1]))
os.{call} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.unlink = os.{call} if "{call}" == "unlink" else pathlib.Path.unlink
with run.lock():
    run.save_checkpoint(Checkpoint(2, {{"mean": np.full(3, 2, np.float32)}}, {{"seed": 0}}), keep=1)
"""
    assert subprocess.run([sys.executable, "-c", program, run.path], check=False).returncode == -signal.SIGKILL
    reached = 2 if call == "unlink" else 1
    assert run.newest_checkpoint(no_fallback)[1].generation == reached
    assert ("generation-000002.safetensors.tmp" in names(run)) == (reached == 1)
    with run.lock():
        run.save_checkpoint(at(3), keep=1)
    assert names(run) == ["generation-000003.safetensors"]


def test_damaged_checkpoints_are_reported_and_the_good_one_used(run: RunFolder) -> None:
    for generation in (1, 2, 3):
        run.save_checkpoint(at(generation), keep=3)
    _, second, third = run.checkpoints()
    damage(second)
    third.write_bytes(third.read_bytes()[:20])
    lines: list[str] = []
    path, checkpoint = run.newest_checkpoint(lines.append)
    assert (path.name, checkpoint.generation) == ("generation-000001.safetensors", 1)
    assert lines == [
        f"cannot use checkpoint {third}: it is cut off or altered (its header is incomplete); "
        "going on from generation-000001.safetensors instead",
        f"cannot use checkpoint {second}: it is cut off or altered (its checksum does not match); "
        "going on from generation-000001.safetensors instead",
    ]


def test_no_good_checkpoint_names_them_all(run: RunFolder) -> None:
    with pytest.raises(HebbaxError) as caught:
        run.newest_checkpoint(no_fallback)
    assert (
        str(caught.value)
        == f"run {run.path} has no checkpoint yet: repeat the command that began it, which starts anew"
    )
    for generation in (1, 2):
        run.save_checkpoint(at(generation), keep=2)
    for path in run.checkpoints():
        path.write_bytes(b"")
    with pytest.raises(HebbaxError) as caught:
        run.newest_checkpoint(no_fallback)
    reason = "it is cut off or altered (its header is incomplete)"
    assert str(caught.value) == (
        f"run {run.path} has no good checkpoint: generation-000002.safetensors ({reason}), "
        f"generation-000001.safetensors ({reason}); restore one from a copy or start a new run"
    )


def test_newer_schema_is_no_reason_to_fall_back(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    run.save_checkpoint(at(1), keep=3)
    monkeypatch.setattr(checkpoint_module, "SCHEMA_OF_ONE_FILE", 3)
    run.save_checkpoint(at(2), keep=3)
    monkeypatch.undo()
    run.save_checkpoint(at(3), keep=3)
    damage(run.checkpoints()[-1])
    with pytest.raises(NewerSchemaError, match=r"generation-000002\.safetensors was written by a newer hebbax"):
        run.newest_checkpoint(no_fallback)


def test_unique_run_path_counts_up_and_creates_nothing(tmp_path: Path) -> None:
    base = tmp_path / "runs"
    arguments = (base, "half_cheetah", "han-e", 0, "20260131-120000")
    expected = base / "half_cheetah-han-e-s0-20260131-120000"
    assert unique_run_path(*arguments) == expected
    assert not base.exists()
    expected.mkdir(parents=True)
    second = expected.with_name(expected.name + "-2")
    assert unique_run_path(*arguments) == second
    second.touch()
    assert unique_run_path(*arguments) == expected.with_name(expected.name + "-3")
    (base / "walker.v2-mlp-s1-20260131-120000").mkdir()  # a dot in a name is no file ending
    assert unique_run_path(base, "walker.v2", "mlp", 1, "20260131-120000").name == "walker.v2-mlp-s1-20260131-120000-2"


def test_unique_run_path_stays_in_its_folder(tmp_path: Path) -> None:
    path = unique_run_path(tmp_path, "ALE/Pong v5", "../mine", 1, "20260131-120000")
    assert path == tmp_path / "ALE_Pong_v5-.._mine-s1-20260131-120000"
