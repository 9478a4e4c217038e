"""What a report says in tables."""

from hebbax.report.html.tags import table
from hebbax.report.html.words import feet_rows


def test_feet_have_medians_over_the_lives_in_which_they_touched():
    def life(duty, air, downs):
        return {"gait": {"feet": {"left": {"duty_factor": duty, "air_time": air, "touch_downs": downs}}}}

    lives = [life(0.1, 0.2, 4.0), life(0.3, None, 2.0), life(0.2, 0.4, 3.0), life(None, None, None), {"gait": None}]

    assert feet_rows(lives) == [("left", "0.2", "0.3", "3", "3")]
    assert feet_rows([life(None, None, None)]) == [("left", "–", "–", "–", "0")]
    assert feet_rows([{"gait": None}]) == []


def test_a_last_column_of_text_can_have_a_line_of_its_own():
    assert 'class="table told" style="--columns: 2"' in table([("rest", "3", "it rests")], numbers=(1,))
    assert 'class="table"' in table([("rest", "3", "4")], numbers=(1, 2))
    assert 'class="table"' in table([("speed", "3 m/s")])
