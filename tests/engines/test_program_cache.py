"""What JAX has compiled is kept for the next process, verified, and can be had without."""

import logging
import os
import subprocess
import sys

import pytest

from hebbax.engines import life_cache, program_cache
from hebbax.engines.program_cache import ProgramCache

PROGRAM = b"a program" * 100


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HEBBAX_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def told(caplog):
    """The notes so far, as if the process had just begun."""
    life_cache._note.cache_clear()
    caplog.set_level(logging.INFO)
    return lambda: [record.getMessage() for record in caplog.records]


def only_file(folder):
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    return path


def test_a_program_is_found_under_its_key_alone(folder, told):
    ProgramCache().put("jit_f-0a", PROGRAM)
    assert ProgramCache().get("jit_f-0a") == PROGRAM
    assert ProgramCache().get("jit_f-0b") is None
    assert told() == []


def test_a_program_for_another_processor_or_other_cores_is_another(folder, monkeypatch):
    ProgramCache().put("key", PROGRAM)
    name, features, cores = program_cache._machine()
    for other in (("other", features, cores), (name, "+other", cores), (name, features, cores + 1)):
        monkeypatch.setattr(program_cache, "_machine", lambda other=other: other)
        assert ProgramCache().get("key") is None


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[:-1], id="cut"),
        pytest.param(lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:], id="one bit"),
    ],
)
def test_a_damaged_program_is_told_and_mended(folder, told, damage):
    cache = ProgramCache()
    cache.put("key", PROGRAM)
    path = only_file(folder)
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get("key") is None
    assert told() == [f"a program of JAX is compiled anew, because {path} cannot be used: it is damaged"]
    cache.put("key", PROGRAM)
    assert cache.get("key") == PROGRAM


def test_another_program_under_this_name_is_not_taken_for_it(folder):
    cache = ProgramCache()
    cache.put("one", PROGRAM)
    first = only_file(folder).read_bytes()
    cache.put("other", b"another")
    for path in (folder / "jax").iterdir():
        path.write_bytes(first)
    assert cache.get("other") is None


def test_where_nothing_can_be_written_one_note_says_what_it_says_of_lives(monkeypatch, tmp_path, told):
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("HEBBAX_CACHE", str(blocked / "cache"))
    for key in ("one", "other"):
        ProgramCache().put(key, PROGRAM)
        assert ProgramCache().get(key) is None
    assert told() == [life_cache.obstacle()]


COMPUTE = """
import sys
import jax, jax.numpy as jnp
from hebbax.engines.program_cache import keep_programs
compiled = []
jax.monitoring.register_event_listener(lambda name, **_: compiled.append(name) if name.endswith("cache_hits") else None)
keep_programs()
numbers = jnp.arange(1000, dtype=jnp.float32)
value = jax.jit(lambda x: jnp.sin(x) @ jnp.cos(x * 0.3) / 7)(numbers)
print(len(compiled), float(value).hex())
"""


def computed(**variables):
    """Return how many programs a new process found in a cache, and what it computed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", COMPUTE],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    hits, value = done.stdout.split()
    return int(hits), value


def test_another_process_finds_the_programs_and_computes_the_same_bits(folder):
    hits, value = computed()
    assert hits == 0
    again, kept = computed()
    assert again >= 2
    assert kept == value


def test_where_a_user_has_jax_keep_its_programs_they_are_kept_there(folder, tmp_path):
    computed(JAX_COMPILATION_CACHE_DIR=str(tmp_path / "mine"))
    assert not folder.exists()
