"""`hebbax stress`: table, document and figure."""

import json

from hebbax.stress.suites import SUITES


def test_table_document_and_figure(hebbax, finished_run, tmp_path):
    out = tmp_path / "out"
    ran = hebbax("stress", str(finished_run), "--suite", "actuators", "--lifetimes", "2", "--out", str(out))
    assert ran.code == 0, ran.error
    assert "weaker motors, 0.5 of the action" in ran.out
    document = json.loads((out / "stress.json").read_text())
    (controller,) = document["controllers"]
    assert (document["schema"], controller["task"], len(controller["outcomes"])) == (1, "swimmer", 13)
    assert controller["outcomes"][0]["name"] == "unharmed"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "stress.md",
        "stress.json",
        "stress.png",
        "stress.svg",
    }
    assert "return kept" in (out / "stress.md").read_text()


def test_an_unknown_suite_is_one_line(hebbax, finished_run):
    ran = hebbax("stress", str(finished_run), "--suite", "legs")
    assert (ran.code, ran.out) == (2, "")
    assert ran.error.startswith("hebbax: unknown suite 'legs'")
    assert all(suite in ran.error for suite in SUITES)
