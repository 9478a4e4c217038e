"""`hebbax analyze`: the file, the tables, recordings, static policies and errors."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest

from hebbax.analysis import analyze
from hebbax.analysis.reality import FINDINGS
from hebbax.cli.analyze import print_footfall, print_reality, print_summary
from hebbax.policies.sizes import SIZES


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
    for word in ("verdict", "period (ticks)", "period / gait", "published verdict", "λ with body (1/tick)", "(m/s)"):
        assert all(part in analyzed.out for part in word.split())
    for legend in ("sure: ½", "λ: Lyapunov exponent", "‖W(t+1) − W(t)‖ / ‖W(t)‖", "work over weight and way"):
        assert legend in analyzed.out
    assert max(len(line) for line in lines if line != document["sentence"]) <= 120
    label = document["lives"][0]["verdict"]["label"]
    assert re.search(rf"^ *0 +{label} ", analyzed.out, re.MULTILINE)
    assert document["sentence"] in analyzed.out
    assert re.search(
        r"^sizes +800 evolved numbers, 160 weights, 160 numbers of plastic state$", analyzed.out, re.MULTILINE
    )
    assert "come back, zeroed" in analyzed.out
    assert "\nreality check: none, because nothing of it touches anything\n" in analyzed.out
    assert re.search(
        r"^λ with the body +[+-][\d.]+ per tick ± [\d.]+ \(2 standard errors\)$", analyzed.out, re.MULTILINE
    )


@pytest.mark.parametrize(
    ("motions", "told"),
    [
        ({"gait": 0, "moves": 0, "stands": 4}, "stands still in 4 of 4 lives"),
        ({"gait": 1, "moves": 2, "stands": 0}, "has a gait in 1 of 3 lives, moves without a gait in 2 of 3 lives"),
        ({"gait": 0, "moves": 0, "stands": 0}, "–"),
    ],
)
def test_what_a_robot_does_that_has_no_gait(capsys, motions, told):
    medians = defaultdict(lambda: None, forward_speed=1.6e-6)
    document = {
        **{"task": "t", "policy": "p", "genome": "best", "lifetimes": 4, "ticks": 9, "seed": 1, "layers": {}},
        **dict.fromkeys(SIZES, 1),
        **{"sentence": "So it is.", "summary": {"medians": medians, "motions": motions, "feet": {}}},
    }

    print_summary(document)

    lines = [re.split("  +", line) for line in capsys.readouterr().out.splitlines()]
    assert ["motion", told] in lines
    assert ["cost of transport", "–"] in lines
    assert ["speed, strides", "0.00 m/s, –"] in lines


def test_feet_are_told_once_for_all_lives(capsys):
    feet = {"bfoot": {"lives": 2, "duty_factor": 0.412, "air_time": 0.1234, "touch_downs": 4.0}}
    document = {
        **{"task": "t", "policy": "p", "genome": "best", "lifetimes": 2, "ticks": 9, "seed": 1, "layers": {}},
        **dict.fromkeys(SIZES, 1),
        **{"sentence": "So it is.", "summary": {"medians": defaultdict(lambda: None), "motions": {}, "feet": feet}},
    }

    print_summary(document)

    told = "bfoot touches      0.41 of the time, 4.00 touch-downs/s, 0.123 s in the air (in 2 lives)"
    assert told in capsys.readouterr().out.splitlines()


def test_footfalls_are_those_of_the_first_life_whose_gait_has_a_name(capsys):
    def life(name, phase):
        leg = {"duty_factor": 0.5, "phase": phase, "rhythm": 0.9, "diagram": [1.0] * 12 + [0.4] * 11 + [None]}
        return {"gait": {"footfall": {"name": name, "legs": {"left": leg}}}}

    print_footfall({"lives": [{"gait": None}, life(None, 0.1), life("hop", 0.25)]})

    lines = [re.split("  +", line.strip()) for line in capsys.readouterr().out.splitlines()]
    assert ["left", "0.50", "0.25", "#" * 12 + "." * 12] in lines
    print_footfall({"lives": [{"gait": None}, {"gait": {}}, {"gait": {"footfall": None}}]})
    assert capsys.readouterr().out == ""


def test_the_reality_check_is_a_table(capsys):
    none = {"unit": "m", "lives": 0, "doubtful": 0, "median": None, "threshold": None, "why": "unseen", "where": None}
    slip = {"unit": "of its speed", "lives": 4, "doubtful": 4, "median": 0.475, "threshold": 0.2, "why": "it slides"}

    print_reality({"reality": {**dict.fromkeys(FINDINGS, none), "slip": {**slip, "where": None}}})

    lines = [re.split("  +", line.strip()) for line in capsys.readouterr().out.splitlines()]
    assert ["reality check", "median", "plausible up to", "verdict"] in lines
    told = ["47.5 %", "20 %", "doubtful: it slides"]
    assert ["slip of feet that bear weight, of its speed", *told] in lines
    assert ["power", "–", "–", "–: unseen"] in lines


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
        "note: a verdict takes 60 weight updates: lives of 240 ticks, not 160\n"
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


def test_lives_too_short_for_a_verdict_are_told_how_long_they_have_to_be(hebbax, copied_run):
    ran = hebbax("analyze", "copy", "--lifetimes", "1", "--ticks", "30")
    assert (ran.code, ran.error) == (0, "note: a verdict takes 60 weight updates: lives of 240 ticks, not 30\n")


def test_where_the_file_cannot_go_is_told_before_lives_are_lived(hebbax, copied_run, monkeypatch):
    monkeypatch.setattr(analyze, "analyze_source", lambda source: pytest.fail("it was analysed"))
    (copied_run.parent / "taken").write_text("")
    (copied_run.parent / "there/analysis.json").mkdir(parents=True)
    assert hebbax("analyze", "copy", "--out", "taken").error == (
        "hebbax: cannot write taken/analysis.json: taken is not a folder; choose another place\n"
    )
    assert hebbax("analyze", "copy", "--out", "there").error == (
        "hebbax: cannot write there/analysis.json: it is a folder, not a file; choose another name\n"
    )


def test_errors(hebbax, copied_run):
    assert hebbax("analyze", "copy", "--lifetimes", "0").error == (
        "hebbax: lifetimes=0: expected a whole number of at least 1; nearest valid: 1\n"
    )
    assert hebbax("analyze", "copy", "--genome", "worst").error == (
        "hebbax: unknown genome 'worst': did you mean 'best'?\n"
    )
