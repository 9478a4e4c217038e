"""`hebbax export` and `hebbax verify-export`: each once, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

RUN = "zoo:swimmer/han-e"


@pytest.fixture
def exported(hebbax, tmp_path) -> Path:
    """The shipped swimmer as numbers with names."""
    ran = hebbax("export", RUN, "--format", "json", "--to", "out")
    assert ran.code == 0
    assert "swimmer_han_e.json, test_vector.csv; README.md says how to run it" in ran.out
    assert "next: hebbax verify-export out" in ran.out
    return tmp_path / "out"


def test_a_controller_leaves_and_is_still_the_same(hebbax, exported):
    document = json.loads((exported / "swimmer_han_e.json").read_text("utf-8"))
    weights = [connection["draw"] for connection in document["connections"]]
    assert [draw["at"] for draw in weights] == [0, 128]
    assert np.shape(document["connections"][1]["coefficients"][3]["values"]) == (16, 2)
    ran = hebbax("verify-export", "out", "--lives", "0", "--json")
    assert ran.code == 0
    told = json.loads(ran.out)
    assert list(told) == [
        *("format", "run", "bits", "compiled", "ticks", "largest_difference", "tolerance"),
        *("not_a_number_is_answered", "returns", "passed"),
    ]
    assert (told["format"], told["run"], told["ticks"], told["passed"]) == ("json", RUN, 1000, True)
    ran = hebbax("verify-export", "out", "--lives", "0")
    assert "test vector   the same: 1,000 ticks, actions differ by" in ran.out


def test_a_second_export_takes_the_place_of_the_first(hebbax, exported):
    before = (exported / "test_vector.csv").read_bytes()
    (exported / "ros2_node.py").write_text("filled in", encoding="utf-8")
    assert hebbax("export", RUN, "--format", "numpy", "--to", "out", "--seed", "2").code == 0
    assert (exported / "test_vector.csv").read_bytes() != before
    assert (exported / "ros2_node.py").read_text("utf-8") == "filled in"
    assert not (exported / "swimmer_han_e.json").exists()
    assert hebbax("verify-export", "out", "--lives", "0").code == 0


def test_one_that_is_not_the_same_says_so(hebbax, exported, monkeypatch):
    monkeypatch.setattr("hebbax.export.verify.largest_difference", lambda *arguments: 0.5)
    ran = hebbax("verify-export", "out", "--lives", "0")
    assert ran.code == 1
    assert "NOT the same: 1,000 ticks, actions differ by 0.5 at most (0.001 allowed)" in ran.out


def test_without_a_compiler_a_note_says_so(hebbax, monkeypatch):
    assert hebbax("export", RUN, "--format", "c", "--to", "out").code == 0
    monkeypatch.setattr("hebbax.export.verify.compiler", lambda: None)
    ran = hebbax("verify-export", "out", "--lives", "0")
    assert ran.code == 0
    assert "note: no C compiler was found" in ran.error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export", RUN), "--format"),
        (("export", RUN, "--format", "rust"), "rust"),
        (("export", RUN, "--format", "c", "--bits", "8"), "8"),
        (("export", RUN, "--format", "c", "--to", ""), "--to: expected the name of a folder"),
        (("export", RUN, "--format", "c", "--genome", "worst"), "unknown genome 'worst'"),
        (("export", "zoo:swimmer/han-f", "--format", "c"), "did you mean 'swimmer/han-e'"),
        (
            ("verify-export", "nowhere"),
            "nowhere: it has no export.json; expected a folder that `hebbax export` has made",
        ),
        (("verify-export", "nowhere", "--lives", "-1"), "--lives=-1"),
    ],
)
def test_what_is_wrong_is_one_line(hebbax, arguments, words):
    ran = hebbax(*arguments)
    assert ran.code == 2
    assert words in ran.error
    assert len([line for line in ran.error.splitlines() if not line.startswith("note: ")]) == 1


def test_a_run_that_has_moved_can_be_named(hebbax, exported):
    manifest = exported / "export.json"
    manifest.write_text(manifest.read_text("utf-8").replace(RUN, "runs/gone"), encoding="utf-8")
    ran = hebbax("verify-export", "out", "--lives", "0")
    assert ran.code == 2
    assert "runs/gone" in ran.error
    assert "expected its run with --run RUN" in ran.error
    assert hebbax("verify-export", "out", "--lives", "0", "--run", RUN).code == 0
