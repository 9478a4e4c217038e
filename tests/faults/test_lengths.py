"""Arrays of another length later in a life: one line that names the function, and never other memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("amount", [-1, 1])
def test_another_length_later_in_a_life_is_told(amount):
    script = Path(__file__).with_name("lengths.py")
    child = subprocess.run([sys.executable, str(script), str(amount)], capture_output=True, text=True, timeout=600)
    assert child.returncode == 0, child.stderr[-500:]
    lines = child.stdout.splitlines()
    assert len(lines) == 10
    for line in lines:
        function = line.partition(":")[0].partition(",")[0]
        assert f"task 'changing': {function} fails: " in line, line
        assert "expected, as when the task was made, but it had another number" in line
