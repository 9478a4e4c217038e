"""A published experiment on the command line, in small."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pytest

from hebbax.reproduction import registry as experiments
from hebbax.reproduction.experiment import Budget
from hebbax.reproduction.registry import EXPERIMENTS
from hebbax.runs.run_folder import RunFolder

TINY = Budget(
    summary="Tiny.",
    tasks={"swimmer": ("task.ticks=20",)},
    seeds={"han-e": 2, "nobody": 1},
    overrides=("strategy.population=4", "generations=2", "evaluate_lifetimes=2", "threads=1"),
)
UNKNOWN = "unknown policy 'nobody': "


@pytest.fixture
def tiny(monkeypatch):
    """han-gymnasium with a budget that takes a second, and a policy that does not exist."""
    experiment = replace(EXPERIMENTS["han-gymnasium"], budgets={"laptop": TINY})
    monkeypatch.setattr(experiments, "EXPERIMENTS", {"han-gymnasium": experiment})


def test_a_dry_run_lists_the_runs_and_writes_nothing(hebbax, tiny, tmp_path):
    ran = hebbax("reproduce", "han-gymnasium", "--dry-run")

    assert (ran.code, ran.error) == (0, "")
    assert re.search(r"^ *swimmer-han-e-s0 +800 +160 +160 +missing +– +– *$", ran.out, re.MULTILINE)
    assert re.search(r"^ *swimmer-nobody-s0 +– +– +– +cannot begin +– +– *$", ran.out, re.MULTILINE)
    assert f"0 of 3 runs finished, 1 failed:\n  swimmer-nobody-s0: {UNKNOWN}" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_runs_results_and_a_repeat(hebbax, tiny, tmp_path):
    ran = hebbax("reproduce", "han-gymnasium")

    assert ran.code == 1, "a policy is unknown, and the others have run"
    assert f"\n2 of 3 runs finished, 1 failed:\n  swimmer-nobody-s0: {UNKNOWN}" in ran.out
    runs = tmp_path / "runs/han-gymnasium/laptop"
    assert {path.name: len(RunFolder(path).read_metrics()) for path in runs.iterdir()} == {
        "swimmer-han-e-s0": 2,
        "swimmer-han-e-s1": 2,
    }
    page = (tmp_path / "results/han/README.md").read_text()
    assert "**Partial: 2 of 3 runs are finished.**" in page
    assert f"- swimmer-nobody-s0: {UNKNOWN}" in page
    assert "$ hebbax reproduce han-gymnasium --budget laptop\n" in page
    assert ran.out.endswith("results/han/README.md\n")

    again = hebbax("reproduce", "han-gymnasium")
    assert again.out.count("finished before") == 2
    assert (tmp_path / "results/han/README.md").read_text() == page


@pytest.mark.slow
def test_a_report_of_what_is_there(hebbax, tiny, tmp_path):
    hebbax("reproduce", "han-gymnasium", "--runs", "r", "--out", "o")
    (tmp_path / "o/README.md").unlink()
    ran = hebbax("reproduce", "han-gymnasium", "--runs", "r", "--out", "o", "--report-only")

    assert ran.code == 1
    assert "run 1 of" not in ran.out
    page = (tmp_path / "o/README.md").read_text()
    assert "$ hebbax reproduce han-gymnasium --budget laptop --runs r --out o\n" in page


@pytest.mark.slow
def test_what_the_results_hold_is_kept(hebbax, tiny, tmp_path, monkeypatch):
    budget = replace(TINY, seeds={"mlp": 1})
    experiment = replace(EXPERIMENTS["han-gymnasium"], budgets={"laptop": budget})
    monkeypatch.setattr(experiments, "EXPERIMENTS", {"han-gymnasium": experiment})
    hebbax("reproduce", "han-gymnasium")
    shutil.rmtree(tmp_path / "runs")
    first = {path.name: path.read_bytes() for path in (tmp_path / "results/han").iterdir()}

    ran = hebbax("reproduce", "han-gymnasium", "--keep")

    assert (ran.code, ran.error) == (0, "")
    assert "run 1 of" not in ran.out
    assert "0 of 0 runs finished\nfinished in the results: 1 more\n" in ran.out
    again = {path.name: path.read_bytes() for path in (tmp_path / "results/han").iterdir()}
    assert not (tmp_path / "runs").exists()
    assert [name for name in first if again[name] != first[name]] == ["README.md"], "which names the command"
    assert b"--budget laptop --keep\n" in again["README.md"]

    assert "will be replaced" not in hebbax("reproduce", "han-gymnasium", "--keep").error
    lost = hebbax("reproduce", "han-gymnasium", "--report-only").error.splitlines()[0]
    assert lost.startswith(
        "note: the results in results/han of swimmer-mlp-s0 will be replaced, and their runs are not"
    )
    assert lost.endswith("there: --keep keeps them")

    monkeypatch.setattr(
        experiments,
        "EXPERIMENTS",
        {"han-gymnasium": replace(experiment, budgets={"laptop": replace(budget, overrides=("generations=3",))})},
    )
    other = hebbax("reproduce", "han-gymnasium", "--keep")
    assert other.code == 2
    assert "results/han holds swimmer-" in other.error
    assert "now it is" in other.error
    assert "--out" in other.error


def test_a_page_of_something_else_is_not_replaced_without_a_word(hebbax, tiny, tmp_path):
    (tmp_path / "README.md").write_text("mine")

    ran = hebbax("reproduce", "han-gymnasium", "--report-only", "--out", ".")

    assert re.match(r"note: README\.md of \S+ \S+ will be replaced; --out chooses another place\n", ran.error)


def test_a_report_before_the_first_run(hebbax, tiny, tmp_path):
    ran = hebbax("reproduce", "han-gymnasium", "--report-only")

    assert ran.error == "note: no run has finished a generation yet, so there is nothing to report\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["han-gymnas"], "unknown experiment 'han-gymnas': did you mean 'han-gymnasium'?"),
        (["han-gymnasium", "--budget", "desktop"], "unknown budget 'desktop': did you mean 'laptop'?"),
        (
            ["han-gymnasium", "--dry-run", "--report-only"],
            "--dry-run writes nothing and --report-only writes the results: give one of them",
        ),
    ],
)
def test_message_of_what_is_wrong(hebbax, arguments, message):
    assert hebbax("reproduce", *arguments) == (2, "", f"hebbax: {message}\n")


def test_a_controller_from_elsewhere_is_looked_at(hebbax, tmp_path):
    ran = hebbax("reproduce", "najarro-coefficients", "--run", "zoo:swimmer/han-e", "--out", "o")

    assert (ran.code, ran.error) == (0, "")
    assert ran.out.startswith("looking at zoo:swimmer/han-e\n")
    page = (tmp_path / "o/README.md").read_text()
    assert "$ hebbax reproduce najarro-coefficients --run zoo:swimmer/han-e --out o\n" in page
    assert "| zoo:swimmer/han-e | η |" in page
    assert [path.name for path in tmp_path.iterdir()] == ["o"], "nothing is evolved"


def test_results_of_own_runs_are_not_replaced_by_a_look(hebbax, tiny, tmp_path, monkeypatch):
    budget = replace(TINY, seeds={"mlp": 1})
    gymnasium = replace(EXPERIMENTS["han-gymnasium"], budgets={"laptop": budget})
    looking = EXPERIMENTS["najarro-coefficients"]
    monkeypatch.setattr(experiments, "EXPERIMENTS", {"han-gymnasium": gymnasium, "najarro-coefficients": looking})
    hebbax("reproduce", "han-gymnasium", "--out", "o")

    ran = hebbax("reproduce", "najarro-coefficients", "--run", "zoo:swimmer/han-e", "--out", "o")
    assert (ran.code, ran.error.count("\n")) == (2, 1)
    assert "o holds results of the experiment's own runs, such as swimmer-mlp-s0" in ran.error
    assert "--out" in ran.error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["najarro-freeze", "--run", "gone"], "gone"),
        (["han-gymnasium", "--run", "gone"], "--run: han-gymnasium compares learning curves alone; it is for han-ant"),
        (["najarro-freeze", "--run", "gone", "--dry-run"], "--run evolves nothing, so --dry-run says nothing"),
        (["najarro-freeze", "--run", "zoo:go1_walk/mlp"], "policy 'mlp': its weights do not change"),
        (["najarro-table1", "--run", "zoo:swimmer/han-e"], "front-right lower leg"),
    ],
)
def test_what_cannot_be_looked_at_is_said_in_one_line(hebbax, arguments, words):
    ran = hebbax("reproduce", *arguments)

    assert (ran.code, ran.error.count("\n")) == (2, 1)
    assert words in ran.error
