"""Evaluating runs, and runs that cannot be evaluated."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import yaml

from hebbax import zoo
from hebbax.runs.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from hebbax.runs.run_folder import RunFolder

KEYS = {
    *("task", "policy", "genome", "seed", "lifetimes", "return_mean", "return_std", "return_ci95"),
    *("returns", "lengths", "diverged", "termination", "versions"),
}
"""What is promised to be in the JSON."""


def test_json(hebbax, copied_run):
    ran = hebbax("evaluate", "copy", "--lifetimes", "4", "--seed", "9", "--json")

    assert (ran.code, ran.error) == (0, "")
    values = json.loads(ran.out)
    assert set(values) >= KEYS
    assert (values["task"], values["policy"], values["genome"]) == ("swimmer", "han-e", "best")
    assert (values["seed"], values["lifetimes"]) == (9, 4)
    assert (values["evolved_numbers"], values["weights"], values["plastic_state"]) == (800, 160, 160)
    assert values["lengths"] == [20] * 4
    returns = values["returns"]
    assert len(set(returns)) == 4
    mean, std = np.mean(returns), np.std(returns, ddof=1)
    assert values["return_mean"] == pytest.approx(mean)
    assert values["return_std"] == pytest.approx(std)
    half = 3.1824463 * std / 2  # Student's t with 3 degrees of freedom
    assert values["return_ci95"] == pytest.approx([mean - half, mean + half])


def test_text_says_what_json_says(hebbax, copied_run):
    values = json.loads(hebbax("evaluate", "copy", "--lifetimes", "4", "--json").out)

    terms = values["reward_terms"]
    assert sum(terms.values()) == pytest.approx(values["return_mean"])
    ran = hebbax("evaluate", "copy", "--lifetimes", "4")

    facts = dict(line.split("  ", 1) for line in ran.out.splitlines())
    facts = {name: value.strip() for name, value in facts.items()}
    low, high = values["return_ci95"]
    assert facts["task, policy"] == "swimmer, han-e (best genome)"
    assert facts["sizes"] == "800 evolved numbers, 160 weights, 160 numbers of plastic state"
    assert facts["lifetimes"] == "4 (seed 1)"
    assert facts["mean return"] == f"{values['return_mean']:,.1f}"
    assert facts["of which"] == f"forward {terms['forward']:,.1f}, control {terms['control']:,.1f}"
    assert facts["95 % interval over lifetimes"] == f"{low:,.1f} to {high:,.1f}"
    assert facts["lowest, highest"] == f"{min(values['returns']):,.1f}, {max(values['returns']):,.1f}"
    assert facts["ticks of a life"] == "20 to 20"


def test_the_termination_of_the_run_is_told(hebbax, copied_run):
    newest = RunFolder(copied_run).checkpoints()[-1]
    stored = read_checkpoint(newest)
    document = {**stored.document, "config": {**stored.document["config"], "termination": "restart"}}
    assert json.loads(hebbax("evaluate", "copy", "--lifetimes", "1", "--json").out)["termination"] == "end"

    write_checkpoint(newest, Checkpoint(stored.generation, stored.tensors, document))
    (copied_run / "config.yaml").write_text(yaml.safe_dump(document["config"]))

    values = json.loads(hebbax("evaluate", "copy", "--lifetimes", "1", "--json").out)
    assert (values["termination"], values["terminations"], values["terminated"]) == ("restart", 0, 0)
    lines = hebbax("evaluate", "copy", "--lifetimes", "1").out.splitlines()
    assert lines[-1].split() == ["terminations", "0", "(termination=restart)"]


def test_genome_and_seed_choose_other_lives(hebbax, copied_run):
    checkpoint = RunFolder(copied_run).checkpoints()[-1]
    stored = read_checkpoint(checkpoint)
    other = {**stored.tensors, "mean/genome": np.roll(stored.tensors["mean/genome"], 1)}
    write_checkpoint(checkpoint, Checkpoint(stored.generation, other, stored.document))

    def returns(*options: str) -> list[float]:
        return json.loads(hebbax("evaluate", "copy", "--lifetimes", "2", "--json", *options).out)["returns"]

    assert returns() == returns("--genome", "best", "--seed", "1")
    assert len({tuple(returns()), tuple(returns("--seed", "2")), tuple(returns("--genome", "mean"))}) == 3


def test_zoo_controller(hebbax, finished_run, tmp_path, monkeypatch):
    shutil.copytree(finished_run, tmp_path / "zoo/swimmer/han-e")
    monkeypatch.setattr(zoo, "_FOLDER", tmp_path / "zoo")

    ran = hebbax("evaluate", "zoo:swimmer/han-e", "--lifetimes", "1", "--json")

    assert ran.code == 0
    assert json.loads(ran.out)["task"] == "swimmer"
    message = "unknown zoo controller 'swimmer/han-f': did you mean 'swimmer/han-e'?"
    assert hebbax("evaluate", "zoo:swimmer/han-f") == (2, "", f"hebbax: {message}\n")


def test_a_folder_named_like_a_controller_of_the_zoo_is_that_folder(hebbax, copied_run):
    shutil.copytree(copied_run, copied_run.parent / "half_cheetah/han-e")
    ran = hebbax("evaluate", "half_cheetah/han-e", "--lifetimes", "1", "--json")
    assert json.loads(ran.out)["task"] == "swimmer"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cpy"], "no run at cpy: did you mean 'copy'?"),
        (["zooo:half_cheetah/han-e"], "unknown run 'zooo:half_cheetah/han-e': did you mean 'zoo:half_cheetah/han-e'?"),
        (["Zoo:half_cheeta/hane"], "unknown run 'Zoo:half_cheeta/hane': did you mean 'zoo:half_cheetah/han-e'?"),
        (["half_cheetah/han-e"], "unknown run 'half_cheetah/han-e': did you mean 'zoo:half_cheetah/han-e'?"),
        (["zoo:half_cheetah/hane"], "unknown zoo controller 'half_cheetah/hane': did you mean 'half_cheetah/han-e'?"),
        (["there:half_cheetah/han-e"], "no run at there:half_cheetah/han-e: `hebbax train` starts one"),
        (["copy/config.yaml"], "copy/config.yaml is a file, not a run: give the folder that holds config.yaml"),
        (
            ["copy/checkpoints"],
            "copy/checkpoints is not a run: it holds no config.yaml; give the folder of a run",
        ),
        (["copy", "--genome", "bset"], "unknown genome 'bset': did you mean 'best'?"),
        (["copy", "--engine", "lockstp"], "unknown engine 'lockstp': did you mean 'lockstep'?"),
        (["copy", "--lifetimes", "0"], "lifetimes=0: expected a whole number of at least 1; nearest valid: 1"),
        (["copy", "--seed", "-1"], "seed=-1: expected 0 to 4294967295; nearest valid: 0"),
    ],
)
def test_message_of_what_is_wrong(hebbax, copied_run, arguments, message):
    assert hebbax("evaluate", *arguments) == (2, "", f"hebbax: {message}\n")


@pytest.mark.parametrize("command", ["evaluate", "show", "analyze", "record", "report", "genome", "experiment freeze"])
def test_a_folder_of_runs_is_told_to_be_one(hebbax, copied_run, command):
    sweep = copied_run.parent / "sweep"
    for name in ("a", "b c"):
        shutil.copytree(copied_run, sweep / name)

    message = (
        "sweep is not a run, but holds 2 runs: give one, such as sweep/a; `hebbax compare sweep` puts them side by side"
    )
    assert hebbax(*command.split(), "sweep") == (2, "", f"hebbax: {message}\n")


@pytest.mark.parametrize(
    ("name", "array", "said"),
    [
        ("best/genome", np.zeros(7, np.float32), "has shape (7,) and type float32"),
        ("mean/genome", np.zeros(800), "has shape (800,) and type float64"),
        ("statistics/mean", np.zeros(80), "has shape (80,) and type float64"),
        ("best/statistics/m2", np.zeros((1, 8)), "has shape (1, 8) and type float64"),
        ("statistics/count", np.zeros(1), "has shape (1,) and type float64"),
        ("best/statistics/mean", None, "is missing"),
    ],
)
@pytest.mark.parametrize("command", [["evaluate", "copy"], ["train", "--resume", "copy", "generations=9"]])
def test_arrays_that_are_not_the_policys_or_the_tasks(hebbax, copied_run, name, array, said, command):
    newest = RunFolder(copied_run).checkpoints()[-1]
    stored = read_checkpoint(newest)
    tensors = {**stored.tensors, name: array}
    if array is None:
        del tensors[name]
    write_checkpoint(newest, Checkpoint(stored.generation, tensors, stored.document))

    ran = hebbax(*command)

    assert (ran.code, ran.out) == (2, "")
    file = f"copy/checkpoints/{newest.name}"
    assert ran.error.startswith(f"hebbax: {file}: the checkpoint's {name!r} {said}: policy 'han-e' on task 'swimmer'")


def test_a_truncated_checkpoint_is_passed_over(hebbax, copied_run):
    newest = RunFolder(copied_run).checkpoints()[-1]
    newest.write_bytes(newest.read_bytes()[:-100])

    ran = hebbax("evaluate", "copy", "--lifetimes", "1", "--json")

    assert ran.code == 0
    assert json.loads(ran.out)["lifetimes"] == 1
    assert ran.error == (
        "note: cannot use checkpoint copy/checkpoints/generation-000003.safetensors: it is cut off or altered "
        "(its checksum does not match); going on from generation-000002.safetensors instead\n"
    )


def test_a_run_without_a_good_checkpoint(hebbax, copied_run):
    for path in RunFolder(copied_run).checkpoints():
        path.write_bytes(b"")

    ran = hebbax("evaluate", "copy")

    assert (ran.code, ran.out) == (2, "")
    assert ran.error.startswith("hebbax: run copy has no good checkpoint: generation-000003.safetensors (")
    assert ran.error.count("\n") == 1


def test_other_versions_than_the_run_was_made_with_are_told(hebbax, copied_run):
    newest = RunFolder(copied_run).checkpoints()[-1]
    stored = read_checkpoint(newest)
    document = {**stored.document, "environment": {**stored.document["environment"], "mujoco": "3.0.0"}}
    write_checkpoint(newest, Checkpoint(stored.generation, stored.tensors, document))

    ran = hebbax("evaluate", "copy", "--lifetimes", "1", "--json")

    assert ran.code == 0
    assert ran.error.startswith("note: mujoco 3.0.0 → ")
    assert ran.error.count("\n") == 1
