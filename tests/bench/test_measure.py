"""Pairs, medians and their intervals, by hand."""

from __future__ import annotations

from hebbax.bench.measure import alternate, rates, ratios, summary


def test_sides_take_turns_and_every_other_round_runs_backwards():
    order: list[str] = []
    seconds = alternate({side: lambda side=side: order.append(side) for side in "abc"}, 3, lambda: order.append("."))

    assert "".join(order) == ".a.b.c.c.b.a.a.b.c"
    assert {side: len(values) for side, values in seconds.items()} == {"a": 3, "b": 3, "c": 3}
    assert min(min(values) for values in seconds.values()) >= 0


def test_rates_and_ratios():
    assert rates([0.5, 2.0], 10) == [20.0, 5.0]
    assert ratios([1.0, 6.0], [2.0, 3.0]) == [0.5, 2.0]


def test_a_summary_tells_the_median_and_its_interval():
    values = [6.0, 2.0, 3.0, 4.0, 5.0, 1.0]  # of six, lowest and highest miss the true median as six coins fall alike
    assert summary(values) == {"median": 3.5, "interval": [1.0, 6.0], "coverage": 1 - 2 / 64, "values": values}
