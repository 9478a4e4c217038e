"""What a result says of the lives behind its intervals."""

from hebbax.analysis.plain import plain
from hebbax.experiments.measures import share, summary
from hebbax.experiments.result import interval_lives


def test_lives_without_a_value_are_not_behind_an_interval():
    values = plain({"groups": [{"return": summary([1.0, 2.0, None, 4.0], 1)}, {"kept": share([True] * 4, 1)}]})
    assert interval_lives(values) == (3, 4)


def test_numbers_without_an_interval_do_not_count():
    assert interval_lives(plain({"return": summary([2.0, None], 1), "kept": share([], 1), "onset": 300})) is None
