"""The table of conditions A to E, on analyses made by hand."""

from __future__ import annotations

import pytest

from hebbax.attractors.verdict import LABELS
from hebbax.config.policy import PRESETS
from hebbax.errors import HebbaxError
from hebbax.reproduction.conditions import CLAIMS, conditions_table, controllers_table


def life(label: str | None, ratio: str | None = None, motion: float = 0.5, exponent: float | None = None) -> dict:
    return {
        "verdict": label and {"label": label, "evidence": {"shared_motion": motion}},
        "published_ratio": ratio and {"label": ratio},
        "lyapunov": {"with_body": exponent and {"exponent": exponent}},
    }


def test_lives_of_one_condition_stand_together():
    table = conditions_table(
        [
            {"policy": "han-e", "lives": [life("fixed-point", "limit-cycle", 0.04, -0.01), life("limit-cycle", None)]},
            {"policy": "han-b", "lives": [life("limit-cycle", "limit-cycle", 0.6, 0.02), life(None)]},
            {"policy": "han-e", "lives": [life("fixed-point", "fixed-point", 0.06, -0.03)]},
        ]
    )

    assert table.splitlines()[2:] == [
        "| han-b | limit cycle | 1 | 2 | 1 limit-cycle | 1 of 1 | 0.60 | +0.020 | 1 limit-cycle |",
        "| han-e | fixed point | 2 | 3 | 2 fixed-point, 1 limit-cycle | 2 of 3 | 0.06 | -0.020 "
        "| 1 fixed-point, 1 limit-cycle |",
    ]


def test_each_controller_has_a_row():
    lives = [life("limit-cycle", None, 0.6, 0.02) | {"return": 1400.0}, life("wandering") | {"return": 1000.0}]
    table = controllers_table([("half_cheetah-han-b-s1", {"policy": "han-b", "lives": lives})])

    assert table.splitlines()[2:] == [
        "| half_cheetah-han-b-s1 | 1,200 | 1 limit-cycle, 1 wandering | 1 of 2 | 0.55 | +0.020 |"
    ]


def test_where_nothing_is_known_there_is_a_dash():
    row = conditions_table([{"policy": "han-a", "lives": [life(None)]}]).splitlines()[2]
    assert row == "| han-a | unbounded | 1 | 1 | – | 0 of 0 | – | – | – |"


def test_claims_are_about_presets_and_verdicts():
    assert set(CLAIMS) <= set(PRESETS)
    assert {label for _, labels in CLAIMS.values() for label in labels} <= set(LABELS)


def test_other_policies_are_refused():
    with pytest.raises(HebbaxError, match="policy 'mlp': expected one of han-a, han-b, han-c, han-d, han-e"):
        conditions_table([{"policy": "mlp", "lives": []}])
    with pytest.raises(HebbaxError, match="no analysis given"):
        conditions_table([])
