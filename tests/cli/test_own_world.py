"""A stranger's package with a world without MuJoCo, from the command line alone: train, kill, resume, look, break."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hebbax.cli.doctor import examine
from hebbax.recording.reader import open_recording

SOURCE = (Path(__file__).parents[1] / "own_world.py").read_text("utf-8")
PARTS = (
    "task=puck",
    "policy=skater",
    "strategy.population=8",
    "evaluate_lifetimes=2",
    "threads=1",
    "damage=lag(velocity, 0.5, from=1s)",
)


@pytest.fixture
def package(install) -> Path:
    return install("icy", SOURCE)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hebbax", *arguments]


def test_the_task_says_what_it_is_and_what_can_happen_to_it(hebbax, package):
    ran = hebbax("tasks", "puck")
    assert (ran.code, ran.error) == (0, "")
    assert "ice: position (2,), velocity (2,); 2 controls" in ran.out
    assert "closer + effort" in ran.out
    assert {row["name"]: row["package"] for row in json.loads(hebbax("damages", "--json").out)}["lag"] == "icy"
    ran = hebbax("train", *PARTS[:-1], "damage=scale-mass(torso, 2)", "generations=1")
    assert ran.code != 0
    assert "its world has no bodies or coordinates" in ran.error


def test_it_is_tried_and_drawn(hebbax, package, tmp_path):
    ran = hebbax("try", "puck", "--actions", "random", "--seconds", "1")
    assert (ran.code, ran.error) == (0, "")
    assert list(tmp_path.rglob("*.mp4"))


@pytest.mark.slow
def test_it_trains_is_killed_and_goes_on_to_the_same_bits(hebbax, package, tmp_path):
    """One run without a stop, and one killed in the middle of something and resumed."""
    parts = (*PARTS, "generations=300", "checkpoint_every=1", "evaluate_every=100")
    ran = hebbax("train", *parts, "--run", "whole")
    assert (ran.code, ran.error) == (0, "")
    assert (tmp_path / "whole/world.py").read_text().count("def advance") == 1

    with subprocess.Popen(command("train", *parts, "--run", "cut"), cwd=tmp_path, stdout=subprocess.DEVNULL) as child:
        while len(list((tmp_path / "cut/checkpoints").glob("generation-0000[1-9]?.safetensors"))) == 0:
            assert child.poll() is None, "it ended before it could be killed"
            time.sleep(0.001)
        child.send_signal(signal.SIGKILL)
    ran = hebbax("train", "--resume", "cut")
    assert ran.code == 0

    def newest_checkpoint(name):
        newest = sorted((tmp_path / name / "checkpoints").iterdir())[-1]
        return newest.name, newest.read_bytes()

    assert newest_checkpoint("whole") == newest_checkpoint("cut")

    for words in (("record", "cut", "--lifetimes", "1"), ("analyze", "cut", "--lifetimes", "20"), ("report", "cut")):
        ran = hebbax(*words)
        assert (ran.code, ran.error) == (0, ""), words


@pytest.mark.slow
def test_the_damage_acts_alike_in_both_engines_and_records_hold_the_state(hebbax, package, tmp_path):
    ran = hebbax("train", *PARTS, "generations=2", "--run", "mine")
    assert (ran.code, ran.error) == (0, "")
    returns = {}
    for engine in ("native", "lockstep"):
        for damage in ("damage=lag(0.9)", "damage="):
            ran = hebbax("evaluate", "mine", damage, "--engine", engine, "--lifetimes", "4", "--json")
            returns[engine, damage] = json.loads(ran.out)["returns"]
    np.testing.assert_allclose(returns["native", "damage=lag(0.9)"], returns["lockstep", "damage=lag(0.9)"], atol=1e-3)
    assert returns["native", "damage=lag(0.9)"] != returns["native", "damage="]

    assert hebbax("record", "mine", "--lifetimes", "1", "--out", "life.h5").code == 0
    with open_recording(tmp_path / "life.h5") as recording:
        record = recording.life(0).record()
    assert record.state.position.shape == (60, 2)
    np.testing.assert_array_equal(record.observations[:20, :2], record.state.position[:20])


@pytest.mark.slow
def test_a_run_names_its_packages_and_one_that_is_gone_is_one_line(hebbax, package, tmp_path):
    assert hebbax("train", *PARTS, "generations=1", "--run", "mine").code == 0
    assert json.loads((tmp_path / "mine/run.json").read_text())["plugin icy"] == "1.0"
    metadata = package / "icy-1.0.dist-info/METADATA"
    metadata.write_text(metadata.read_text().replace("Version: 1.0", "Version: 1.1"))
    ran = hebbax("evaluate", "mine", "--lifetimes", "1")
    assert "plugin icy 1.0 → 1.1 since this controller was evolved: its returns may differ" in ran.error + ran.out
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(command("evaluate", "mine"), cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert done.returncode != 0
    note, error = done.stderr.strip().splitlines()
    assert note == "note: plugin icy 1.0 → none since this controller was evolved: its returns may differ"
    assert error.startswith("hebbax: mine/checkpoints/generation-000001.safetensors: unknown task 'puck'")


def test_doctor_names_the_packages(package):
    assert examine()["plugins"] == {"icy": "1.0"}
