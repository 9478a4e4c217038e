"""`hebbax genome`: the layout of a genome, and how its numbers are spread."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hebbax.runs.stored_run import StoredRun


def test_every_number_of_the_shipped_genome_is_told_once(hebbax):
    ran = hebbax("genome", "zoo:half_cheetah/han-e", "--json")
    assert ran.code == 0
    told = json.loads(ran.out)
    assert (told["evolved_numbers"], told["weights"], told["plastic_state"]) == (1840, 368, 368)
    assert [row["at"] for row in told["arrays"]] == np.cumsum([0, *(row["size"] for row in told["arrays"])])[
        :-1
    ].tolist()
    assert sum(row["size"] for row in told["arrays"]) == 1840
    genome = StoredRun.open("zoo:half_cheetah/han-e", lambda line: None).controller().genome
    eta = told["arrays"][4]
    assert (eta["connection"], eta["name"], eta["scope"], eta["shape"]) == ("layer 0", "eta", "synapse", [17, 16])
    assert eta["mean"] == pytest.approx(genome[1088:1360].mean(), rel=1e-5)
    assert (eta["min"], eta["max"]) == (genome[1088:1360].min(), genome[1088:1360].max())


def test_what_all_connections_share_is_told_once(hebbax):
    parts = ("task=inverted_pendulum", "policy=han-b", "policy.scope=network", "task.ticks=5", "threads=1")
    assert (
        hebbax("train", *parts, "strategy.population=4", "generations=1", "evaluate_lifetimes=1", "--run", "mine").code
        == 0
    )
    ran = hebbax("genome", "mine", "--genome", "mean")
    assert ran.code == 0
    rows = [line.split() for line in ran.out.splitlines() if line.split()[:1] == ["all"]]
    assert [(row[1], row[2], row[5]) for row in rows] == [
        (name, "network", "1") for name in ("A", "B", "C", "D", "eta")
    ]
    assert "5 evolved numbers, 80 weights, 80 numbers of plastic state" in ran.out


def test_a_run_that_is_not_there_is_one_line(hebbax):
    ran = hebbax("genome", "nowhere")
    assert ran.code == 2
    assert len(ran.error.splitlines()) == 1
