"""What is kept of a compiled life is verified, and a life can be had without any of it.

A function of one line stands for a life: a cache neither knows nor asks what it keeps.
"""

import contextlib
import errno
import logging
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import numba
import pytest

from hebbax.cli.output import log_as_notes
from hebbax.engines import life_cache
from hebbax.engines.life_cache import LifeCache, cache_folder, obstacle


def double(x):
    return 2 * x


def add_seven(x):
    return x + 7


@pytest.fixture
def folder(monkeypatch, tmp_path) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("HEBBAX_CACHE", str(folder))
    return folder


@pytest.fixture
def told(caplog):
    """The notes so far, as if the process had just begun."""
    life_cache._note.cache_clear()
    caplog.set_level(logging.INFO)
    return lambda: [record.getMessage() for record in caplog.records]


def in_a_new_process(function=double, fingerprint="0f", argument=21):
    """Return what a function returns that has been compiled by nobody yet, and whether it was found in the cache."""
    life = numba.njit(function)
    life._cache = LifeCache(fingerprint)
    result = life(argument)
    return result, bool(life.stats.cache_hits)


def only_file(folder):
    (path,) = folder.iterdir()
    return path


def test_a_life_is_found_by_the_next_process(folder, told):
    assert in_a_new_process() == (42, False)
    assert in_a_new_process() == (42, True)
    assert [path.suffix for path in folder.iterdir()] == [".nbc"]
    assert told() == []


def test_another_fingerprint_or_other_types_are_another_life(folder):
    in_a_new_process()
    assert in_a_new_process(add_seven, "1f") == (28, False)
    assert in_a_new_process(argument=1.5) == (3.0, False)
    assert len(list(folder.iterdir())) == 3


def test_a_life_for_another_processor_is_another_life(folder, monkeypatch):
    in_a_new_process()
    monkeypatch.setattr(LifeCache, "_key", lambda self, sig, codegen: repr((sig, "another processor")).encode())
    assert in_a_new_process() == (42, False)
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[:20], id="cut in its digest"),
        pytest.param(lambda content: content[: len(content) // 2], id="cut in half"),
        pytest.param(lambda content: content[:-1], id="cut at the end"),
        pytest.param(lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:], id="one bit"),
        pytest.param(lambda content: content + b"more", id="more"),
    ],
)
def test_a_damaged_life_is_compiled_anew_and_mended(folder, told, damage):
    in_a_new_process()
    path = only_file(folder)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert in_a_new_process() == (42, False)
    assert told() == [f"a life is compiled anew, because {path} cannot be used: it is damaged"]
    assert in_a_new_process() == (42, True)


def test_another_life_under_this_name_is_not_taken_for_it(folder):
    """As the first life was for the second where the folder could not be written."""
    in_a_new_process(add_seven, "1f")
    other = only_file(folder)
    in_a_new_process()
    mine = next(path for path in folder.iterdir() if path != other)
    mine.write_bytes(other.read_bytes())
    assert in_a_new_process() == (42, False)


def test_a_whole_file_that_cannot_be_loaded_is_a_miss(folder, told, monkeypatch):
    monkeypatch.setattr(life_cache, "dumps", lambda state: b"no pickle")
    in_a_new_process()
    monkeypatch.undo()
    monkeypatch.setenv("HEBBAX_CACHE", str(folder))
    assert in_a_new_process() == (42, False)
    assert len(told()) == 1
    assert in_a_new_process() == (42, True)


def test_where_nothing_can_be_written_one_note_says_it(monkeypatch, tmp_path, told):
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("HEBBAX_CACHE", str(blocked / "cache"))
    assert in_a_new_process() == (42, False)
    assert in_a_new_process(add_seven, "1f") == (28, False)
    (line,) = told()
    assert line == obstacle()
    assert f"cannot write to {blocked}/cache: {os.strerror(errno.ENOTDIR)}; set HEBBAX_CACHE" in line


@contextlib.contextmanager
def full_disk(size):
    """Let no file grow beyond `size` bytes: what a full disk does to one that is being written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_costs_the_file_alone(folder, told):
    with full_disk(1000):
        found, problem = in_a_new_process(), obstacle()
    assert found == (42, False)
    assert told() == [problem]
    assert problem is not None
    assert os.strerror(errno.EFBIG) in problem
    assert list(folder.iterdir()) == [], "no part of a file stays behind"
    assert obstacle() is None


def test_a_function_that_cannot_be_kept_is_told(folder, told, monkeypatch):
    def refuse(state):
        raise TypeError("cannot pickle\na lock")

    monkeypatch.setattr(life_cache, "dumps", refuse)
    assert in_a_new_process() == (42, False)
    assert told() == ["a life is compiled anew in every process: cannot pickle a lock"]
    assert not folder.exists()


def test_processes_that_compile_the_same_life_at_once_leave_a_whole_one(folder):
    barrier = threading.Barrier(4)

    def write(letter):
        barrier.wait(30)
        for _ in range(20):
            life_cache.write_whole(folder / "life.nbc", letter * 300_000)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    content = only_file(folder).read_bytes()
    assert content == content[:1] * 300_000


def test_the_folder_is_what_was_asked_for_else_the_users(monkeypatch):
    monkeypatch.setenv("HOME", "/somewhere")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    monkeypatch.setenv("HEBBAX_CACHE", "/asked")
    assert cache_folder() == Path("/asked")
    monkeypatch.setenv("HEBBAX_CACHE", "")
    assert cache_folder() == Path("/xdg/hebbax")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path("/somewhere/.cache/hebbax")


@pytest.fixture
def homeless(monkeypatch):
    """A user that the system does not know, without HOME, as in many containers."""
    for variable in ("HOME", "XDG_CACHE_HOME", "HEBBAX_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)


@pytest.mark.usefixtures("homeless")
def test_a_user_without_a_home_compiles_in_every_process(told):
    assert cache_folder() is None
    assert in_a_new_process() == (42, False)
    assert told() == [obstacle()]
    assert "there is no home folder; set HEBBAX_CACHE" in told()[0]


def test_at_the_command_line_it_is_a_note(capsys):
    logger = logging.getLogger("hebbax")
    try:
        logger.propagate = False  # as without the handlers of a test
        log_as_notes()
        log_as_notes()
        logging.getLogger("hebbax.engines.life_cache").warning("%s", "lives are compiled anew")
        logging.getLogger("hebbax.engines.life_cache").info("found")
    finally:
        logger.propagate = True
        logger.handlers.clear()
    assert capsys.readouterr().err == "note: lives are compiled anew\n"


def test_what_reads_numbers_by_their_address_is_found_in_the_next_process():
    """Numba's carray, of hooks and of a world's model, refers to what is written by its place in memory."""
    code = (
        "import numpy as np\n"
        "from hebbax.engines.fingerprint import fingerprint_of\n"
        "from hebbax.worlds.own_model import reader_of\n"
        "from collections import namedtuple\n"
        "print(fingerprint_of(reader_of(namedtuple('Model', 'grip')(np.ones(2)))))"
    )
    found = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)]
    assert found[0] == found[1] != b""
