"""Kills at any moment: nothing is lost, nothing half-made is taken for whole, no process outlives its parent."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from kills import VICTIMS, fault_of, whole_results

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="asks Linux who is left")


def check(share: float, finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults, count = [], 0
    for victim in VICTIMS:
        whole, seconds = whole_results(victim, shutil.copytree(finished, tmp_path / victim.name))
        assert whole
        for number in range(round(share * victim.kills)):
            folder = shutil.copytree(finished, tmp_path / f"{victim.name}-{number}")
            fault = fault_of(victim, folder, whole, seconds, seed=number)
            faults += [fault] if fault else []
            count += 1
            shutil.rmtree(folder)
    with capsys.disabled():
        print(f"\n{count} kills of {', '.join(v.name for v in VICTIMS)}: {len(faults)} faults")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_a_hundred_kills(finished, tmp_path, capsys):
    check(1.0, finished, tmp_path, capsys)
