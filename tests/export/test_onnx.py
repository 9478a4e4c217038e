"""The ONNX graph does what the policy does: run by onnxruntime, where that is installed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from lived import lived, numpy_stepper
from table import KEY, Case, make, observations, pairs, static

from hebbax.export.describe import describe
from hebbax.export.onnx_printer import OPSET, print_onnx
from hebbax.export.steppers import OnnxStepper
from hebbax.export.verify import verify_export
from hebbax.export.write import export_run
from hebbax.runs.stored_run import StoredRun

onnx = pytest.importorskip("onnx", reason="onnx is not installed: make test-extras")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: make test-extras")

TICKS, FIRST = 1000, 300


@pytest.mark.parametrize("case", [*static(), *pairs()], ids=str)
def test_it_does_what_numpy_does(case):
    """Which is held to the policy itself for the same table."""
    policy, task, genome, normaliser = make(case)
    found, seen = describe(policy, task, genome, normaliser), observations(TICKS)
    expected = lived(numpy_stepper(found), KEY, seen)
    difference = np.abs(lived(OnnxStepper(found, print_onnx(found)), KEY, seen) - expected).max(axis=1)
    assert difference[:FIRST].max() < 1e-3
    assert difference.max() < 1e-2


def test_the_model_says_what_it_is():
    policy, task, genome, normaliser = make(Case("mlp", "abcd"))
    model = onnx.load_model_from_string(print_onnx(describe(policy, task, genome, normaliser)))
    assert [one.version for one in model.opset_import] == [OPSET]
    told = {one.key: json.loads(one.value) for one in model.metadata_props}
    assert told["observations"] == [{"name": "at", "at": 0, "size": 8, "unit": "m", "low": -5, "high": 5}]
    assert told["control_period"] == 0.05
    inputs = [one.name for one in model.graph.input]
    assert inputs == ["observation", "weights_0", "weights_1", "units", "last_action", "tick", "last_status"]
    assert [one.name for one in model.graph.output] == ["action", *(f"next_{name}" for name in inputs[1:])]


def test_a_folder_is_the_same_and_its_start_can_be_loaded(tmp_path: Path):
    run = StoredRun.open("zoo:swimmer/han-e", lambda line: None)
    export_run(run, "onnx", tmp_path / "out", called="zoo:swimmer/han-e")
    found = verify_export(tmp_path / "out", run, lives=0)
    assert found.passed
    assert found.largest_difference < 1e-4
    with np.load(tmp_path / "out/start.npz") as start:
        assert start["weights_0"].shape == (8, 16)
    shutil.rmtree(tmp_path / "out")
