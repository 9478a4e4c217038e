"""A stored analysis is told if it is about the lives of the report."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hebbax.analysis.summary import SCHEMA
from hebbax.report.html import analysed
from hebbax.runs.trials import Source
from hebbax.types import Normaliser


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
    (tmp_path / analysed.FILE).write_text(json.dumps(stored))
    monkeypatch.setattr(analysed, "results_path", lambda *_: tmp_path)
    monkeypatch.setattr(analysed, "_is_old", lambda *_: False)
    monkeypatch.setattr(analysed, "analyze_source", lambda source: {"sentence": "made anew"})
    run: Any = None  # only its paths are asked for
    return analysed.analysis_of(run, source)["sentence"]
