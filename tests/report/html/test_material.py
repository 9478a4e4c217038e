"""What a report is made from."""

from __future__ import annotations

import json
import os
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
# It is of before there was that.
ANALYSIS["summary"] |= {"reality": None, "no_reality": "it was not looked at", "gaits": None}


def test_a_first_life_without_a_tick_is_told_before_others_are_lived(monkeypatch):
    empty = np.zeros((0, 1))
    record = Record(*[empty] * 4, np.zeros(0), np.zeros(0, bool), empty, empty > 0, empty, empty)
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


@pytest.fixture
def stored(source) -> dict[str, Any]:
    """An analysis of the lives of the source."""
    return {**ANALYSIS, **source.setting(), "sentence": "stored"}


def test_an_analysis_of_these_lives_is_told_whatever_its_time(source, stored, monkeypatch, tmp_path):
    assert told(monkeypatch, tmp_path, stored, source) == ("stored", [])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"lifetimes": 5}, "has lifetimes=20, not 5"),
        ({"seed": 2}, "has seed=1, not 2"),
        ({"ticks": 100}, "has ticks=200, not 100"),
        ({"which_genome": "mean"}, "is about genome 'best', not 'mean'"),
        ({"genome": np.zeros(800, np.float32)}, "is about another controller"),
        ({"normaliser": Normaliser(np.zeros(8), np.full(8, 2.0))}, "is about another controller"),
    ],
)
def test_an_analysis_of_other_lives_or_another_controller_is_made_anew(
    source, stored, monkeypatch, tmp_path, changes, why
):
    sentence, notes = told(monkeypatch, tmp_path, stored, replace(source, **changes))
    assert sentence == "made anew"
    assert notes == [f"{tmp_path / 'analysis.json'} {why}: it is not used, the lives are analysed anew"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"summary": {"reality": None}}, "is of an earlier version"),  # of before there were motions
        ({"summary": {"motions": {}}}, "is of an earlier version"),  # of before there was a reality check
        ({"controller_sha256": None}, "does not say which controller it is about, as those of earlier versions"),
        ({"world": {"model_sha256": "0" * 64}}, "is about another model or world"),
        ({"recording": "lives.h5"}, "has recording='lives.h5', not None"),
        ({"task": "hopper"}, "is about task 'hopper', not 'swimmer'"),
        ({"policy": ["two\nlines"]}, r"is about policy ['two\nlines'], not 'han-e'"),
    ],
)
def test_an_analysis_that_says_less_or_something_else_is_made_anew(source, stored, monkeypatch, tmp_path, changes, why):
    sentence, notes = told(monkeypatch, tmp_path, {**stored, **changes}, source)
    assert sentence == "made anew"
    assert notes == [f"{tmp_path / 'analysis.json'} {why}: it is not used, the lives are analysed anew"]


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
def test_an_analysis_of_these_lives_that_cannot_be_is_refused(source, stored, monkeypatch, tmp_path, change, said):
    with pytest.raises(HebbaxError, match=f"analysis.json: {said}.*; remove it, or write it anew with hebbax analyze"):
        told(monkeypatch, tmp_path, {**stored, **change}, source)


def told(monkeypatch, tmp_path, stored: dict[str, Any], source: Source) -> tuple[str, list[str]]:
    """Return the sentence of the analysis that is told where one is stored, newer than all else, and the notes."""
    path, notes = tmp_path / material.ANALYSIS_FILE, []
    path.write_text(json.dumps(stored))
    os.utime(path, (4e9, 4e9))
    monkeypatch.setattr(material, "results_path", lambda *_: tmp_path)
    monkeypatch.setattr(material, "analyze_source", lambda source: {"sentence": "made anew"})
    run: Any = None  # only its paths are asked for
    return material.analysis_of(run, source, notes.append)["sentence"], notes
