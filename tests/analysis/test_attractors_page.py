"""docs/attractors.md against the code: thresholds, evidence, systems and verdicts."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np

from hebbax.attractors.lyapunov import Lyapunov
from hebbax.attractors.thresholds import DEFAULT_THRESHOLDS
from hebbax.attractors.validation.error_rates import REFERENCE, SNR_DB, TICKS, column_name
from hebbax.attractors.validation.known_systems import KNOWN_SYSTEMS, sample_trajectories
from hebbax.attractors.verdict import LABELS, verdict
from hebbax.reproduction.conditions import conditions_table

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/attractors.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its two top rows."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)
    assert lines, heading
    columns = len(lines[0].split(" | "))
    rows = [line.split(" | ") for line in lines[1:]]
    return [row for row in rows if len(row) == columns and not row[0].startswith("--")]


def test_every_verdict_is_documented():
    assert [row[0].strip("`") for row in table("The verdicts")] == list(LABELS)


def test_every_threshold_is_documented_with_its_default():
    told = {name.strip("`"): float(value) for name, value in table("Thresholds")}
    assert told == {field.name: getattr(DEFAULT_THRESHOLDS, field.name) for field in fields(DEFAULT_THRESHOLDS)}


def test_every_number_of_the_evidence_is_documented():
    rng = np.random.default_rng(0)
    actions = np.sin(np.arange(200))[:, None]
    found = {"finite_ticks"}
    for system in KNOWN_SYSTEMS:
        (rows,) = sample_trajectories(system, rng, 1, 200, 20)
        found |= verdict(rows, 0.05, actions=actions, lyapunov=Lyapunov(0.0, 0.0, 1)).evidence.keys()

    assert {row[0].strip("`") for row in table("Evidence")} == found


def test_every_known_system_is_documented_with_what_it_deserves():
    told = [tuple(row) for row in table("Known systems")]
    assert told == [(system.name, system.label, system.why) for system in KNOWN_SYSTEMS]


def test_the_table_holds_every_system_at_least_97_percent_right():
    rows = table("How often verdicts are right")
    shown = [row for row in rows if row[0] in {system.name for system in KNOWN_SYSTEMS}]

    assert [row[0] for row in shown] == [system.name for system in KNOWN_SYSTEMS]
    assert all(float(row[3]) >= 97 for row in shown)
    assert all(column_name(ticks, snr_db) in PAGE for ticks in TICKS for snr_db in SNR_DB)
    assert f"200 lives per system, of {REFERENCE[0]:,} ticks at {REFERENCE[1]} dB" in PAGE


def test_the_conditions_are_those_of_the_stored_analyses():
    files = sorted((ROOT / "results/attractors").glob("*/analysis.json"))
    assert conditions_table([json.loads(file.read_text("utf-8")) for file in files]) in PAGE
