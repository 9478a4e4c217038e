"""Small worlds that tests share."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from hebbax.policy_factory import make_policy
from hebbax.tasks.registry import make_task


@pytest.fixture(scope="session")
def swimmer():
    return make_task("swimmer")


@pytest.fixture(scope="session")
def han_e(swimmer):
    """The han-e policy on swimmer: the one compiled life that most tests use."""
    return make_policy("han-e", swimmer)


@pytest.fixture(scope="session")
def genomes(han_e):
    """Six random genomes [6, genome_size]."""
    return np.asarray(jax.random.uniform(jax.random.key(0), (6, han_e.genome_size), minval=-1, maxval=1))
