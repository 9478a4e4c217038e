"""A controller that lives on swimmer, which never terminates."""

from __future__ import annotations

import pytest

from hebbax.play.session import Session


@pytest.fixture(scope="module")
def session(swimmer, han_e, genomes):
    """A session of random rules on swimmer; each test begins a life of its own."""
    return Session(swimmer, han_e, genomes[0], seed=3)
