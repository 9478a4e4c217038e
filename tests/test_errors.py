import math

import pytest

from hebbax.errors import HebbaxError, check_number, unknown_name

NAMES = ["native", "lockstep", "auto", "han-a", "han-b"]


def test_the_nearest_name_is_named_and_unlikely_ones_are_not():
    assert str(unknown_name("engine", "natve", NAMES)) == "unknown engine 'natve': did you mean 'native'?"


def test_equally_near_names_are_all_named():
    assert str(unknown_name("policy", "han-z", NAMES)).endswith("did you mean 'han-b' or 'han-a'?")


def test_without_a_near_name_all_are_listed():
    assert str(unknown_name("engine", "qqq", NAMES)) == (
        "unknown engine 'qqq': known: auto, han-a, han-b, lockstep, native"
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [(-1.0, "-1"), (math.nan, "nan"), (-math.inf, "-inf")],
)
def test_a_number_below_its_range_or_none_is_told_the_least(value, told):
    with pytest.raises(HebbaxError, match=f"^speed={told}: expected 0.5 to 2; nearest valid: 0.5$"):
        check_number("speed", value, 0.5, 2.0)


def test_a_number_above_its_range_is_told_the_most():
    check_number("speed", 2.0, 0.5, 2.0)
    with pytest.raises(HebbaxError, match=r"^speed=inf: expected 0.5 to 2; nearest valid: 2$"):
        check_number("speed", math.inf, 0.5, 2.0)
