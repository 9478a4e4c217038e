"""What a published experiment leaves behind, whole and in part."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from hebbax.comparison.comparison import compare
from hebbax.comparison.tables import markdown_of
from hebbax.config.training import TrainingConfig
from hebbax.errors import HebbaxError
from hebbax.reproduction.experiment import Budget, Claim, Experiment, PublishedReturn
from hebbax.reproduction.page import Reproduction, write_reproduction
from hebbax.reproduction.records import METRIC, curve_of, read_records, record_of

ROOT = Path(__file__).parents[2]

BUDGET = Budget(
    summary="Tiny.", tasks={"swimmer": (), "half_cheetah": ()}, seeds={"han-e": 5, "mlp": 5, "han-b": 1}, overrides=()
)
EXPERIMENT = Experiment(
    title="An experiment",
    reference="A. Author: A paper. 2026",
    asks="something",
    out="results/tiny",
    baseline="mlp",
    budgets={"tiny": BUDGET},
    published=(
        PublishedReturn("swimmer", "han-e", 360, "read off a figure"),
        PublishedReturn("swimmer", "han-b", 350, "read off a figure"),
        PublishedReturn("ant", "mlp", 5308, "read off a figure"),
    ),
    claims=(
        Claim("E beats the static network", "han-e", ("mlp",)),
        Claim("E beats B", "han-e", ("han-b",), tasks=("swimmer",)),
    ),
    notes=("A note.",),
)


@pytest.fixture
def paths(write_run):
    """Five seeds of han-e from 10, five of mlp from 0, one of han-b, on swimmer; one unfinished run on half_cheetah."""
    found = [write_run(f"e{s}", [0.0], seed=s, evaluations={1: 10.0 + s}) for s in range(5)]
    found += [write_run(f"m{s}", [0.0], seed=s, policy="mlp", evaluations={1: 0.0 + s}) for s in range(5)]
    found.append(write_run("b0", [0.0], policy="han-b", evaluations={1: 7.125}))
    found.append(write_run("late", [1.234567], task="half_cheetah", generations=3, evaluations={1: 3.0001}))
    return found


@pytest.fixture
def reproduction(paths):
    return Reproduction(EXPERIMENT, BUDGET, "hebbax reproduce han-gymnasium", paths, {"swimmer-han-b-s1": "it broke"})


def test_files(reproduction, tmp_path):
    told = []
    assert write_reproduction(reproduction, tmp_path / "out", told.append)

    assert sorted(path.name for path in told) == [
        "README.md",
        "comparison.json",
        "comparison.md",
        "learning-curves.png",
        "learning-curves.svg",
        "metrics-half_cheetah.jsonl",
        "metrics-swimmer.jsonl",
    ]
    assert sorted(told) == sorted((tmp_path / "out").iterdir())


def test_learning_curves_are_kept(reproduction, tmp_path):
    write_reproduction(reproduction, tmp_path / "out")

    lines = (tmp_path / "out/metrics-swimmer.jsonl").read_text().splitlines()
    assert len(lines) == 11
    (late,) = map(json.loads, (tmp_path / "out/metrics-half_cheetah.jsonl").read_text().splitlines())
    config = late.pop("config")
    assert (config["task"]["name"], config["generations"]) == ("half_cheetah", 3)
    assert late == {
        "run": "late",
        "task": "half_cheetah",
        "policy": "han-e",
        "seed": 0,
        "generations": 3,
        "reached": 1,
        "command": ["hebbax", "train"],
        "seconds": 0.5,
        "steps": 1000,
        "return_mean": [1.23],
        "mean_genome_return": [[1, 3.0001]],
        "mean_genome_steps": [1000],
        "diverged": 0,
        "diverged_at_end": 0.0,
        "sizes": {"evolved_numbers": 1840, "weights": 368, "plastic_state": 368},
        "made_with": ["mujoco 3.17.0; a CPU"],
    }


def test_a_records_command_tells_nothing_of_the_machine(write_run, tmp_path):
    path = write_run("there", [0.0])
    record = json.loads((path / "run.json").read_text())
    record["command"] = ["hebbax", "train", "seed=3", "threads=1", "--run", str(tmp_path / "there")]
    (path / "run.json").write_text(json.dumps(record))

    assert record_of(path)["command"] == ["hebbax", "train", "seed=3"]


def test_the_page_says_what_is_missing(reproduction, tmp_path):
    write_reproduction(reproduction, tmp_path / "out")
    page = (tmp_path / "out/README.md").read_text()

    assert (
        "**Partial: 11 of 22 runs are finished.** These failed or could not begin:\n\n- swimmer-han-b-s1: it broke\n"
        in page
    )
    assert "```console\n$ hebbax reproduce han-gymnasium\n```" in page
    assert "- mujoco 3.17.0; a CPU (12 runs)" in page
    assert "unfinished, not counted: han-e seed 0" in page


def test_published_numbers_stand_beside_ours(reproduction, tmp_path):
    write_reproduction(reproduction, tmp_path / "out")
    page = (tmp_path / "out/README.md").read_text()

    assert "| swimmer | han-e | 360.0 | read off a figure | 12.0 (mean of 5 seeds) |" in page
    assert "| swimmer | han-b | 350.0 | read off a figure | 7.1 (single results) |" in page
    assert "| ant | mlp | 5,308 | read off a figure | not run |" in page
    yes = "yes: P(han-e better than mlp) = 1.00 (1.00 to 1.00)"
    assert f"| E beats the static network | swimmer, termination=end | {yes} |" in page
    assert "| E beats the static network | half_cheetah, termination=end | not run |" in page
    assert "| E beats B | swimmer, termination=end | undecided: " in page
    assert "| E beats B | half_cheetah" not in page, "it is about swimmer alone"


def test_when_all_is_done_it_says_so(reproduction, paths, tmp_path):
    done = replace(
        reproduction,
        folders=paths[:10],
        budget=replace(BUDGET, tasks={"swimmer": ()}, seeds={"han-e": 5, "mlp": 5}),
        missing={},
    )
    write_reproduction(done, tmp_path / "out")

    assert "\nAll 10 runs are finished.\n" in (tmp_path / "out/README.md").read_text()


def test_a_discussion_by_hand_is_part_of_the_page_and_stays(reproduction, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/discussion.md").write_text("## Discussion\n\nThe budget is small.\n")
    write_reproduction(reproduction, tmp_path / "out")

    assert "\n## Discussion\n\nThe budget is small.\n\n## Made with\n" in (tmp_path / "out/README.md").read_text()
    assert (tmp_path / "out/discussion.md").exists()


def test_nothing_has_run(reproduction, write_run, tmp_path):
    nothing = replace(reproduction, folders=[write_run("new", [], generations=3)])

    assert not write_reproduction(nothing, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def growing(write_run):
    """Run folders of growing lives: two finished seeds, one whose last lives diverged, an unfinished one."""
    growing = TrainingConfig("growing")
    finals: dict[int, float | None] = {0: 1.237, 1: 2.0, 2: None}
    found = []
    for seed, final in finals.items():
        values = {1: 0.5, 2: final}
        found.append(
            write_run(
                f"grown{seed}", [0.1, 0.2], seed=seed, evaluations=values, training=growing, training_ticks=[200, 300]
            )
        )
    found.append(
        write_run("grown3", [0.1], seed=3, evaluations={1: 0.5}, training=growing, training_ticks=[200], generations=2)
    )
    return found


def test_the_results_are_made_again_from_their_records_alone(growing, reproduction, tmp_path):
    original, again = tmp_path / "original", tmp_path / "again"
    write_reproduction(replace(reproduction, folders=growing), original)
    for path in growing:
        shutil.rmtree(path)
    write_reproduction(replace(reproduction, folders=growing, kept=read_records(original)), again)

    files = sorted(path.name for path in original.iterdir())
    assert "metrics-swimmer.jsonl" in files
    for name in files:
        assert (again / name).read_bytes() == (original / name).read_bytes(), name


def test_a_record_says_how_long_lives_were(growing, reproduction, tmp_path):
    write_reproduction(replace(reproduction, folders=growing[:1]), tmp_path / "out")

    (record,) = read_records(tmp_path / "out").values()
    assert record["training_ticks"] == [200, 300]
    assert record["mean_genome_steps"] == [1000, 2000]


def test_the_committed_results_are_made_again_from_their_records():
    """Numbers as text: the last bits of an interval are the processor's."""
    committed = ROOT / "results/han"
    tables = compare([curve_of(record) for record in read_records(committed).values()])

    page = (committed / "README.md").read_text("utf-8")
    assert len(tables) == 2
    assert markdown_of(tables, METRIC, "mlp").rstrip() in page


@pytest.mark.parametrize(("kept", "expected"), [(1, 9.0), (2, 9.0), (3, 5.0)])
def test_of_a_folder_and_a_record_the_one_that_is_further_counts(kept, expected, write_run, reproduction, tmp_path):
    """A record that is not further than the folder gives way to it."""
    path = write_run("other0", [0.0] * kept, evaluations={kept: 5.0}, generations=3)
    write_reproduction(replace(reproduction, folders=[path]), tmp_path / "kept")
    shutil.rmtree(path)
    write_run("other0", [0.0] * 2, evaluations={2: 9.0}, generations=3)
    write_reproduction(replace(reproduction, folders=[path], kept=read_records(tmp_path / "kept")), tmp_path / "out")

    assert read_records(tmp_path / "out")["other0"]["mean_genome_return"][-1][1] == expected


@pytest.mark.parametrize("line", ['{"run": "swimmer-han-b-s0"}', "[1]", "{"])
def test_records_of_another_form(line, tmp_path):
    (tmp_path / "metrics-swimmer.jsonl").write_text(f"{line}\n")

    with pytest.raises(HebbaxError, match=r"metrics-swimmer\.jsonl, line 1: .* --out"):
        read_records(tmp_path)
