"""`hebbax experiment`: the list, the files and the errors."""

from __future__ import annotations

import json
import shutil

import pytest

from hebbax import zoo
from hebbax.experiments import registry

SMALL = ("--ticks", "100", "--lifetimes", "2", "--quick")


@pytest.mark.parametrize("arguments", [(), ("--list",)])
def test_experiments_are_listed(hebbax, arguments):
    ran = hebbax("experiment", *arguments)
    assert (ran.code, ran.error) == (0, "")
    names = [line.split()[0] for line in ran.out.splitlines()]
    assert names == [
        "freeze",
        "saturate",
        "zero-weights",
        "interrupt",
        "lock-freeze",
        "continual",
        "random-rules",
        "lifted",
        "initial-weights",
        "timescale",
    ]


def test_a_sentence_and_files_in_the_run(hebbax, copied_run):
    ran = hebbax("experiment", "freeze", "copy", *SMALL)
    assert (ran.code, ran.error) == (0, "")
    sentence, *files = ran.out.splitlines()
    assert sentence.startswith("freeze: ")
    assert sentence.endswith(" 95 % intervals rest on 2 lives; from fewer than 20 they are rough.")
    assert files == [f"  copy/experiments/freeze.{ending}" for ending in ("json", "png", "svg")]
    document = json.loads((copied_run / "experiments/freeze.json").read_text())
    assert document["command"] == ["hebbax", "experiment", "freeze", "copy", *SMALL]
    assert document["setting"]["run"] == "copy"
    assert document["interval_lives"] == [2, 2]
    assert [len(point["return"]["values"]) for point in document["values"]["points"]] == [2] * 5


def test_two_runs_stand_side_by_side(hebbax, copied_run, finished_run):
    ran = hebbax("experiment", "interrupt", "copy", finished_run, *SMALL, "--out", "there")
    assert ran.code == 0
    groups = json.loads((copied_run.parent / "there/interrupt.json").read_text())["values"]["groups"]
    assert [group["run"] for group in groups] == ["copy", str(finished_run)]
    assert groups[0]["kept_rate"] == groups[1]["kept_rate"]


def test_a_shipped_controllers_results_go_beside_the_user(hebbax, finished_run, tmp_path, monkeypatch):
    shutil.copytree(finished_run, tmp_path / "zoo/swimmer/han-e")
    monkeypatch.setattr(zoo, "_FOLDER", tmp_path / "zoo")
    monkeypatch.setattr(zoo, "__file__", str(tmp_path / "zoo/__init__.py"))
    ran = hebbax("experiment", "freeze", "zoo:swimmer/han-e", *SMALL)
    assert ran.out.splitlines()[1] == "  experiments-swimmer-han-e/freeze.json"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("freez", "copy"), "unknown experiment 'freez': did you mean 'freeze'?"),
        (("freeze",), "experiment 'freeze' on which run? Give a run's folder, or zoo:TASK/POLICY"),
        (("freeze", "copy"), "ticks=20: expected at least 100 for an experiment; nearest valid: 100"),
        (("freeze", "copy", "--lifetimes", "1"), "lifetimes=1: expected at least 2, for an interval; nearest valid: 2"),
        (
            ("lifted", "copy", *SMALL),
            "experiment 'lifted': no coordinate of Swimmer is its height, so it cannot be lifted; what can be asked: "
            "freeze, saturate, zero-weights, interrupt, lock-freeze, continual",
        ),
        (
            ("freeze", "copy", "copy", *SMALL),
            "experiment 'freeze' looks at one run: a second one is for interrupt, continual",
        ),
    ],
)
def test_errors(hebbax, copied_run, arguments, message):
    ran = hebbax("experiment", *arguments)
    assert (ran.code, ran.out, ran.error) == (2, "", f"hebbax: {message}\n")


def test_where_files_cannot_go_is_told_before_lives_are_lived(hebbax, copied_run, monkeypatch):
    monkeypatch.setattr(registry, "run_experiment", lambda name, context: pytest.fail("it was made"))
    ran = hebbax("experiment", "freeze", "copy", *SMALL, "--out", "copy/config.yaml")
    message = "cannot write copy/config.yaml: copy/config.yaml is not a folder; choose another place"
    assert (ran.code, ran.error) == (2, f"hebbax: {message}\n")


def test_all_that_apply_are_made_and_the_others_told(hebbax, copied_run):
    ran = hebbax("experiment", "all", "copy", *SMALL)
    assert ran.code == 0
    made = [line.partition(":")[0] for line in ran.out.splitlines() if not line.startswith(" ")]
    assert made == ["freeze", "saturate", "zero-weights", "interrupt", "lock-freeze", "continual"]
    assert ran.error.splitlines() == [
        "note: no random-rules: ticks=100: a verdict on the weights takes 60 updates; nearest valid: 240",
        "note: no lifted: no coordinate of Swimmer is its height, so it cannot be lifted",
        "note: no initial-weights: ticks=100: a verdict on the weights takes 60 updates; nearest valid: 240",
        "note: no timescale: ticks=100: a verdict on the weights takes 60 updates; nearest valid: 240",
    ]
    assert len(list((copied_run / "experiments").iterdir())) == 3 * len(made)
