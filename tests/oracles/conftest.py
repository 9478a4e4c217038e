"""Loads the oracles beside the tests, which are no package."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def published():
    spec = importlib.util.spec_from_file_location("oracles_published", Path(__file__).with_name("published.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
