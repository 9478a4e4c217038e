"""What `make dist` tries its wheel with."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(Path(__file__).parent))

import try_dist  # noqa: E402

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OF_DEVELOPERS = {"dev", "docs", "bench"}


def test_the_oldest_versions_are_those_of_every_dependency():
    oldest = try_dist.oldest()

    assert len(oldest) == len(PROJECT["dependencies"])
    assert "mujoco==3.17.*" in oldest
    assert "imageio==2.38.*" in oldest


def test_every_extra_of_users_is_tried_by_itself():
    extras = set(PROJECT["optional-dependencies"]) - OF_DEVELOPERS
    assert set(try_dist.IMPORTED) == extras
    target = re.search(r"for extra in (.*?);", (ROOT / "Makefile").read_text("utf-8"))
    assert target is not None
    assert set(target[1].split()) == extras


def test_licences_are_shipped():
    assert PROJECT["license-files"] == ["LICENSE", "THIRD_PARTY.md"]
    assert all((ROOT / name).is_file() for name in PROJECT["license-files"])


def test_continuous_integration_tries_what_is_built():
    assert re.search(r"^for target in .*\bdist;", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
