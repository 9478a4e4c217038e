"""A controller that lives on swimmer, which never terminates."""

from __future__ import annotations

import gc
import warnings

import pytest

from hebbax.play.session import Session


@pytest.fixture(autouse=True, scope="module")
def connections_are_gone():
    """Collect what viser leaves of connections when it stops, or a later test would be blamed for it."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module")
def session(swimmer, han_e, genomes):
    """A session of random rules on swimmer; each test begins a life of its own."""
    return Session(swimmer, han_e, genomes[0], seed=3)
