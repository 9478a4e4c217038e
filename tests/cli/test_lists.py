"""What there is: tasks, policies, and the zoo."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hebbax import zoo
from hebbax.cli.policies import describe_policies
from hebbax.config.policy import PRESETS, PolicyConfig, register_preset
from hebbax.runs.identity import controller_sha256
from hebbax.runs.stored_run import StoredRun


def test_tasks(hebbax):
    ran = hebbax("tasks", "--json")

    assert ran.code == 0
    tasks = {task["name"]: task for task in json.loads(ran.out)}
    assert tasks["half_cheetah"] == {
        "name": "half_cheetah",
        "robot": "HalfCheetah",
        "observations": 17,
        "actions": 6,
        "control_period": 0.05,
        "ticks": 1000,
        "gymnasium_id": "HalfCheetah-v5",
        "gymnasium_options": {},
        "package": None,
    }
    sizes = {name: (task["observations"], task["actions"]) for name, task in tasks.items()}
    assert sizes == {
        "half_cheetah": (17, 6),
        "cheetah_run": (17, 6),
        "obstacle_cheetah": (17, 6),
        "obstacle_cheetah_pendulums": (17, 6),
        "obstacle_cheetah_slope": (17, 6),
        "swimmer": (8, 2),
        "hopper": (11, 3),
        "walker2d": (17, 6),
        "ant": (105, 8),
        "ant_proprioceptive": (27, 8),
        "ant_run": (27, 8),
        "quadruped": (28, 8),
        "quadruped_najarro": (28, 8),
        "gecko": (51, 16),
        "gecko_leung": (51, 16),
        "dung_beetle": (27, 18),
        "dung_beetle_leung": (27, 18),
        "car_racing": (21168, 3),
        "car_racing_state": (22, 3),
        "humanoid": (348, 17),
        "go1_walk": (33, 12),
        "go1_walk_rough": (33, 12),
        "go1_walk_economical": (33, 12),
        "go1_joystick": (48, 12),
        "go1_joystick_rough": (48, 12),
        "inverted_pendulum": (4, 1),
        "inverted_double_pendulum": (9, 1),
    }
    table = hebbax("tasks").out
    assert all(name in table for name in tasks)
    row = next(line for line in table.splitlines() if "swimmer" in line)
    assert row.split() == ["swimmer", "Swimmer", "8", "2", "0.04", "1000", "Swimmer-v5"]


def test_one_task(hebbax):
    told = json.loads(hebbax("tasks", "hopper", "--json").out)

    assert (told["name"], told["control_period"], told["ticks"], told["settle"]) == ("hopper", 0.008, 1000, 0)
    assert told["observation"][3] == {
        "name": "torso velocity",
        "size": 2,
        "unit": "m/s",
        "low": -10.0,
        "high": 10.0,
    }
    assert [group["name"] for group in told["action"]] == ["thigh", "leg", "foot"]
    assert told["reward"] == ["forward", "survive", "control"]
    # Gymnasium's hopper: a torso on two slides and a hinge, and three joints; floor, torso and three limbs as geoms.
    sizes = {"nq": 6, "nv": 6, "nu": 3, "nbody": 5, "ngeom": 5, "nsensor": 0, "timestep": 0.002, "substeps": 4}
    assert told["model"] == sizes
    text = hebbax("tasks", "hopper").out
    assert f"terminates when   {told['termination']}" in text
    for group in (*told["observation"], *told["action"]):
        row = next(line for line in text.splitlines() if line.strip().startswith(f"{group['name']} "))
        assert group["unit"] in row


def test_one_environment_of_another_package(hebbax):
    told = json.loads(hebbax("tasks", "gymnasium/Pendulum-v1", "--json").out)

    assert told["observation"] == [
        {"name": "observation", "size": 3, "unit": "", "low": [-1.0, -1.0, -8.0], "high": [1.0, 1.0, 8.0]}
    ]
    assert (told["reward"], told["termination"], told["model"]) == (["reward"], None, None)
    assert "each its own" in hebbax("tasks", "gymnasium/Pendulum-v1").out


def test_a_task_that_is_not_there(hebbax):
    assert hebbax("tasks", "hoper") == (2, "", "hebbax: unknown task 'hoper': did you mean 'hopper'?\n")


def test_policies(hebbax):
    ran = hebbax("policies", "--task", "swimmer", "--json")

    assert ran.code == 0
    policies = {policy["name"]: policy for policy in json.loads(ran.out)}
    # 8-16-2: 8 * 16 + 16 * 2 = 160 weights, five coefficients each.
    assert policies["han-e"] == {
        "name": "han-e",
        "network": "mlp 8-16-2 tanh",
        "rule": "eta-abcd",
        "normalisation": "max",
        "averaging": "moving-average of 10",
        "interval": "4 ticks (0.16 s)",
        "evolved_numbers": 800,
        "weights": 160,
        "plastic_weights": 160,
        "plastic_state": 160,
        "package": None,
    }
    # 8-80-2 without plasticity: 8 * 80 + 80 * 2 = 800 evolved weights.
    assert policies["mlp"]["evolved_numbers"] == 800
    assert policies["mlp"]["plastic_weights"] == 0
    assert policies["mlp"]["rule"] is None


def test_a_network_of_an_image_tells_what_its_convolutions_leave():
    """As published: 82 pixels of 84 are halved by pooling, 19 of 41 once more."""
    told = {row["name"]: row for row in describe_policies("car_racing")}
    assert told["najarro-car"]["network"] == "conv 84×84×3-41×41×6-9×9×8-128-64-3 tanh"
    assert (told["najarro-car"]["evolved_numbers"], told["najarro-car"]["weights"]) == (458_002, 92_690)
    assert told["najarro-car-fixed"]["evolved_numbers"] == 456_640


def test_a_policy_whose_connections_differ_tells_of_each():
    register_preset(PolicyConfig("han-x", connections={"layer 0": {"plastic": False}, "layer 1": {"rule": "bcm"}}))
    register_preset(PolicyConfig("han-y", hidden=[4, 4], connections={"layer 1": {"interval": "2 ticks"}}))
    try:
        told = {row["name"]: row for row in describe_policies("swimmer")}
    finally:
        for name in ("han-x", "han-y"):
            del PRESETS._parts[name]
    assert told["han-x"]["rule"] == "bcm + static"
    assert told["han-y"]["rule"] == "eta-abcd"
    assert told["han-y"]["interval"] == "1 tick (0.04 s) + 2 ticks (0.08 s)"


def test_policies_are_of_half_cheetah_by_default(hebbax):
    ran = hebbax("policies")

    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines()]
    begin = next(number for number, words in enumerate(lines) if words[:1] == ["mlp"])
    # 17 * 80 + 80 * 6 = 1840; its activation goes on below, as the table is to be no wider than 100 columns
    assert lines[begin] == ["mlp", "mlp", "17-80-6", "–", "–", "–", "–", "1,840", "1,840", "0"]
    assert lines[begin + 1] == ["tanh"]


SHIPPED = zoo.zoo_path("zoo:half_cheetah/han-e")
SIZES = {"evolved_numbers": 1840, "weights": 368, "plastic_state": 368}


@pytest.fixture
def small_zoo(tmp_path: Path, monkeypatch) -> Path:
    """A zoo with one controller that has a card, and one that has none."""
    for name in ("half_cheetah/han-e", "swimmer/mlp"):
        shutil.copytree(SHIPPED, tmp_path / "zoo" / name)
        (tmp_path / "zoo" / name / "card.json").unlink()
    card = {"return_mean": 4567.8, "return_std": 12.3, "lifetimes": 100, "command": "hebbax train seed=0"}
    (tmp_path / "zoo/half_cheetah/han-e/card.json").write_text(json.dumps(card))
    monkeypatch.setattr(zoo, "_FOLDER", tmp_path / "zoo")
    return tmp_path / "zoo"


def test_zoo(hebbax, small_zoo):
    assert json.loads(hebbax("zoo", "--json").out) == [
        {
            "name": "zoo:half_cheetah/han-e",
            "return_mean": 4567.8,
            "return_std": 12.3,
            "lifetimes": 100,
            "command": "hebbax train seed=0",
            **SIZES,
        },
        {
            "name": "zoo:swimmer/mlp",
            "return_mean": None,
            "return_std": None,
            "lifetimes": None,
            "command": None,
            **SIZES,
        },
    ]
    ran = hebbax("zoo")
    table = ran.out
    assert ran.error == ""
    (row,) = (line.split() for line in table.splitlines() if "zoo:half_cheetah/han-e " in line and "4,568" in line)
    assert row[1:] == ["4,568", "12.3", "100", "1,840", "368", "368"]
    assert "zoo:half_cheetah/han-e was evolved by: hebbax train seed=0\n" in table
    assert "zoo:swimmer/mlp was evolved by: –\n" in table
    assert "hebbax evaluate zoo:half_cheetah/han-e" in table


def test_a_card_of_another_controller_is_not_told(hebbax, small_zoo):
    path = small_zoo / "half_cheetah/han-e/card.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "controller_sha256": "0" * 64}))
    ran = hebbax("zoo", "--json")
    assert json.loads(ran.out)[0]["return_mean"] is None
    assert ran.error == (
        "note: the card of zoo:half_cheetah/han-e is about another controller: its numbers are left out\n"
    )


@pytest.mark.parametrize("name", zoo.zoo_names())
def test_shipped_cards_say_which_controller_they_are_about(name):
    controller = StoredRun.open(f"zoo:{name}", on_note=lambda line: None).controller()
    card = json.loads((zoo.zoo_path(f"zoo:{name}") / "card.json").read_text("utf-8"))
    assert card["controller_sha256"] == controller_sha256(controller.genome, controller.statistics.normaliser())


def test_empty_zoo(hebbax, tmp_path, monkeypatch):
    monkeypatch.setattr(zoo, "_FOLDER", tmp_path)

    assert hebbax("zoo", "--json") == (0, "[]\n", "")
    none = "no controller ships with this version of hebbax: `hebbax train` evolves one\n"
    assert hebbax("zoo") == (0, none, "")
