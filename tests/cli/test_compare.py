"""Comparing on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hebbax.comparison.tables import json_of

FILES = ["comparison.md", "comparison.json", "learning-curves.png", "learning-curves.svg"]


@pytest.fixture
def runs(write_run):
    """Five seeds of mlp and two of han-e in the folder sweep; their mean genomes earn twice the population's mean."""
    for policy, seeds in (("mlp", 5), ("han-e", 2)):
        for seed in range(seeds):
            name = f"sweep/{policy}-s{seed}"
            write_run(name, [1.0 + seed], policy=policy, seed=seed, evaluations={1: 2.0 + 2 * seed})


@pytest.mark.usefixtures("wide_terminal")
def test_tables_and_files(hebbax, runs, tmp_path):
    ran = hebbax("compare", "sweep", "--baseline", "mlp", "--out", "out")

    assert (ran.code, ran.error) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "swimmer, termination=end"
    # Of 2, 4, 6, 8, 10 the mean is 6, and so is that of the middle three.
    assert re.search(r"^ *mlp +800 +800 +0 +5 +6\.0 +\S+ to \S+ +6\.0 +\S+ to \S+ *$", ran.out, re.MULTILINE)
    assert re.search(
        r"^ *han-e +800 +160 +160 +2 +– +– +– +– +2\.0 \(seed 0\); 4\.0 \(seed 1\) *$", ran.out, re.MULTILINE
    )
    assert lines[-4:] == [f"out/{name}" for name in FILES]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)


def test_the_metric_can_be_chosen(hebbax, runs):
    ran = hebbax("compare", "sweep", "--metric", "population-mean")

    assert re.search(r"^ *mlp +800 +800 +0 +5 +3\.0 ", ran.out, re.MULTILINE)


def test_json_is_one_object_and_nothing_else(hebbax, runs):
    ran = hebbax("compare", "sweep/mlp-s0", "sweep/han-e-s0", "--json")

    values = json.loads(ran.out)
    assert values.keys() == {*json_of([], "best"), "files"}
    assert values["files"] == [f"comparison/{name}" for name in FILES]
    assert [group["returns"] for group in values["tables"][0]["groups"]] == [[2.0], [2.0]]
    assert Path("comparison/comparison.md").is_file()


def test_tasks_are_not_compared(hebbax, runs, write_run):
    write_run("cheetah", [5.0], task="half_cheetah", evaluations={1: 7.0})
    ran = hebbax("compare", "sweep", "cheetah")

    assert "\nhalf_cheetah, termination=end\n" in ran.out
    assert "returns of different tasks and terminations are not comparable, so each has a table of its own\n" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sweep", "--metric", "bset"], "unknown metric 'bset': did you mean 'best'?"),
        (["sweep", "--baseline", "han-f"], "unknown baseline 'han-f': did you mean 'han-e'?"),
        (["sweep", "--across", "step"], "unknown axis 'step': did you mean 'steps'?"),
        (["swep"], "no run at swep: `hebbax train` starts one"),
        (["zoo:half_cheetah/han-z"], "unknown zoo controller 'half_cheetah/han-z': did you mean 'half_cheetah/han-e'?"),
        (["zooo:half_cheetah/han-e"], "unknown run 'zooo:half_cheetah/han-e': did you mean 'zoo:half_cheetah/han-e'?"),
        (["sweep", "--generations", "0"], "generations=0: expected a whole number of at least 1; nearest valid: 1"),
    ],
)
def test_message_of_what_is_wrong(hebbax, runs, tmp_path, arguments, message):
    assert hebbax("compare", *arguments) == (2, "", f"hebbax: {message}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["sweep"]
