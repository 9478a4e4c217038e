"""The C that is printed: no complaint of any compiler or sanitizer, no allocation, and little memory."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from table import Case, make, observations, pairs, static

from hebbax.export.c_memory import Memory
from hebbax.export.c_printer import print_c
from hebbax.export.describe import describe, describe_run, in_16_bits
from hebbax.export.examples import check_program, example_loop
from hebbax.export.manifest import Manifest
from hebbax.export.numpy_controller import Controller
from hebbax.export.test_vector import TEXT, Vector, file_of
from hebbax.runs.stored_run import StoredRun

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror")
SANITIZERS = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-static-libasan")
QUICK = (Case("gru", "gdhl", "unit-norm", "moving-average", 1), Case("skip-lstm", None))
EVERY = [*QUICK, *(pytest.param(one, marks=pytest.mark.slow) for one in (*static(), *pairs()) if one not in QUICK)]
SEED = 4


def compiler_named(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"there is no {name} on this machine")
    return path


def write_c(folder: Path, case: Case, bits: int = 32, ticks: int = 60) -> tuple[str, Path]:
    """Write a controller, the program that checks it, its loop and a vector; return its name and the vector's path."""
    policy, task, genome, normaliser = make(case)
    found = describe(policy, task, genome, normaliser)
    found = found if bits == 32 else in_16_bits(found)
    seen = observations(ticks)
    controller, signals = Controller(found.to_json()), np.zeros((ticks, 0), np.float32)
    controller.start(SEED)
    name, content = file_of(Vector(seen, signals, np.array([controller.step(one) for one in seen])), found)
    manifest = Manifest("c", found.name, "runs/mine", "best", bits, SEED, 1e-3, "0" * 64, "0", {})
    texts = {"check.c": check_program(found, manifest, TEXT), "example_loop.c": example_loop(found)}
    for file, text in {**print_c(found), **texts}.items():
        (folder / file).write_text(text, encoding="utf-8")
    (folder / name).write_bytes(content)
    return found.name, folder / name


def run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("case", EVERY, ids=str)
def test_no_compiler_complains(case, compiler, tmp_path):
    path = compiler_named(compiler)
    name, _ = write_c(tmp_path, case)
    for file in (name, "check", "example_loop"):
        run(path, *STRICT, "-c", tmp_path / f"{file}.c", "-o", tmp_path / "out.o")
    source = (tmp_path / f"{name}.c").read_text("utf-8")
    assert not any(word in source for word in ("malloc", "calloc", "alloca", "free("))


@pytest.mark.parametrize("bits", [32, 16])
@pytest.mark.parametrize("case", EVERY, ids=str)
def test_a_vector_runs_clean_under_the_sanitizers(case, bits, tmp_path):
    path = compiler_named("gcc")
    name, vector = write_c(tmp_path, case, bits)
    files = [tmp_path / "check.c", tmp_path / f"{name}.c"]
    run(path, *STRICT, *SANITIZERS, *files, "-lm", "-o", tmp_path / "check")
    assert run(tmp_path / "check", vector).startswith("60 ticks, largest difference")


def test_a_loop_runs_and_a_wrong_vector_is_seen(tmp_path):
    path = compiler_named("gcc")
    name, vector = write_c(tmp_path, QUICK[0])
    for file in ("check", "example_loop"):
        run(path, tmp_path / f"{file}.c", tmp_path / f"{name}.c", "-lm", "-o", tmp_path / file)
    run(tmp_path / "example_loop")
    lines = vector.read_text("utf-8").splitlines()
    lines[5] = lines[5].rpartition(",")[0] + ",0.77"
    vector.write_text("\n".join(lines), encoding="utf-8")
    assert subprocess.run([tmp_path / "check", vector], capture_output=True).returncode == 1


def test_fast_math_is_refused(tmp_path):
    path = compiler_named("gcc")
    name, _ = write_c(tmp_path, QUICK[0])
    done = subprocess.run([path, "-ffast-math", "-c", tmp_path / f"{name}.c"], capture_output=True, cwd=tmp_path)
    assert done.returncode != 0
    assert b"without -ffast-math" in done.stderr


def test_a_network_17_16_6_needs_less_than_8_kb_of_ram(compiled):
    run = StoredRun.open("zoo:half_cheetah/han-e", lambda line: None)
    found = describe_run(run)
    assert (found.observation_size, found.action_size, found.weight_count) == (17, 6, 368)
    assert Memory(found).bytes == compiled(found).state_size == 3376


def test_ticks_begin_again_without_anyone_noticing(compiled):
    """After some years of ticks their count jumps back, to where windows and intervals stand as they stood."""
    policy, task, genome, normaliser = make(Case("mlp", "abcd", "max", "moving-average", 3))
    source = print_c(describe(policy, task, genome, normaliser))["point_p.c"]
    assert "if (controller->tick == 2147483640u) controller->tick = 804u;" in source
    assert 2147483640 % 12 == 804 % 12 == 0
