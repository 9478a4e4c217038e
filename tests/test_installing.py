"""Hints on what to install name what an index has, and what pyproject.toml asks for."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from hebbax.installing import EXTRAS, MUJOCO, pip_install, pip_install_extra

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FOR_DEVELOPERS = {"box2d", "dev", "docs"}  # extras that add nothing to what a user can do


def test_extras_are_those_of_the_project():
    extras = PROJECT["optional-dependencies"]
    assert {name: tuple(extras[name]) for name in extras if name not in FOR_DEVELOPERS} == EXTRAS
    assert MUJOCO in PROJECT["dependencies"]


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_command_names_no_package_of_ours_and_survives_a_shell(extra):
    packages = [requirement.partition(";")[0] for requirement in EXTRAS[extra]]
    assert shlex.split(pip_install_extra(extra)) == ["pip", "install", *packages]
    assert "hebbax" not in pip_install_extra(extra)
    assert pip_install("gymnasium") == "pip install gymnasium"


def test_every_hint_in_the_code_is_made_by_one_function():
    sources = {path: path.read_text("utf-8") for path in (ROOT / "src/hebbax").rglob("*.py")}
    by_hand = [path.name for path, text in sources.items() if re.search(r"pip install(?! it\b)", text)]
    assert by_hand == ["installing.py"]


def test_no_page_names_a_package_that_no_index_has():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert [page.name for page in pages if re.search(r"pip install '?hebbax\b", page.read_text("utf-8"))] == []
