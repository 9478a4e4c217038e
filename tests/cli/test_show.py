"""Pictures and films of a run: where they go, what they show, and what happens where nothing can draw."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest

from hebbax import zoo
from hebbax.report.film import film as video
from hebbax.report.film import life_film
from hebbax.report.show import record_life, returns_beside_random
from hebbax.runs.stored_run import StoredRun

NO_DRAWING = (
    "cannot draw the robot: no off-screen OpenGL (nothing) works here; install libegl1 or libosmesa6 (Debian, Ubuntu: "
    "apt-get install libegl1), mesa-libEGL (Fedora) or mesalib (conda-forge)"
)


@pytest.fixture
def filmed(monkeypatch) -> dict:
    """Stand in for the renderer, which has its own tests; what it was asked for is in the dictionary."""
    asked = {}

    def render(model: Path, qpos: np.ndarray, path: Path, **options: Any) -> None:
        path.write_bytes(b"film")
        asked.update(model=mujoco.MjModel.from_binary_path(str(model)), qpos=qpos, name=path.name, **options)

    monkeypatch.setattr(life_film, "render_video", render)
    return asked


def test_files_go_into_the_run(hebbax, copied_run, filmed):
    ran = hebbax("show", "copy")

    assert (ran.code, ran.error) == (0, "")
    assert ran.out.startswith("copy/learning-curve.png\ncopy/weights.png\ncopy/life.mp4\nthis life's return: ")
    assert ran.out.endswith(", terminations: 0 (termination=end)\n")
    for name in ("learning-curve.png", "weights.png"):
        assert (copied_run / name).read_bytes().startswith(b"\x89PNG")
    # 20 ticks of 0.04 s: real time is 25 frames a second, a frame a tick.
    assert filmed["frames_per_second"] == pytest.approx(25.0)
    assert filmed["qpos"].shape == (20, 5)
    assert filmed["model"].nq == 5


def test_the_life_shown_is_the_first_that_is_evaluated(hebbax, copied_run):
    evaluated = json.loads(hebbax("evaluate", "copy", "--lifetimes", "1", "--seed", "4", "--json").out)

    lives, record = record_life(StoredRun.open(copied_run), genome="best", seed=4)

    assert float(lives.returns[0]) == evaluated["returns"][0]
    assert record.rewards.sum() == pytest.approx(evaluated["returns"][0])


def test_out_seconds_and_no_video(hebbax, copied_run, filmed):
    assert hebbax("show", "copy", "--out", "there/pictures", "--no-video").out.startswith(
        "there/pictures/learning-curve.png\nthere/pictures/weights.png\nthis"
    )
    assert filmed == {}
    assert not (copied_run / "weights.png").exists()

    assert hebbax("show", "copy", "--seconds", "0.4").code == 0
    assert len(filmed["qpos"]) == 10


def test_a_shipped_controller_is_shown_beside_the_user(hebbax, finished_run, tmp_path, monkeypatch, filmed):
    shipped = shutil.copytree(finished_run, tmp_path / "zoo/swimmer/han-e")
    (shipped / "metrics.jsonl").unlink()
    monkeypatch.setattr(zoo, "_FOLDER", tmp_path / "zoo")
    monkeypatch.setattr(zoo, "__file__", str(tmp_path / "zoo/__init__.py"))
    before = sorted(shipped.rglob("*"))

    ran = hebbax("show", "zoo:swimmer/han-e")

    assert ran.code == 0
    assert ran.out.startswith("show-swimmer-han-e/weights.png\nshow-swimmer-han-e/life.mp4\n")
    assert ran.error == f"note: no learning-curve.png: {shipped} holds no generation\n"
    assert sorted(shipped.rglob("*")) == before


@pytest.mark.skipif(video.BACKENDS == ("cgl", "glfw"), reason="the message names Linux packages")
def test_without_opengl_the_rest_is_done(hebbax, copied_run, monkeypatch):
    # MuJoCo refuses this name as it does a library that is not there.
    monkeypatch.setattr(video, "BACKENDS", ("nothing",))

    ran = hebbax("show", "copy")

    assert ran.code == 0
    assert ran.out.startswith("copy/learning-curve.png\ncopy/weights.png\nthis life's return: ")
    assert ran.error == f"note: no life.mp4: {NO_DRAWING}\n"
    assert not (copied_run / "life.mp4").exists()


def test_static_policy_has_no_weights_to_show(hebbax, tmp_path, filmed):
    tiny = ("task=swimmer", "task.ticks=5", "strategy.population=2", "generations=1", "evaluate_lifetimes=1")
    assert hebbax("train", *tiny, "policy=mlp", "--run", "static").code == 0

    ran = hebbax("show", "static")

    assert ran.error == "note: no weights.png: the weights of policy 'mlp' do not change during a life\n"
    assert ran.out.startswith("static/learning-curve.png\nstatic/life.mp4\n")


def test_a_film_looks_as_it_was_asked_to(hebbax, copied_run, filmed):
    words = "--gif --camera fixed --size 320x240 --speed 0.5 --seconds 0.4 --overlay damage=scale-actuator(0,0,from=5)"

    ran = hebbax("show", "copy", *words.split(), "--out", "there")

    assert (ran.code, ran.error) == (0, "")
    assert "there/life.gif\n" in ran.out
    assert (filmed["name"], filmed["camera"], filmed["width"], filmed["height"]) == ("life.gif", "fixed", 320, 240)
    assert filmed["frames_per_second"] == pytest.approx(12.5)
    assert len(filmed["qpos"]) == len(filmed["captions"]) == 10
    assert [row for row in range(10) if "scale-actuator(0, 0)" in filmed["captions"][row]] == [5, 6, 7, 8, 9]


def test_more_seconds_than_the_life_has_are_told(hebbax, copied_run, filmed):
    ran = hebbax("show", "copy", "--seconds", "3")

    assert ran.error == "note: the life has 20 ticks, 0.8 s: the film shows all of it, not 3 s\n"
    assert len(filmed["qpos"]) == 20


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--camera", "trakc"], "unknown camera 'trakc': did you mean 'track'?"),
        (
            ["--size", "640"],
            "--size: expected WIDTHxHEIGHT in pixels, such as 640x480, not '640': see `hebbax show --help`",
        ),
        (
            ["--size", "641x480"],
            "size 641x480: expected even sides of 16 to 4096 pixels; nearest valid to 641: 640",
        ),
        (["--speed", "1000"], "speed=1000: expected 0.01 to 100; nearest valid: 100"),
    ],
)
def test_a_film_that_cannot_be_is_refused_before_a_life_is_lived(hebbax, copied_run, monkeypatch, options, message):
    monkeypatch.setattr("hebbax.report.show.record_life", lambda *given, **named: pytest.fail("a life was lived"))

    assert hebbax("show", "copy", *options) == (2, "", f"hebbax: {message}\n")


def test_returns_beside_random(copied_run):
    evolved, chance = returns_beside_random(StoredRun.open(copied_run), random_genomes=4)

    assert (len(evolved), len(chance)) == (32, 32)
    assert len(set(evolved)) == 32
    assert set(evolved).isdisjoint(chance)
    again, _ = returns_beside_random(StoredRun.open(copied_run), random_genomes=4)
    np.testing.assert_array_equal(again, evolved)
