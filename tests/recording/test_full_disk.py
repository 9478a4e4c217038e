"""Recordings where the system gives no more room, at twenty sizes: one line, no crash, and the whole lives stay.

HDF5 crashed when the process ended, so each recording is one of a process of its own.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hebbax.recording.reader import open_recording
from hebbax.recording.storage import Storage

_PROGRAM = """
import errno, json, os, resource, sys
from pathlib import Path
import numpy as np
from hebbax.errors import HebbaxError
from hebbax.networks.network import Connection
from hebbax.recording.writer import create_recording
from hebbax.types import Lives, Record

folder, mode, sizes = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])


def part(value):
    rows = np.full((1000, 3), value)
    weights = np.full((1000, 12), value, np.float32)
    none = np.zeros((1000, 0))
    return Record(rows, rows, rows, rows, rows[:, 0], rows[:, 0] > 1e9, weights, none, none, none)


def write(path):
    arrays = {"genome": np.ones(100, np.float32)}
    connection = Connection("layer 0", 0, 3, 3, 4)
    with create_recording(
        path, attributes={"every": 1}, arrays=arrays, connections=(connection,), columns={}, control_period=0.1, every=1
    ) as writer:
        for life in range(4):
            for number in range(3):
                writer.append(life, part(life + number / 10))
            returns, lengths = np.array([3000 * life + 300.0]), np.array([3000])
            ones, none = [np.ones(1)] * 4, np.zeros((1, 3))
            writer.finish(life, np.zeros(2, np.uint32), Lives(returns, lengths, *ones, none, none))


def refuse(*_):
    raise OSError(errno.EOPNOTSUPP, "not supported")


if mode == "without a promise":  # of room ahead, as on some network file systems
    os.posix_fallocate = refuse
pipes = {}
for size in sizes:
    read, pipe = os.pipe()
    pid = os.fork()
    if not pid:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            write(folder / f"{size}.h5")
        except HebbaxError as error:
            os.write(pipe, str(error).encode())
            sys.exit(2)
        sys.exit(0)
    os.close(pipe)
    said = os.read(read, 10_000).decode()
    pipes[size] = (os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said)
print(json.dumps(pipes))
"""

SIZES = [0, 1, 100, 600, 2_000, 10_000, 50_000, 130_000, *range(200_000, 2_800_000, 200_000)]


@pytest.mark.parametrize("mode", ["with a promise", pytest.param("without a promise", marks=pytest.mark.slow)])
def test_whatever_the_size_of_the_disk(mode, tmp_path):
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path), mode, json.dumps(SIZES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    lives = {int(size): check(tmp_path / f"{size}.h5", *ended) for size, ended in json.loads(done.stdout).items()}

    assert sorted(lives) == SIZES
    assert lives[0] == 0
    assert lives[SIZES[-1]] == 4
    assert {1, 2, 3} <= set(lives.values())  # earlier lives are kept
    assert {path.suffix for path in tmp_path.iterdir()} == {".h5"}  # and nothing half-made


def check(path: Path, code: int, said: str) -> int:
    """Return how many lives a recording holds, after checking that they are whole and that this was said."""
    reason = f"cannot write {path}: File too large; make room or choose a writable folder, then try again"
    if not path.exists():
        assert (code, said) == (2, reason)
        return 0
    with open_recording(path) as recording:
        for life in recording:
            expected = np.repeat(life.number + np.arange(3) / 10, 1000)
            np.testing.assert_array_equal(life.record().rewards, expected)
            np.testing.assert_array_equal(life.weights()[:, 5], expected.astype(np.float32))
        count = len(recording)
    kept = f"{reason}; {path} holds the {count} {'life that was' if count == 1 else 'lives that were'} whole by then"
    assert (code, said) in ((2, kept), *([(0, "")] if count == 4 else []))
    return count


@pytest.fixture
def storage(tmp_path, monkeypatch):
    """A file on a disk that refuses all that comes after its tenth byte."""
    real = os.pwrite

    def pwrite(descriptor: int, content: bytes, begin: int) -> int:
        if begin + len(content) > 10:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        return real(descriptor, content, begin)

    monkeypatch.setattr(os, "pwrite", pwrite)
    made = Storage(tmp_path / "file")
    yield made
    made.close()


def at(storage: Storage, begin: int, size: int) -> bytes:
    buffer = bytearray(size)
    storage.seek(begin)
    assert storage.readinto(memoryview(buffer)) == size
    return bytes(buffer)


def test_what_is_refused_can_be_read_back(storage):
    for begin, content in ((0, b"0123"), (6, b"abcdefgh"), (2, b"xy"), (8, b"XY"), (12, b"Z")):
        storage.seek(begin)
        storage.write(memoryview(content))

    assert at(storage, 0, 20) == b"01xy\0\0abXYefZh" + bytes(6)
    assert storage.seek(0, os.SEEK_END) == storage.tell() == 14
    with pytest.raises(OSError, match="Disk quota exceeded"):
        storage.check()
    with pytest.raises(OSError, match="Disk quota exceeded"):
        storage.settle()


def test_what_was_refused_does_not_count_where_it_is_no_part_of_the_file(storage, tmp_path):
    storage.write(memoryview(b"0123"))
    storage.write(memoryview(b"456789abc"))
    storage.truncate(9)
    storage.settle()

    assert (tmp_path / "file").read_bytes() == b"012345678"


def test_a_system_that_promises_no_room_is_believed_when_it_writes(storage, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", refuse, raising=False)
    with pytest.raises(OSError, match="No space left on device"):
        storage.make_room(1000)
    monkeypatch.setattr(os, "posix_fallocate", lambda *_: (_ for _ in ()).throw(OSError(errno.EOPNOTSUPP, "")))
    storage.make_room(1000)
