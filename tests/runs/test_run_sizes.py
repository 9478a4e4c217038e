"""Sizes of a run's policy: what it has recorded, else what it says, and never by running a stranger's code."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest

from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.policies.sizes import SIZES, size_cells, sizes_in_words
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.run_sizes import sizes_of_run
from hebbax.runs.stored_run import StoredRun

SWIMMER = TrainConfig(task=TaskConfig("swimmer"))  # han-e: 8-16-2, so 160 weights of five coefficients each
SIZES_ON_SWIMMER = dict(zip(SIZES, (800, 160, 160), strict=True))
UNKNOWN = dict.fromkeys(SIZES)


def test_a_run_that_has_not_begun_is_as_large_as_its_configuration_says(tmp_path):
    assert sizes_of_run(RunFolder(tmp_path / "none"), SWIMMER) == SIZES_ON_SWIMMER


@pytest.mark.parametrize("text", ["", "[1]", '{"evolved_numbers": 9}', '{"evolved_numbers": "many"}'])
def test_a_record_that_is_broken_or_of_before_is_passed_over(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    assert sizes_of_run(RunFolder(tmp_path), SWIMMER) == SIZES_ON_SWIMMER


def test_what_was_recorded_counts(tmp_path):
    recorded = dict(zip(SIZES, (7, 5, 3), strict=True))
    (tmp_path / "run.json").write_text(json.dumps(recorded))
    assert sizes_of_run(RunFolder(tmp_path), SWIMMER) == recorded


@pytest.mark.parametrize("task", ["nowhere", "gymnasium/a_stranger:Pendulum-v1"])
def test_a_task_that_cannot_be_made_here_has_no_sizes(tmp_path, monkeypatch, task):
    (tmp_path / "a_stranger.py").write_text("raise AssertionError('it was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    assert sizes_of_run(RunFolder(tmp_path), replace(SWIMMER, task=TaskConfig(task))) == UNKNOWN
    assert "a_stranger" not in sys.modules


def test_the_record_of_a_controller_that_ships_is_right():
    stored = StoredRun.open("zoo:half_cheetah/han-e", lambda line: None)
    made = sizes_of_run(RunFolder(stored.folder.path / "none"), stored.config)
    assert sizes_of_run(stored.folder, stored.config) == made == dict(zip(SIZES, (1840, 368, 368), strict=True))


def test_in_words_and_in_cells():
    assert sizes_in_words(dict(zip(SIZES, (1840, 368, 0), strict=True))) == (
        "1,840 evolved numbers, 368 weights, 0 numbers of plastic state"
    )
    assert size_cells(UNKNOWN) == ["–"] * 3
