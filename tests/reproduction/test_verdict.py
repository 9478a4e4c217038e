"""Published claims judged by what has been run: yes, no or undecided."""

from __future__ import annotations

import pytest

from hebbax.comparison.comparison import compare
from hebbax.comparison.curves import read_curve
from hebbax.reproduction.experiment import Claim
from hebbax.reproduction.verdict import verdict_of

LOW, HIGH = [0, 1, 2, 3, 4], [10, 11, 12, 13, 14]


@pytest.fixture
def table_of(write_run):
    """Make the table of runs with these last returns, by policy."""

    def make(finals):
        pairs = [(policy, seed, value) for policy, values in finals.items() for seed, value in enumerate(values)]
        paths = [
            write_run(f"{policy}{seed}", [float(value)], seed=seed, policy=policy) for policy, seed, value in pairs
        ]
        (table,) = compare([read_curve(path, "population-mean") for path in paths])
        return table

    return make


@pytest.mark.parametrize(
    ("first", "second", "tie", "verdict"),
    [
        (HIGH, LOW, False, "yes: P(han-e better than mlp) = 1.00 (1.00 to 1.00)"),
        (LOW, HIGH, False, "no: P(han-e better than mlp) = 0.00 (0.00 to 0.00)"),
        (HIGH, LOW, True, "no: P(han-e better than mlp) = 1.00 (1.00 to 1.00)"),
        (LOW, HIGH, True, "no: P(han-e better than mlp) = 0.00 (0.00 to 0.00)"),
        (LOW, LOW, False, "undecided: no difference is seen, P(han-e better than mlp) = 0.50"),
        (LOW, LOW, True, "undecided: no difference is seen, P(han-e better than mlp) = 0.50"),
        ([1, 2], [3], False, "undecided: too few seeds, 1.0, 2.0 against 3.0"),
    ],
)
def test_a_pair(table_of, first, second, tie, verdict):
    found = verdict_of(Claim("", "han-e", ("mlp",), tie), table_of({"han-e": first, "mlp": second}))

    assert found is not None
    assert found.startswith(verdict)


@pytest.mark.parametrize(
    ("b", "e", "verdict"),
    [
        (LOW, LOW, "yes: "),
        (LOW, [20, 21, 22, 23, 24], "no: "),
        ([20], [20, 21, 22, 23, 24], "no: "),
        (LOW, HIGH, "undecided: "),
        (LOW, [0], "undecided: "),
        (LOW, [], "undecided: "),
    ],
)
def test_several_others(table_of, b, e, verdict):
    """One that contradicts is enough for a no; a yes takes all of them."""
    found = verdict_of(Claim("", "mlp", ("han-b", "han-e")), table_of({"mlp": HIGH, "han-b": b, "han-e": e}))

    assert found is not None
    assert found.startswith(verdict)
    assert found.count(";") == 1, "the numbers of both pairs"


@pytest.mark.parametrize("finals", [{"mlp": HIGH}, {"han-b": LOW, "han-e": LOW}])
def test_nothing_to_judge(table_of, finals):
    assert verdict_of(Claim("", "mlp", ("han-b", "han-e")), table_of(finals)) is None


def test_runs_that_do_not_count_are_not_judged(write_run):
    """Unfinished runs of a policy are as good as none."""
    paths = [write_run(f"e{seed}", [1.0], seed=seed) for seed in range(5)]
    paths += [write_run(f"m{seed}", [0.0], seed=seed, policy="mlp", generations=9) for seed in range(5)]
    (table,) = compare([read_curve(path, "population-mean") for path in paths])

    assert verdict_of(Claim("", "han-e", ("mlp",)), table) is None
