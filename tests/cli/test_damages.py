"""The list of kinds of damage."""

import json

from hebbax.damage.kinds import KINDS


def test_every_kind_is_listed_with_what_it_takes(hebbax):
    rows = {row["name"]: row for row in json.loads(hebbax("damages", "--json").out)}
    assert list(rows) == list(KINDS)
    assert rows["scale-actuator"] == {
        "name": "scale-actuator",
        "summary": KINDS["scale-actuator"].summary,
        "stage": "action",
        "target": "actuator",
        "value": "number",
        "unit": "share of the action left",
        "whole": 1.0,
        "worst": 0.0,
        "package": None,
    }


def test_the_table_shows_every_kind(hebbax):
    ran = hebbax("damages")
    assert ran.code == 0
    assert all(name in ran.out for name in KINDS)
