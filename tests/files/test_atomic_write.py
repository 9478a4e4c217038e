"""A file is whole or not there: a full disk, a kill at any step, a folder that cannot be written."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hebbax.errors import HebbaxError
from hebbax.files.atomic_write import write_bytes_atomically, write_text_atomically


def message(path: Path, reason: str) -> str:
    return f"cannot write {path}: {reason}; make room or choose a writable folder, then try again"


def test_text_is_utf8_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("a much longer text than the new one")
    write_text_atomically(path, "σ: 0.2\n")
    assert path.read_bytes() == b"\xcf\x83: 0.2\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_full_disk_keeps_the_old_content_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(HebbaxError) as caught:
        write_bytes_atomically(path, b"new")
    assert str(caught.value) == message(path, "No space left on device")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_file_size_limit_of_the_system_is_reported(tmp_path: Path) -> None:
    """A real refusal in the middle of the bytes, not a simulated one: the kernel stops the write after 4096."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    program = (
        "import resource, sys; from pathlib import Path;"
        "from hebbax.errors import HebbaxError; from hebbax.files.atomic_write import write_bytes_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: write_bytes_atomically(Path(sys.argv[1]), bytes(100_000))\n"
        "except HebbaxError as error: print(error)"
    )
    result = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert result.stdout == message(path, "File too large") + "\n"
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "file"
    with pytest.raises(HebbaxError) as caught:
        write_bytes_atomically(path, b"new")
    assert str(caught.value) == message(path, "No such file or directory")


def test_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes_atomically(tmp_path / "file", b"new")
    assert list(tmp_path.iterdir()) == []


def test_bytes_and_folder_reach_the_disk_in_the_safe_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content before the name, and the name (which the folder holds) after it."""
    calls: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        calls.append("fsync folder" if is_folder else "fsync file")
        real_fsync(descriptor)

    def replace(source: Path, target: Path) -> None:
        assert source.parent == target.parent
        calls.append("replace")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_bytes_atomically(tmp_path / "file", b"new")
    assert calls == ["fsync file", "replace", "fsync folder"]
