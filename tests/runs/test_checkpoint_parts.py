"""Checkpoints in parts: whole or not there, whatever is killed, lost, swapped or of another checkpoint."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from hebbax.errors import HebbaxError
from hebbax.runs import checkpoint as checkpoint_module
from hebbax.runs import checkpoint_parts
from hebbax.runs.checkpoint import Checkpoint, UnusableCheckpointError, read_checkpoint, write_checkpoint
from hebbax.runs.run_folder import RunFolder

SMALL = 1_000
"""Bytes of a part here."""


def at(generation: int, fill: float | None = None) -> Checkpoint:
    """Return a checkpoint of five parts and a bit."""
    first = generation if fill is None else fill
    tensors = {"mean": np.arange(first, first + 1000, dtype=np.float32), "none": np.zeros(0), "odd": np.ones(13, bool)}
    return Checkpoint(generation, tensors, {"config": {"seed": 0}})


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_module, "PART_BYTES", SMALL)
    monkeypatch.setattr(checkpoint_parts, "PART_BYTES", SMALL)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", config="seed: 0\n", record={"command": []})


def no_fallback(line: str) -> None:
    raise AssertionError(line)


def parts_of(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}.part*"))


def assert_same(found: Checkpoint, expected: Checkpoint) -> None:
    assert (found.generation, found.document) == (expected.generation, expected.document)
    assert {name: (one.dtype, one.shape, one.tobytes()) for name, one in found.tensors.items()} == {
        name: (one.dtype, one.shape, one.tobytes()) for name, one in expected.tensors.items()
    }


def test_round_trip_in_files_of_at_most_a_part(tmp_path: Path) -> None:
    path = tmp_path / "generation-000003.safetensors"
    written = write_checkpoint(path, at(3))
    assert written == [path, *parts_of(path)]
    assert set(written) == set(tmp_path.iterdir())
    assert len(written) == 6
    assert all(file.stat().st_size <= SMALL for file in written)
    assert_same(read_checkpoint(path), at(3))


def test_the_same_content_gives_the_same_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_checkpoint(tmp_path / folder / "generation-000003.safetensors", at(3))
    a, b = ({file.name: file.read_bytes() for file in (tmp_path / folder).iterdir()} for folder in ("a", "b"))
    assert a == b


def test_one_file_as_before_where_it_is_not_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, whole = tmp_path / "a.safetensors", tmp_path / "whole.safetensors"
    monkeypatch.setattr(checkpoint_module, "PART_BYTES", 10**6)
    write_checkpoint(whole, at(3))
    size = whole.stat().st_size
    for limit, files in ((size, 1), (size - 1, 6)):
        monkeypatch.setattr(checkpoint_module, "PART_BYTES", limit)
        assert len(write_checkpoint(path, at(3))) == files
        assert_same(read_checkpoint(path), at(3))
    monkeypatch.setattr(checkpoint_module, "PART_BYTES", size)
    write_checkpoint(path, at(3))
    assert path.read_bytes() == whole.read_bytes()


def test_other_programs_can_read_the_parts_in_a_row(tmp_path: Path) -> None:
    path = tmp_path / "generation-000003.safetensors"
    write_checkpoint(path, at(3))
    tensors = safetensors.numpy.load(b"".join(part.read_bytes() for part in parts_of(path)))
    assert tensors["mean"].tolist() == at(3).tensors["mean"].tolist()
    with safetensors.safe_open(path, framework="np") as file:
        envelope = json.loads(file.metadata()["hebbax"])
    assert (envelope["schema"], envelope["generation"], envelope["document"]) == (2, 3, {"config": {"seed": 0}})


def test_a_change_anywhere_is_seen_and_its_file_named(tmp_path: Path) -> None:
    path = tmp_path / "generation-000003.safetensors"
    for file in write_checkpoint(path, at(3)):
        content = file.read_bytes()
        forged = {position: bytearray(content) for position in (0, len(content) // 2, len(content) - 1)}
        for position, changed in forged.items():
            changed[position] ^= 1
        for wrong in (*forged.values(), content[:-1], content + b"\0", b"", content[:-1] + b"\n"):
            file.write_bytes(wrong)
            with pytest.raises(UnusableCheckpointError) as caught:
                read_checkpoint(path)
            assert "\n" not in str(caught.value)
            assert str(path) in str(caught.value)
            assert file == path or f"its part {file.name} is cut off or altered" in str(caught.value)
        file.write_bytes(content)
    assert_same(read_checkpoint(path), at(3))


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    path = tmp_path / "generation-000003.safetensors"
    for part in write_checkpoint(path, at(3))[1:]:
        part.rename(away := tmp_path / "away")
        with pytest.raises(HebbaxError) as caught:
            read_checkpoint(path)
        assert str(caught.value) == (
            f"cannot use checkpoint {path}: its part {part.name} is missing; take an earlier checkpoint or a copy"
        )
        away.rename(part)
    path.unlink()
    with pytest.raises(HebbaxError, match="it does not exist"):
        read_checkpoint(path)


def test_swapped_parts_and_those_of_another_checkpoint_are_refused(tmp_path: Path) -> None:
    path, other = tmp_path / "generation-000003.safetensors", tmp_path / "generation-000004.safetensors"
    _, first, second, *_ = write_checkpoint(path, at(3))
    foreign = write_checkpoint(other, at(4))[1]
    kept = first.read_bytes()
    for taken in (second, foreign):
        first.write_bytes(taken.read_bytes())
        with pytest.raises(UnusableCheckpointError, match=f"its part {first.name} is cut off or altered"):
            read_checkpoint(path)
    first.write_bytes(kept)
    other.rename(path)  # the file of another checkpoint: its parts bear another name
    with pytest.raises(UnusableCheckpointError, match=r"its part generation-000003\.part001-\w+ is missing"):
        read_checkpoint(path)


@pytest.mark.parametrize("parts", [["../../etc/passwd"], [64 * "/"], "text", [7], {}, [None], [64 * "A"]])
def test_names_of_parts_are_digests_alone(tmp_path: Path, parts: object) -> None:
    envelope = {"checksum": 64 * "0", "document": {}, "generation": 3, "parts": parts, "schema": 2}
    (tmp_path / "a.safetensors").write_bytes(checkpoint_module._signed({}, envelope))
    with pytest.raises(UnusableCheckpointError, match=r"parts.*expected (64 hexadecimal digits|a list of values)"):
        read_checkpoint(tmp_path / "a.safetensors")


def test_a_newer_hebbax_is_told_by_its_schema(tmp_path: Path) -> None:
    """What an earlier hebbax, which knows no parts, makes of them: an intact file of a schema that it cannot read."""
    path = tmp_path / "generation-000003.safetensors"
    write_checkpoint(path, at(3))
    assert checkpoint_module._verified_envelope(path, path.read_bytes())["schema"] == 2


def test_saving_removes_what_no_checkpoint_has_and_keeps_files_of_others(run: RunFolder) -> None:
    kept = ["best.part001-0123abcd", "generation-000001.part001", "notes.txt"]
    stray = ["generation-000009.part001-0123abcd", "generation-000009.part001-0123abcd.tmp"]
    for name in (*kept, *stray):
        (run.checkpoints_path / name).touch()
    for generation in (10, 20, 30):
        path = run.save_checkpoint(at(generation), keep=2)
    assert parts_of(path)
    assert len(names := sorted(one.name for one in run.checkpoints_path.iterdir())) == 2 * 6 + len(kept)
    assert {name for name in names if not name.startswith(("generation-000020", "generation-000030"))} == set(kept)
    assert_same(run.newest_checkpoint(no_fallback)[1], at(30))


def test_a_damaged_checkpoint_keeps_its_parts_until_its_generation_comes_again(run: RunFolder) -> None:
    for generation in (10, 20):
        newest = run.save_checkpoint(at(generation), keep=2)
    lost = parts_of(newest)[2]
    lost.unlink()
    notes: list[str] = []
    assert run.newest_checkpoint(notes.append)[1].generation == 10
    assert len(notes) == 1
    assert f"{newest}: its part {lost.name} is missing; going on from generation-000010.safetensors" in notes[0]
    run.save_checkpoint(at(11), keep=1)
    assert len(parts_of(newest)) == 4
    run.save_checkpoint(at(20, fill=7), keep=1)
    assert len(parts_of(newest)) == 5
    assert_same(run.newest_checkpoint(no_fallback)[1], at(20, fill=7))


def test_a_run_folder_can_be_copied_and_a_lone_file_not(run: RunFolder, tmp_path: Path) -> None:
    path = run.save_checkpoint(at(3), keep=1)
    copy = shutil.copytree(run.path, tmp_path / "copy")
    assert_same(RunFolder.open(copy).newest_checkpoint(no_fallback)[1], at(3))
    shutil.copy(path, tmp_path)
    with pytest.raises(UnusableCheckpointError, match="is missing"):
        read_checkpoint(tmp_path / path.name)


def test_what_a_kill_left_of_a_first_checkpoint_is_taken_over(run: RunFolder) -> None:
    path = run.save_checkpoint(at(0), keep=1)
    assert parts_of(path)
    path.unlink()
    RunFolder.create(run.path, config="seed: 1\n", record={})
    assert list(run.checkpoints_path.iterdir()) == []


@pytest.mark.parametrize("part", range(6))
def test_a_full_disk_leaves_what_was_there_and_nothing_else(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """The disk is full after so many files; the checkpoint before is of the same generation, and shares two parts."""
    before = at(3)
    run.save_checkpoint(before, keep=1)
    files = {file.name: file.read_bytes() for file in run.checkpoints_path.iterdir()}
    tensors = {**before.tensors, "mean": before.tensors["mean"].copy()}
    tensors["mean"][-500:] = 0
    calls, sync = [0], os.fsync

    def full(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] > 2 * part:  # a file, and its folder
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HebbaxError, match="No space left on device"):
        run.save_checkpoint(Checkpoint(3, tensors, before.document), keep=1)
    assert {file.name: file.read_bytes() for file in run.checkpoints_path.iterdir()} == files


KILLED = """
import os, pathlib, shutil, signal, sys
import numpy as np
from hebbax.runs import checkpoint, checkpoint_parts
from hebbax.runs.checkpoint import Checkpoint
from hebbax.runs.run_folder import RunFolder
checkpoint.PART_BYTES = checkpoint_parts.PART_BYTES = 1000
whole, generation = pathlib.Path(sys.argv[1]), int(sys.argv[2])

