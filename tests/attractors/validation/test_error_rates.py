"""The counts behind the tables survive their file, and the tables are made from them alone."""

from __future__ import annotations

import json

from hebbax.attractors.validation.error_rates import SNR_DB, TICKS, Cell, from_json, tables, to_json
from hebbax.attractors.validation.known_systems import KNOWN_SYSTEMS


def test_tables_can_be_made_from_the_file():
    cells = [
        Cell(system.name, ticks, snr_db, {system.label: 3, "wandering": 1}, {"limit-cycle": 4}, 2, 2)
        for system in KNOWN_SYSTEMS
        for ticks in TICKS
        for snr_db in SNR_DB
    ]

    document = json.loads(json.dumps(to_json(cells)))

    assert from_json(document) == cells
    assert tables(from_json(document)) == tables(cells)
    assert (
        f"| {KNOWN_SYSTEMS[0].name} | {KNOWN_SYSTEMS[0].label} | 3 {KNOWN_SYSTEMS[0].label}, 1 wandering | 75 | – |"
        in (tables(cells)[0])
    )
    assert (document["schema"], document["seed"]) == (1, 2026)
