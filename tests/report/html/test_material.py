"""What a report is made from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.report.html import material
from hebbax.runs.trials import Source
from hebbax.types import Normaliser, Record

STORED = Path(__file__).parents[3] / "results/attractors/half_cheetah-han-b-s0/analysis.json"
ANALYSIS = json.loads(STORED.read_text("utf-8"))
"""Of 20 lives."""


def test_a_first_life_without_a_tick_is_told_before_others_are_lived(monkeypatch):
    empty = np.zeros((0, 1))
    record = Record(*[empty] * 4, np.zeros(0), np.zeros(0, bool), empty, empty > 0, empty)
    runner = SimpleNamespace(record=lambda life: (None, record))
    source = SimpleNamespace(runner=lambda: runner)
    monkeypatch.setattr(material.Source, "of_run", lambda *arguments, **named: source)
    monkeypatch.setattr(material, "evaluate_run", lambda *arguments, **named: pytest.fail("lives were lived"))
    run: Any = None
    with pytest.raises(HebbaxError, match=r"^life 0 of seed 3 diverges at its first tick, so a report has no life"):
        material.gather(run, "runs/lost", seed=3)


@pytest.fixture
def source(swimmer, han_e, genomes) -> Source:
    identity = Normaliser.identity(swimmer.observation_size)
    return Source(swimmer, han_e, genomes[0], "best", identity, {}, 20, 200, 1, "end", "auto")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, "stored"), ({"lifetimes": 5}, "made anew"), ({"seed": 2}, "made anew"), ({"ticks": 100}, "made anew")],
)
def test_an_analysis_of_other_lives_or_of_fewer_is_made_anew(source, monkeypatch, tmp_path, changes, expected):
    stored = {**ANALYSIS, **source.setting(), "sentence": "stored"}
    assert told(monkeypatch, tmp_path, stored, replace(source, **changes)) == expected


def test_an_analysis_that_does_not_say_who_has_a_gait_is_made_anew(source, monkeypatch, tmp_path):
    stored = {**ANALYSIS, **source.setting(), "sentence": "stored", "summary": {"medians": {}}}
    assert told(monkeypatch, tmp_path, stored, source) == "made anew"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"summary": None}, "summary=None: expected an object"),
        ({"lives": []}, "lives has 0 of them, expected 0 to 19 in order"),
        ({"lives": ANALYSIS["lives"][::-1]}, "lives has 20 of them, expected 0 to 19 in order"),
        ({"summary": ANALYSIS["summary"] | {"judged": 3}}, "summary.judged=3: expected 20"),
        ({"sentence": 3}, "sentence=3: expected a text"),
    ],
)
def test_an_analysis_of_these_lives_that_cannot_be_is_refused(source, monkeypatch, tmp_path, change, said):
    stored = {**ANALYSIS, **source.setting(), **change}
    with pytest.raises(HebbaxError, match=f"analysis.json: {said}.*; remove it, or write it anew with hebbax analyze"):
        told(monkeypatch, tmp_path, stored, source)


def told(monkeypatch, tmp_path, stored: dict[str, Any], source: Source) -> str:
    """Return the sentence of the analysis that is told where one is stored."""
    (tmp_path / material.ANALYSIS_FILE).write_text(json.dumps(stored))
    monkeypatch.setattr(material, "results_path", lambda *_: tmp_path)
    monkeypatch.setattr(material, "_is_old", lambda *_: False)
    monkeypatch.setattr(material, "analyze_source", lambda source: {"sentence": "made anew"})
    run: Any = None  # only its paths are asked for
    return material.analysis_of(run, source)["sentence"]