def save(folder, fill):
    run = RunFolder.open(folder)
    tensors = {"mean": np.full(500, fill, np.float32)}
    with run.lock():
        run.save_checkpoint(Checkpoint(generation if fill else 3, tensors, {"seed": 0}), keep=1)

save(whole, 0)
for call in range(1000):
    copy = shutil.copytree(whole, whole.parent / str(call))
    child = os.fork()
    if child == 0:
        left = [call]
        def counted(name):
            real = getattr(os, name)
            def one(*arguments, **keywords):
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
                return real(*arguments, **keywords)
            return one
        for name in ("fsync", "replace", "unlink"):
            setattr(os, name, counted(name))
        pathlib.Path.unlink = lambda self, missing_ok=False: os.unlink(self) if self.exists() else None
        save(copy, 1)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
print(call)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills copies of a process")
@pytest.mark.parametrize("generation", [3, 4], ids=["in place of itself", "after another"])
def test_killed_before_every_step_of_saving(run: RunFolder, generation: int) -> None:
    """What is read is the checkpoint before, or the new one; and the next saving leaves no file over."""
    program = [sys.executable, "-c", KILLED, run.path, str(generation)]
    kills = int(subprocess.run(program, check=True, capture_output=True, text=True).stdout)
    assert kills >= 3 * 4
    ends = []
    for number in range(kills + 1):
        folder = RunFolder.open(run.path.parent / str(number))
        found = folder.newest_checkpoint(no_fallback)[1]
        assert len(set(found.tensors["mean"].tolist())) == 1
        ends.append(int(found.tensors["mean"][0]))
        with folder.lock():
            path = folder.save_checkpoint(at(9), keep=1)
        assert set(folder.checkpoints_path.iterdir()) == {path, *parts_of(path)}
    assert ends == sorted(ends)
    assert ends[0] == 0
    assert ends[-1] == 1
