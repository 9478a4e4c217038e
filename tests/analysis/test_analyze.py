"""Whole analyses on a small robot: of a source, of a recording, with processes and without."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pytest

from hebbax.analysis.analyze import analyze_recording, analyze_source
from hebbax.analysis.reality import FINDINGS, Finding, together
from hebbax.attractors.basin import STARTS
from hebbax.config.train import TaskConfig, TrainConfig, to_dict
from hebbax.policies.make_policy import make_policy
from hebbax.recording.reader import open_recording
from hebbax.recording.record import record_lives
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.types import Normaliser

TICKS = 320
PAGE = (Path(__file__).resolve().parents[2] / "docs/analysis.md").read_text("utf-8")


@pytest.fixture(scope="module")
def source(swimmer, han_e, genomes) -> Source:
    return Source(
        task=swimmer,
        policy=han_e,
        genome=genomes[2],
        which_genome="best",
        normaliser=Normaliser.identity(swimmer.observation_size),
        config=to_dict(TrainConfig(task=TaskConfig("swimmer"))),
        lifetimes=3,
        ticks=TICKS,
        seed=1,
        termination="end",
        engine="native",
    )


@pytest.fixture(scope="module")
def document(source) -> dict:
    return analyze_source(source, workers=1)


def test_every_life_has_everything(document):
    assert document["lifetimes"] == len(document["lives"]) == 3
    for number, life in enumerate(document["lives"]):
        assert (life["life"], life["length"], life["end"]) == (number, TICKS, "reached")
        assert life["verdict"]["label"] in document["summary"]["verdicts"]
        assert set(life["basin"]) == set(STARTS)
        assert life["lyapunov"]["weights_alone"]["exponent"] < 0.1
        assert life["gait"]["ticks"] == TICKS // 2
        assert list(life["weight_speed"]["layers"]) == ["layer 0", "layer 1"]
        assert (life["reality"], life["no_reality"]) == (None, "nothing of it touches anything")  # it swims
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["sentence"].startswith("In ")


def documented(heading: str) -> list[str]:
    """Return the keys in the table under a heading of the page."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_the_page_names_every_key(document):
    life = document["lives"][0]
    assert documented("analysis.json") == ["command", *document]
    assert set(documented("A life of analysis.json")) == set(life)
    assert documented("The summary of analysis.json") == list(document["summary"])
    told = set(re.findall(r"`(\w+)`", PAGE))
    deeper = [life[part] for part in ("verdict", "published_ratio", "weight_speed", "principal_components")]
    deeper += [life["spectra"], life["spectra"]["actions"], life["recurrence"], life["lyapunov"], life["gait"]]
    deeper += [life["lyapunov"]["weights_alone"], life["basin"], life["basin"]["redrawn"]]
    assert {key for values in deeper for key in values} <= told
    assert {*FINDINGS, *(field.name for field in fields(Finding)), *together([asdict(Finding("m"))])} <= told


def test_processes_change_nothing(source, document):
    before = os.environ.get("OMP_NUM_THREADS")

    assert analyze_source(source, workers=2) == document
    assert os.environ.get("OMP_NUM_THREADS") == before


def test_a_recording_says_the_same_as_far_as_it_goes(source, document, tmp_path):
    record_lives(source, tmp_path / "lives.h5")

    with open_recording(tmp_path / "lives.h5") as recording:
        found = analyze_recording(recording, workers=1)

    assert (found["recording"], found["every"]) == ("lives.h5", 1)
    for one, other in zip(found["lives"], document["lives"], strict=True):
        assert one["lyapunov"]["with_body"] is None
        assert one["basin"] == {}
        assert one["lyapunov"]["weights_alone"] == other["lyapunov"]["weights_alone"]
        for part in ("return", "gait", "weight_speed", "spectra", "recurrence", "principal_components"):
            assert one[part] == other[part]
        assert one["verdict"]["label"] == other["verdict"]["label"] or other["verdict"]["confidence"] == 0.5


def test_a_recorded_life_that_diverged_at_its_first_tick_has_no_verdict(source, tmp_path):
    blind = replace(source.normaliser, mean=np.full_like(source.normaliser.mean, 1e300))  # beyond float32
    lost = replace(source, normaliser=blind, lifetimes=1, ticks=5)
    record_lives(lost, tmp_path / "lost.h5")

    with open_recording(tmp_path / "lost.h5") as recording:
        assert recording.life(0).weights().shape == (0, source.policy.weight_count)
        document = analyze_recording(recording, workers=1)

    (life,) = document["lives"]
    assert (life["end"], life["length"], life["verdict"]) == ("diverged", 0, None)
    json.dumps(document, allow_nan=False)


def test_a_thinned_recording_has_ticks_of_the_life(source, tmp_path):
    record_lives(replace(source, lifetimes=1), tmp_path / "thin.h5", every=2)

    with open_recording(tmp_path / "thin.h5") as recording:
        found = analyze_recording(recording, workers=1)

    (life,) = found["lives"]
    assert (found["every"], life["length"]) == (2, TICKS)
    assert life["verdict"] is not None
    assert life["lyapunov"] == {"with_body": None, "weights_alone": None}


def test_static_weights_leave_the_gait(swimmer, source):
    policy = make_policy("mlp", swimmer)
    static = replace(source, policy=policy, genome=np.zeros(policy.genome_size, np.float32), ticks=100, lifetimes=2)

    found = analyze_source(static, workers=1)

    assert found["layers"] == {}
    assert all("verdict" not in life and life["gait"] is not None for life in found["lives"])
    assert found["sentence"] == "The weights do not change."


def test_lives_too_short_for_a_verdict(source):
    found = analyze_source(replace(source, ticks=40, lifetimes=1), workers=1)

    assert found["lives"][0]["verdict"] is None
    assert found["lives"][0]["no_verdict"].endswith("expected at least 60")
    assert found["sentence"] == "No life was long enough for a verdict."


def test_strong_chaos_is_not_told_for_weak():
    """In float64, renormalised, the mean over lives is 0.39 a tick (tests/engines/test_twins.py)."""
    stored = StoredRun.open("zoo:half_cheetah/han-e", lambda _: None)

    found = analyze_source(Source.of_run(stored, lifetimes=3, ticks=1000), workers=1)["summary"]["lyapunov"]

    assert found["with_body"]["exponent"] == pytest.approx(0.39, rel=0.2)
    assert abs(found["with_body"]["exponent"] - 0.39) <= 2 * found["with_body"]["standard_error"]
    assert found["weights_alone"]["exponent"] < -0.05


def test_an_exponent_that_is_missing_says_why(source, tmp_path):
    record_lives(replace(source, lifetimes=1), tmp_path / "thin.h5", every=2)
    with open_recording(tmp_path / "thin.h5") as recording:
        (thin,) = analyze_recording(recording, workers=1)["lives"]
    (short,) = analyze_source(replace(source, ticks=100, lifetimes=1), workers=1)["lives"]

    assert thin["no_lyapunov"] == {
        "with_body": "a recording has no twins",
        "weights_alone": "not every tick was recorded",
    }
    assert short["lyapunov"] == {"with_body": None, "weights_alone": None}
    assert short["no_lyapunov"]["with_body"] == "the life is shorter than 160 ticks"
