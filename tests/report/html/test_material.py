"""What a report is made from."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hebbax.analysis.summary import SCHEMA
from hebbax.errors import HebbaxError
from hebbax.report.html import material
from hebbax.runs.trials import Source
from hebbax.types import Normaliser, Record


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
    stored = {"schema": SCHEMA, **source.setting(), "lifetimes": 20, "recording": None, "sentence": "stored"}
    assert told(monkeypatch, tmp_path, {**stored, "summary": {"motions": {}}}, replace(source, **changes)) == expected


def test_an_analysis_that_does_not_say_who_has_a_gait_is_made_anew(source, monkeypatch, tmp_path):
    stored = {"schema": SCHEMA, **source.setting(), "lifetimes": 20, "recording": None, "sentence": "stored"}
    assert told(monkeypatch, tmp_path, {**stored, "summary": {"medians": {}}}, source) == "made anew"


def told(monkeypatch, tmp_path, stored: dict[str, Any], source: Source) -> str:
    """Return the sentence of the analysis that is told where one is stored."""
    (tmp_path / material.ANALYSIS_FILE).write_text(json.dumps(stored))
    monkeypatch.setattr(material, "results_path", lambda *_: tmp_path)
    monkeypatch.setattr(material, "_is_old", lambda *_: False)
    monkeypatch.setattr(material, "analyze_source", lambda source: {"sentence": "made anew"})
    run: Any = None  # only its paths are asked for
    return material.analysis_of(run, source)["sentence"]
