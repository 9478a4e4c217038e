"""Pairs, medians and their intervals, by hand."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    ("count", "interval", "coverage"),
    [
        # The k-th lowest and k-th highest of n values miss the true median when fewer than k of them lie on one side of
        # it, as fewer than k of n coins show heads: 2 * P(heads < k).
        (1, [1, 1], 0.0),
        (2, [1, 2], 1 - 2 * 1 / 4),
        (5, [1, 5], 1 - 2 * 1 / 32),  # 0.94: lowest and highest are the most there is
        (6, [1, 6], 1 - 2 * 1 / 64),  # 0.97
        (9, [2, 8], 1 - 2 * (1 + 9) / 512),  # 0.961; [3, 7] would cover 0.820
        (15, [4, 12], 1 - 2 * (1 + 15 + 105 + 455) / 32768),  # 0.965
    ],
)
def test_interval_of_the_median(count, interval, coverage):
    values = [*range(2, count + 1), 1][:count] if count > 1 else [1]

    found = summary(values)

    assert found["values"] == values
    assert found["median"] == (count + 1) / 2
    assert found["interval"] == interval
    assert found["coverage"] == pytest.approx(coverage)
