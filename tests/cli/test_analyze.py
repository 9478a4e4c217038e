"""`hebbax analyze`: the file, the tables, recordings, static policies and errors."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def analyzed(hebbax, copied_run):
    return hebbax("analyze", "copy", "--lifetimes", "2", "--ticks", "250")


def test_the_analysis_goes_into_the_run(analyzed, copied_run):
    assert (analyzed.code, analyzed.error) == (0, "")
    document = json.loads((copied_run / "analysis.json").read_text())
    assert document["command"] == ["hebbax", "analyze", "copy", "--lifetimes", "2", "--ticks", "250"]
    assert (document["task"], document["policy"], document["lifetimes"]) == ("swimmer", "han-e", 2)
    lines = analyzed.out.splitlines()
    assert lines[-1] == "copy/analysis.json"
    for word in ("verdict", "period", "published", "λ body", "m/s"):
        assert word in lines[1]
    label = document["lives"][0]["verdict"]["label"]
    assert label in lines[3]
    assert document["sentence"] in analyzed.out
    assert "come back, zeroed" in analyzed.out


def test_json(hebbax, copied_run):
    ran = hebbax("analyze", "copy", "--lifetimes", "1", "--ticks", "70", "--json", "--out", "there")

    assert json.loads(ran.out)["lifetimes"] == 1
    assert json.loads((copied_run.parent / "there/analysis.json").read_text()) == json.loads(ran.out)
    assert not (copied_run / "analysis.json").exists()


def test_a_recording(hebbax, copied_run):
    assert hebbax("record", "copy", "--lifetimes", "1", "--ticks", "160", "--every", "2").code == 0

    ran = hebbax("analyze", "copy/recording.h5")

    assert ran.code == 0
    assert ran.error == (
        "note: one tick in 2 was kept: no period shorter than 4 ticks is seen\n"
        "note: a recording is analysed as it is: no exponent with the body in the loop, and no basin\n"
    )
    assert ran.out.splitlines()[-1] == "analysis-swimmer-han-e/analysis.json"
    assert hebbax("analyze", "copy/recording.h5", "--ticks", "5").error == (
        "hebbax: --ticks does not go with a recording: copy/recording.h5 holds its lives already\n"
    )
    assert hebbax("analyze", "none.h5").error == "hebbax: no recording at none.h5: `hebbax record RUN` writes one\n"


def test_a_static_policy_has_a_gait_and_no_verdict(hebbax):
    tiny = ("task=swimmer", "task.ticks=90", "strategy.population=2", "generations=1", "evaluate_lifetimes=1")
    assert hebbax("train", *tiny, "policy=mlp", "--run", "static").code == 0

    ran = hebbax("analyze", "static", "--lifetimes", "2")

    assert ran.code == 0
    assert ran.error == "note: the weights of policy 'mlp' do not change during a life: gait and effort only\n"
    assert "verdict" not in ran.out
    assert "cost of transport" in ran.out


def test_errors(hebbax, copied_run):
    assert hebbax("analyze", "copy", "--lifetimes", "0").error == (
        "hebbax: lifetimes=0: expected a whole number of at least 1; nearest valid: 1\n"
    )
    assert hebbax("analyze", "copy", "--genome", "worst").error == (
        "hebbax: unknown genome 'worst': did you mean 'best'?\n"
    )
