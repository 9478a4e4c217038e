"""Modules under their former names: the same module, and one warning."""

import importlib
import subprocess
import sys

import pytest

from hebbax.moved import MOVED


@pytest.mark.parametrize("former", sorted(MOVED))
def test_a_former_name_gives_the_module_itself_and_one_warning(former, monkeypatch):
    now = importlib.import_module(f"hebbax.{MOVED[former]}")
    monkeypatch.delitem(sys.modules, f"hebbax.{former}", raising=False)
    with pytest.warns(DeprecationWarning, match=f"hebbax.{former} has moved to hebbax.{MOVED[former]}$") as told:
        module = importlib.import_module(f"hebbax.{former}")
    assert module is now
    assert module.__name__ == module.__spec__.name == f"hebbax.{MOVED[former]}"
    assert len(told) == 1
    assert importlib.import_module(f"hebbax.{former}") is now


def test_the_warning_names_the_line_that_imports(tmp_path):
    (script := tmp_path / "mine.py").write_text("x = 1\nfrom hebbax.engines.events import Event\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[0].startswith(f"{script}:2: DeprecationWarning: hebbax.engines.events has moved")


def test_a_module_that_never_was_is_still_missing():
    with pytest.raises(ModuleNotFoundError, match=r"hebbax\.analysis\.verdicts"):
        importlib.import_module("hebbax.analysis.verdicts")


def test_python_m_runs_a_module_under_its_former_name():
    command = [sys.executable, "-m", "hebbax.analysis.verdict_table", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage:")
    assert "has moved to hebbax.attractors.validation.error_rates" in done.stderr
