"""Environments of other packages at the command line: train, resume, evaluate, show, and what is refused."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import yaml

from hebbax.cli.main import main
from hebbax.cli.overrides.compose import compose_train
from hebbax.runs.run_folder import RunFolder

TINY = ("policy=han-b", "task.ticks=12", "strategy.population=4", "evaluate_lifetimes=2", "threads=1")
SLOWER = "Gymnasium steps its environments one after another, which is slower than a compiled task of `hebbax tasks`"


@pytest.fixture(scope="module")
def pendulum_run(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("external") / "pendulum"
    assert main(["train", "task=gymnasium/Pendulum-v1", *TINY, "generations=2", "--run", str(path)]) == 0
    return path


def test_a_run_from_start_to_end(hebbax, tmp_path):
    ran = hebbax("train", "task=gymnasium/Pendulum-v1", *TINY, "generations=2", "--run", "mine")

    assert (ran.code, ran.error) == (0, "")
    first, _, slower, *_ = ran.out.splitlines()
    assert (first, slower) == ("gymnasium/Pendulum-v1 · han-b · seed 0 → mine", SLOWER)
    assert ran.out.count(SLOWER) == 1
    config = yaml.safe_load((tmp_path / "mine/config.yaml").read_text())
    assert config["task"]["name"] == "gymnasium/Pendulum-v1"
    record = json.loads((tmp_path / "mine/run.json").read_text())
    assert record["engine"] == "vector"
    assert record["environment"]["id"] == "Pendulum-v1"
    assert "model_sha256" not in record
    assert not (tmp_path / "mine/model.xml").exists()
    assert not list(tmp_path.rglob("MUJOCO_LOG.TXT"))


@pytest.mark.slow
def test_the_folder_is_named_without_slashes(hebbax, tmp_path):
    assert hebbax("train", "task=gymnasium/CartPole-v1", *TINY, "generations=1").code == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("gymnasium_CartPole-v1-han-b-s0-")


@pytest.mark.slow
def test_a_resumed_run_ends_as_one_that_was_not_stopped(hebbax, pendulum_run, tmp_path):
    task = "task=gymnasium/Pendulum-v1"
    assert hebbax("train", task, *TINY, "generations=1", "--run", "stopped").code == 0
    ran = hebbax("train", "--resume", "stopped", "generations=2")

    assert (ran.code, ran.error) == (0, "")
    whole = RunFolder(pendulum_run).checkpoints()[-1].read_bytes()
    assert RunFolder(tmp_path / "stopped").checkpoints()[-1].read_bytes() == whole


def test_evaluate(hebbax, pendulum_run):
    ran = hebbax("evaluate", str(pendulum_run), "--lifetimes", "3", "--json")

    assert (ran.code, ran.error) == (0, "")
    evaluation = json.loads(ran.out)
    assert evaluation["task"] == "gymnasium/Pendulum-v1"
    assert evaluation["lengths"] == [12, 12, 12]
    again = json.loads(hebbax("evaluate", str(pendulum_run), "--lifetimes", "2", "--json").out)
    assert again["returns"] == evaluation["returns"][:2]


def test_evaluate_on_an_engine_that_cannot(hebbax, pendulum_run):
    ran = hebbax("evaluate", str(pendulum_run), "--engine", "native")

    message = "engine=native: task 'gymnasium/Pendulum-v1' runs on engine=vector, or auto, alone"
    assert ran == (2, "", f"hebbax: {message}\n")


def test_an_environment_that_has_changed_is_told(hebbax, pendulum_run):
    record = json.loads((pendulum_run / "run.json").read_text())
    changed = {**record, "environment": {**record["environment"], "version": "0.1"}}
    RunFolder(pendulum_run).write_record(changed)
    ran = hebbax("evaluate", str(pendulum_run), "--lifetimes", "1", "--json")
    RunFolder(pendulum_run).write_record(record)

    line = "the environment of task 'gymnasium/Pendulum-v1' is another than this controller was evolved with"
    assert (ran.code, ran.error) == (0, f"note: {line}\n")


def test_show_without_film(hebbax, pendulum_run, tmp_path):
    ran = hebbax("show", str(pendulum_run), "--out", "shown", "--no-video")

    assert (ran.code, ran.error) == (0, "")
    assert ran.out.startswith("shown/learning-curve.png\nshown/weights.png\nthis life's return: -")
    assert sorted(path.name for path in (tmp_path / "shown").iterdir()) == ["learning-curve.png", "weights.png"]


@pytest.mark.slow
@pytest.mark.usefixtures("corridor_module")
def test_show_films_what_the_environment_draws(hebbax):
    task = "task=gymnasium/corridor:Corridor-v0"
    assert hebbax("train", task, *TINY, "generations=1", "--run", "corridor").code == 0

    ran = hebbax("show", "corridor")

    assert (ran.code, ran.error) == (0, "")
    assert ran.out.startswith("corridor/learning-curve.png\ncorridor/weights.png\ncorridor/life.mp4\n")
    decode = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", "corridor/life.mp4", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    pixels = subprocess.run(decode, capture_output=True, check=True).stdout
    frames = np.frombuffer(pixels, np.uint8).reshape(-1, 32, 48, 3)
    # An episode of three ticks, each as bright as its number; the codec rounds.
    assert [round(float(frame.mean()) / 40) for frame in frames] == [0, 1, 2]


@pytest.mark.slow
@pytest.mark.usefixtures("corridor_module")
def test_show_says_why_there_is_no_film(hebbax, tmp_path):
    """The process that films does not find the module any more."""
    task = "task=gymnasium/corridor:Corridor-v0"
    assert hebbax("train", task, *TINY, "generations=1", "--run", "corridor").code == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONPATH")
        ran = hebbax("show", "corridor")

    reason = "cannot draw task 'gymnasium/corridor:Corridor-v0': task 'gymnasium/corridor:Corridor-v0': cannot import "
    assert ran.code == 0
    assert ran.error.startswith(f"note: no life.mp4: {reason}'corridor'")
    assert ran.error.count("\n") == 1
    assert not (tmp_path / "corridor/life.mp4").exists()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["task=gymnasium/Pendulm-v1"], "unknown Gymnasium environment 'Pendulm-v1': did you mean 'Pendulum-v1'?"),
        (["task=gymnasium/"], "task 'gymnasium/': expected gymnasium/ENV_ID such as gymnasium/Pendulum-v1"),
        (["task=gymnasium"], "task 'gymnasium': expected gymnasium/ENV_ID such as gymnasium/Pendulum-v1"),
        (
            ["task=gymnasium/Pendulum-v1", "engine=lockstep"],
            "engine=lockstep: task 'gymnasium/Pendulum-v1' runs on engine=vector, or auto, alone",
        ),
    ],
)
def test_bad_input_writes_nothing(hebbax, tmp_path, overrides, message):
    ran = hebbax("train", *TINY, *overrides)

    assert ran == (2, "", f"hebbax: {message}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_native_task_does_not_run_on_the_vector_engine(hebbax):
    message = "engine=vector: task 'swimmer' runs on engine=native or lockstep, or auto"
    assert hebbax("train", "task=swimmer", *TINY, "engine=vector") == (2, "", f"hebbax: {message}\n")


def test_policies_are_sized_for_an_environment(hebbax):
    policies = json.loads(hebbax("policies", "--task", "gymnasium/CartPole-v1", "--json").out)
    # 4-16-2: 4 * 16 + 16 * 2 = 96 weights.
    assert next(policy for policy in policies if policy["name"] == "han-b")["plastic_weights"] == 96


@pytest.mark.parametrize(
    "name", ["gymnasium/Pendulum-v1", "gymnasium/ALE/Pong-v5", "gymnasium/a_b.c:D/E-v0", "envpool/X-v4"]
)
def test_names_pass_through_hydra(name):
    config = compose_train([f"task={name}", "task.ticks=7", "seed=3"])
    assert (config.task.name, config.task.ticks, config.seed) == (name, 7, 3)
    assert compose_train(["seed=3"]).task.name == "half_cheetah"


def test_envpool(hebbax):
    pytest.importorskip("envpool")
    task = "task=envpool/Pendulum-v1"
    assert hebbax("train", task, *TINY, "generations=2", "--run", "whole").code == 0
    assert hebbax("train", task, *TINY, "generations=1", "--run", "stopped").code == 0
    ran = hebbax("train", "--resume", "stopped", "generations=2")

    assert (ran.code, ran.error) == (0, "")
    assert checkpoint("stopped") == checkpoint("whole")
    evaluation = json.loads(hebbax("evaluate", "stopped", "--lifetimes", "2", "--json").out)
    assert evaluation["lengths"] == [12, 12]


def test_bullet(hebbax):
    pytest.importorskip("pybullet")
    pytest.importorskip("pybullet_envs_gymnasium")
    task = "task=bullet/AntBulletEnv-v0"
    ran = hebbax(
        "train", task, *TINY, "damage=none | najarro-ant/right-front", "lifetimes=2", "generations=1", "--run", "whole"
    )
    assert (ran.code, ran.error) == (0, "")
    assert "PyBullet takes about a millisecond a tick and core, which is slower than a compiled task" in ran.out
    assert "task=quadruped is this robot in MuJoCo" in ran.out
    ran = hebbax("evaluate", "whole", "damage=najarro-ant/left-front", "--lifetimes", "2", "--json")
    assert (ran.code, ran.error) == (0, "")  # PyBullet prints what would be no JSON
    assert list(json.loads(ran.out)["reward_terms"]) == ["progress"]
    ran = hebbax("evaluate", "whole", "damage=shorten-limb(front-left lower leg, 0.25, from=3)")
    assert ran.code == 2
    assert ran.error.count("\n") == 1
    assert "its bodies are as they are from birth on" in ran.error


@pytest.mark.slow
def test_bullet_resumes_films_and_takes_controllers_of_quadruped(hebbax):
    pytest.importorskip("pybullet")
    pytest.importorskip("pybullet_envs_gymnasium")
    bullet = "task=bullet/AntBulletEnv-v0"
    assert hebbax("train", bullet, *TINY, "generations=2", "--run", "whole").code == 0
    assert hebbax("train", bullet, *TINY, "generations=1", "--run", "stopped").code == 0
    assert hebbax("train", "--resume", "stopped", "generations=2").code == 0
    assert checkpoint("stopped") == checkpoint("whole")
    ran = hebbax("show", "stopped", "damage=najarro-ant/right-front")
    assert (ran.code, ran.error) == (0, "")
    assert Path("stopped/life.mp4").stat().st_size > 1000

    phases = ("training.ticks=full", "training.phases=[]")
    assert hebbax("train", "task=quadruped", *TINY, *phases, "generations=1", "--run", "ours").code == 0
    ran = hebbax("evaluate", "ours", bullet, "damage=najarro-ant/left-front", "--lifetimes", "2", "--json")
    assert (ran.code, ran.error) == (0, "")
    assert json.loads(ran.out)["task"] == "bullet/AntBulletEnv-v0"


def checkpoint(run: str) -> bytes:
    return RunFolder(Path(run)).checkpoints()[-1].read_bytes()
