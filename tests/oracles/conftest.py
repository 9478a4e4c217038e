"""Loads the oracles beside the tests, which are no package."""

import importlib.util
from pathlib import Path

import pytest


def _module(name):
    spec = importlib.util.spec_from_file_location(f"oracles_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def published():
    return _module("published")


@pytest.fixture(scope="session")
def najarro():
    return _module("najarro")


@pytest.fixture(scope="session")
def openai_es():
    return _module("openai_es")


@pytest.fixture(scope="session")
def leung():
    return _module("leung")


@pytest.fixture(scope="session")
def published_car():
    return _module("published_car")


@pytest.fixture(scope="session")
def modulation():
    return _module("modulation")


@pytest.fixture(scope="session")
def shared_rules():
    return _module("shared_rules")
