"""How many lives an interval rests on, in words."""

import pytest

from hebbax.analysis.few_lives import resting_on


@pytest.mark.parametrize(
    ("lives", "told"),
    [
        ((20,), "95 % intervals rest on 20 lives."),
        ((20, 1000), "95 % intervals rest on 20 to 1,000 lives."),
        ((19, 19), "95 % intervals rest on 19 lives; from fewer than 20 they are rough."),
        ((8, 20), "95 % intervals rest on 8 to 20 lives; from fewer than 20 they are rough."),
        ((1,), "95 % intervals rest on 1 life; from fewer than 20 they are rough."),
    ],
)
def test_few_lives_are_said_to_be_few(lives, told):
    assert resting_on(*lives) == told
