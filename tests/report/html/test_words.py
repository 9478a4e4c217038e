"""What a report says in tables."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from hebbax.analysis.reality import FINDINGS
from hebbax.config.learner import LEARNERS
from hebbax.config.train import TrainConfig
from hebbax.report.html.material import Material
from hebbax.report.html.page import _how_it_learnt, _reality
from hebbax.report.html.tags import table
from hebbax.report.html.words import feet_rows, gait_rows, lead, returns


def test_feet_have_medians_over_the_lives_in_which_they_touched():
    def life(duty, air, downs):
        return {"gait": {"feet": {"left": {"duty_factor": duty, "air_time": air, "touch_downs": downs}}}}

    lives = [life(0.1, 0.2, 4.0), life(0.3, None, 2.0), life(0.2, 0.4, 3.0), life(None, None, None), {"gait": None}]

    assert feet_rows(lives) == [("left", "0.2", "0.3", "3", "3")]
    assert feet_rows([life(None, None, None)]) == [("left", "–", "–", "–", "0")]
    assert feet_rows([{"gait": None}]) == []


def test_few_lives_behind_the_interval_of_the_return_are_said_to_be_few():
    values = {"lifetimes": 21, "diverged": 2, "return_mean": 5.0, "return_ci95": [4.0, 6.0], "reward_terms": {}}
    values["returns"] = [None, None, *[5.0] * 19]
    assert returns(values).endswith(" 95 % intervals rest on 19 lives; from fewer than 20 they are rough.")
    alone = {**values, "lifetimes": 1, "diverged": 0, "return_ci95": None, "returns": [5.0]}
    assert "rest on" not in returns(alone)


def test_a_last_column_of_text_can_have_a_line_of_its_own():
    assert 'class="table told" style="--columns: 2"' in table([("rest", "3", "it rests")], numbers=(1,))
    assert 'class="table"' in table([("rest", "3", "4")], numbers=(1, 2))
    assert 'class="table"' in table([("speed", "3 m/s")])


def motions(gait: int = 0, moves: int = 0, stands: int = 0) -> dict[str, int]:
    return {"gait": gait, "moves": moves, "stands": stands}


def analysed(analysis: dict[str, Any] | None) -> Material:
    none: Any = None  # nothing but the analysis is asked for
    return Material(none, "", none, none, analysis)


STANDING = {
    "motions": motions(stands=4),
    "medians": {"forward_speed": 1e-6, "stride_frequency": None, "torque_mean": 2.0, "cost_of_transport": None},
}


def test_a_robot_that_stands_has_dashes_for_its_way():
    rows = dict(gait_rows(STANDING))

    assert rows["motion"] == "it stands still in all 4 lives"
    assert (rows["strides"], rows["torque, mean"]) == ("–", "2 N·m")
    assert rows["cost of transport (work over weight and way)"] == "–"
    mixed = gait_rows({**STANDING, "motions": motions(gait=3, moves=1)})
    assert mixed[0] == ("motion", "it has a gait in 3 of 4 lives, moves without a gait in 1 of 4 lives")
    assert gait_rows({**STANDING, "motions": motions()}) == []


@pytest.mark.parametrize(
    ("found", "ending"),
    [
        (motions(gait=3, stands=1), "and finds its gait by changing them while it moves."),
        (motions(moves=4), "and changes them while it moves."),
        (motions(gait=2, moves=2), "and changes them while it moves."),
        (motions(stands=4), "and changes them while it lives."),
        (motions(), "and changes them while it lives."),
    ],
)
def test_a_robot_finds_a_gait_only_where_most_lives_have_one(monkeypatch, found, ending):
    monkeypatch.setattr(Material, "plastic", True)
    assert lead(analysed({"summary": {"motions": found}})).endswith(ending)


def test_the_gait_of_the_life_that_is_shown_is_its_own():
    def shown(motion):
        return analysed({"lives": [{"gait": motion and {"motion": motion}}]}).shown_gait

    assert [shown(motion) for motion in ("gait", "moves", "stands", None)] == [True, False, False, False]
    assert analysed(None).shown_gait is False


def test_the_page_says_whether_the_motion_could_be_real():
    plausible = {"unit": "m", "lives": 3, "doubtful": 1, "median": 0.5, "threshold": 1.0, "why": None, "where": None}
    doubtful = {**plausible, "doubtful": 2, "median": 3.0, "why": "it slides", "where": "foot"}
    unknown = {**plausible, "lives": 0, "doubtful": 0, "median": None, "threshold": None, "why": "no limit <is> stated"}
    found = {**dict.fromkeys(FINDINGS, plausible), "slip": doubtful, "speed_limits": unknown}

    page = _reality(analysed({"summary": {"reality": found}}))

    assert "by them, 1 of 8 numbers are doubtful in most of the lives." in page
    assert '<td class="number">3 m</td><td class="number">1 m</td><td>doubtful in 2 of 3 lives: it sl' in page
    assert "<td>–: no limit &lt;is&gt; stated</td>" in page
    assert 'class="table told" style="--columns: 3"' in page  # on a phone, words have a line of their own


def test_a_page_about_what_was_not_checked_has_no_such_section():
    for analysis in (None, {"summary": {}}, {"summary": {"reality": None}}):
        assert _reality(analysed(analysis)) == ""


@pytest.mark.parametrize(("learner", "told"), [("evolution", "openai-es"), ("ppo", "learnt from 8 lives side by side")])
def test_how_it_was_found_is_said(learner, told):
    config = replace(TrainConfig(), learner=LEARNERS.get(learner))
    run = SimpleNamespace(config=config, trained=config)
    assert told in _how_it_learnt(run)
    assert lead(SimpleNamespace(run=run, plastic=False)).split()[3] == (
        "evolved" if learner == "evolution" else "learnt"
    )
