"""The cards of shipped controllers: what they say of the reality check."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hebbax.analysis.reality import FINDINGS
from hebbax.runs.checkpoint import Checkpoint


@pytest.fixture(scope="module")
def cards() -> Any:
    path = Path(__file__).parents[2] / "benchmarks/zoo.py"
    sys.path.insert(0, str(path.parent))  # as of a script, which may import another beside it
    spec = importlib.util.spec_from_file_location("zoo_cards", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
    return module


FOUND = {"unit": "m", "lives": 20, "doubtful": 20, "median": 0.07, "threshold": 0.01, "why": "deep", "where": "foot"}


def test_a_card_asks_analyze_and_has_a_row_per_finding(cards, monkeypatch):
    asked = []
    summary = {"reality": dict.fromkeys(FINDINGS, FOUND), "no_reality": None, "medians": {}}

    def run(command, **_):
        asked.append(command)
        return SimpleNamespace(stdout=json.dumps({"summary": summary}))

    monkeypatch.setattr(cards.subprocess, "run", run)
    monkeypatch.setattr(cards, "lives_of", lambda name, lifetimes: ["--lifetimes", str(lifetimes), "--seed", "1"])
    reality = cards.reality_of("dog/han-e")

    assert reality == {"reality": summary["reality"], "no_reality": None}
    assert asked[0][2:8] == ["hebbax", "analyze", "zoo:dog/han-e", "--lifetimes", "20", "--seed"]
    lines = cards.reality_text(reality).splitlines()
    assert len(lines) == 2 + len(FINDINGS)
    assert "| deepest part below the ground (foot) | 0.07 m | 0.01 m | doubtful: deep |" in lines


def test_a_card_of_a_robot_that_is_not_checked_says_why(cards):
    told = cards.reality_text({"reality": None, "no_reality": "nothing of it touches anything"})
    assert told == "There is no reality check: nothing of it touches anything.\n"


def test_a_card_says_what_is_kept_in_other_physics(cards, monkeypatch):
    outcomes = [
        {"name": "unharmed", "amount": None, "unit": "", "retained": 1.0, "retained_ci95": [1.0, 1.0]},
        {"name": "half the step", "amount": 5.0, "unit": "ms", "retained": 0.71, "retained_ci95": [0.6, 0.8]},
        {"name": "elliptic cones", "amount": 1, "unit": "", "retained": None, "retained_ci95": None},
    ]
    asked = []

    def run(command, **options):
        asked.append(command)
        return SimpleNamespace(stdout=json.dumps({"controllers": [{"outcomes": outcomes}]}))

    monkeypatch.setattr(cards.subprocess, "run", run)
    monkeypatch.setattr(cards, "lives_of", lambda name, lifetimes: ["--lifetimes", str(lifetimes), "--seed", "1"])
    physics = cards.physics_of("dog/han-e")

    assert physics == outcomes[1:]
    assert asked[0][1:7] == ["-m", "hebbax", "stress", "zoo:dog/han-e", "--lifetimes", "20"]
    lines = cards.physics_text(physics).splitlines()
    words = "less than 80%: it lives by how its physics is computed"
    assert lines[2] == f"| half the step 5 ms | 0.71 | 0.60 to 0.80 | {words} |"
    assert lines[3] == "| elliptic cones | – | – |  |"


def test_a_card_is_of_another_seed_than_evolution_was(cards, monkeypatch):
    for evolved, other in ((0, "1"), (1, "2"), (2, "1")):
        run = SimpleNamespace(config=SimpleNamespace(seed=evolved))
        monkeypatch.setattr(cards.StoredRun, "open", lambda name, run=run: run)
        assert cards.lives_of("dog/han-e", 20) == ["--lifetimes", "20", "--seed", other]


def test_what_ships_is_a_file_where_it_can_be_and_rounded_where_it_cannot(cards):
    def checkpoint(size: int) -> Checkpoint:
        tensors = {name: np.full(size, 1 / 3, np.float32) for name in ("mean/genome", "best/genome", "strategy/.mu")}
        return Checkpoint(3, {**tensors, "statistics/mean": np.full(2, 1 / 3)}, {"best": {}})

    assert cards.shipped(small := checkpoint(1_000)) is small
    middle, large = cards.shipped(checkpoint(100_000)), cards.shipped(checkpoint(200_000))
    for one, dtype in ((middle, np.float32), (large, np.float16)):
        assert one.tensors.keys() == {"mean/genome", "best/genome", "statistics/mean"}
        assert one.tensors["mean/genome"].dtype == one.tensors["best/genome"].dtype == dtype
        assert one.tensors["statistics/mean"].dtype == np.float64


def test_a_card_says_that_coefficients_are_rounded(cards):
    assert cards.stored_as({"coefficients": "float32"}) == ""
    assert "rounded to float16" in cards.stored_as({"coefficients": "float16"})
