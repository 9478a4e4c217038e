"""What lives have in common, and the sentence that says so."""

from __future__ import annotations

import pytest

from hebbax.analysis.examiners import Measurement
from hebbax.analysis.frame import Frame
from hebbax.analysis.reality import FINDINGS
from hebbax.analysis.summary import document_of, motions_of
from hebbax.attractors.lyapunov import Lyapunov

FRAME = Frame(("input-hidden",), ((3, 2),), 0.05, 1, None)


def life(label: str, *, agrees: bool, period: float | None = None, back: bool = True) -> dict:
    return {
        "return": 10.0 if back else 30.0,
        "verdict": {"label": label, "confidence": 1.0, "transient_ticks": 4, "period_ticks": period},
        "published_ratio": {"label": "limit-cycle", "ratio": 0.9, "agrees": agrees},
        "weight_speed": {"relative": 0.01},
        "gait": None,
        "basin": {"redrawn": {"came_back": back, "ticks": 30 if back else None}},
    }


@pytest.fixture
def document() -> dict:
    found = [
        Measurement(life("fixed-point", agrees=False), Lyapunov(-0.1, 0.01, 100), None),
        Measurement(life("fixed-point", agrees=False, back=False), Lyapunov(-0.2, 0.01, 100), None),
        Measurement(life("limit-cycle", agrees=True, period=12.0), None, None),
    ]
    return document_of(found, FRAME, {"task": "swimmer"})


def test_counts_and_medians(document):
    summary = document["summary"]

    assert (document["schema"], document["task"], document["lifetimes"]) == (1, "swimmer", 3)
    assert document["layers"] == {"input-hidden": [3, 2]}
    assert summary["verdicts"] == {
        "diverging": 0,
        "fixed-point": 2,
        "limit-cycle": 1,
        "quasi-periodic": 0,
        "wandering": 0,
        "settling": 0,
        "aliased": 0,
    }
    assert (summary["published"], summary["published_agrees"]) == ({"limit-cycle": 3}, 1)
    assert summary["medians"]["return"] == 10.0
    assert summary["medians"]["period_ticks"] == 12.0
    assert summary["medians"]["forward_speed"] is None
    assert summary["motions"] == {"gait": 0, "moves": 0, "stands": 0}  # no body was seen
    assert summary["lyapunov"]["with_body"]["exponent"] == pytest.approx(-0.15)
    assert summary["lyapunov"]["with_body"]["lives"] == 2
    assert summary["lyapunov"]["weights_alone"] is None
    assert summary["basin"]["redrawn"] == {
        "lives": 3,
        "came_back": 2,
        "share": pytest.approx(2 / 3),
        "ticks_median": 30,
        "wandering": {"lives": 0, "came_back": 0},
    }
    assert summary["basin"]["normal"]["share"] is None


def test_feet_have_medians_over_the_lives_in_which_they_touch():
    def walking(**feet: float) -> Measurement:
        parts = {
            name: {"duty_factor": duty, "air_time": 0.1 if duty < 1 else None, "touch_downs": 8 * duty}
            for name, duty in feet.items()
        }
        return Measurement({**life("limit-cycle", agrees=True), "gait": {"feet": parts}}, None, None)

    still = Measurement(life("fixed-point", agrees=True), None, None)
    found = [walking(front=0.25, back=0.5), walking(front=0.75), walking(front=0.5, torso=1.0), still]

    assert document_of(found, FRAME, {})["summary"]["feet"] == {
        "front": {"lives": 3, "duty_factor": 0.5, "air_time": 0.1, "touch_downs": 4.0},
        "back": {"lives": 1, "duty_factor": 0.5, "air_time": 0.1, "touch_downs": 4.0},
        "torso": {"lives": 1, "duty_factor": 1.0, "air_time": None, "touch_downs": 8.0},
    }


def test_gaits_are_counted_by_their_names():
    """Phases of 0.95 and 0.05 have their mean at 0, on the circle; the life without a name has no say in it."""

    def walking(name: str | None, phase: float) -> Measurement:
        leg = {"duty_factor": 0.5, "phase": phase, "rhythm": 0.9, "diagram": []}
        footfall = {"name": name, "why": None if name else "its feet have no common rhythm", "legs": {"left": leg}}
        gait = {"feet": {}, "footfall": footfall}
        return Measurement({**life("limit-cycle", agrees=True), "gait": gait}, None, None)

    found = [walking("trot", 0.95), walking(None, 0.5), walking("trot", 0.05), walking("pace", 0.5)]
    gaits = document_of(found, FRAME, {})["summary"]["gaits"]

    assert (gaits["names"], gaits["lives"]) == ({"trot": 2, "pace": 1}, 4)
    assert gaits["why"] == "its feet have no common rhythm"
    assert gaits["legs"]["left"]["lives"] == 2
    assert abs((gaits["legs"]["left"]["phase"] + 0.5) % 1.0 - 0.5) < 1e-6
    still = [Measurement(life("fixed-point", agrees=True), None, None)]
    assert document_of(still, FRAME, {})["summary"]["gaits"] is None


def test_the_sentence(document):
    assert document["sentence"] == (
        "In 2 of 3 lives the weights settle on a fixed point; in 1 of 3 lives the weights go round a limit cycle. "
        "Small differences with the body in the loop shrink (λ = -0.150 a tick). "
        "From other weights, 2 of 3 lives come back to the same attractor."
    )


def test_an_exponent_within_its_error_is_neither():
    found = [Measurement(life("wandering", agrees=False), Lyapunov(0.01, 0.02, 100), None)]
    assert "neither grow nor shrink" in document_of(found, FRAME, {})["sentence"]


def test_sentences_without_a_verdict():
    values = {**life("wandering", agrees=False), "verdict": None, "published_ratio": None}
    assert document_of([Measurement(values, None, None)], FRAME, {})["sentence"] == (
        "No life was long enough for a verdict."
    )
    static = Frame((), (), 0.05, 1, None)
    assert document_of([Measurement({"return": 1.0, "gait": None}, None, None)], static, {})["sentence"] == (
        "The weights do not change."
    )


def test_motions_are_counted():
    lives = [{"gait": {"motion": motion}} for motion in ("stands", "gait", "stands")]
    assert motions_of([*lives, {"gait": None}]) == {"gait": 1, "moves": 0, "stands": 2}


def test_the_reality_check_of_lives_together():
    def checked(verdict: str | None) -> Measurement:
        finding = {"unit": "m", "value": 3.0, "threshold": 1.0, "verdict": verdict, "why": "deep", "where": "knee"}
        found = {"reality": dict.fromkeys(FINDINGS, finding), "no_reality": None}
        return Measurement({**life("fixed-point", agrees=True), **found}, None, None)

    fell = {**life("fixed-point", agrees=True), "reality": None, "no_reality": "it fell"}
    none = Measurement(fell, None, None)

    summary = document_of([checked("doubtful"), none, checked("plausible")], FRAME, {})["summary"]
    assert summary["no_reality"] is None
    assert list(summary["reality"]) == list(FINDINGS)
    assert (summary["reality"]["slip"]["lives"], summary["reality"]["slip"]["doubtful"]) == (2, 1)
    summary = document_of([none, none], FRAME, {})["summary"]
    assert (summary["reality"], summary["no_reality"]) == (None, "it fell")
