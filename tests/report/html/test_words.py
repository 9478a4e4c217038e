"""What a report says in tables."""

from hebbax.report.html.tags import table
from hebbax.report.html.words import feet_rows, returns


def test_feet_have_medians_over_the_lives_in_which_they_touched():
    def life(duty, air, downs):
        return {"gait": {"feet": {"left": {"duty_factor": duty, "air_time": air, "touch_downs": downs}}}}

    lives = [life(0.1, 0.2, 4.0), life(0.3, None, 2.0), life(0.2, 0.4, 3.0), life(None, None, None), {"gait": None}]

    assert feet_rows(lives) == [("left", "0.2", "0.3", "3", "3")]
    assert feet_rows([life(None, None, None)]) == [("left", "–", "–", "–", "0")]
    assert feet_rows([{"gait": None}]) == []


def test_few_lives_behind_the_interval_of_the_return_are_said_to_be_few():
    values = {"lifetimes": 21, "diverged": 2, "return_mean": 5.0, "return_ci95": [4.0, 6.0]}
    values["returns"] = [None, None, *[5.0] * 19]
    assert returns(values).endswith(" 95 % intervals rest on 19 lives; from fewer than 20 they are rough.")
    alone = {**values, "lifetimes": 1, "diverged": 0, "return_ci95": None, "returns": [5.0]}
    assert "rest on" not in returns(alone)


def test_a_last_column_of_text_can_have_a_line_of_its_own():
    assert 'class="table told" style="--columns: 2"' in table([("rest", "3", "it rests")], numbers=(1,))
    assert 'class="table"' in table([("rest", "3", "4")], numbers=(1, 2))
    assert 'class="table"' in table([("speed", "3 m/s")])
