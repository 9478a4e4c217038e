"""Lets these tests import what they share; tests are no package."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hebbax.export.c_printer import print_c
from hebbax.export.description import Description
from hebbax.export.steppers import CStepper, c_stepper, compiler

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def compiled() -> Iterator[Callable[[Description], CStepper]]:
    """Return the C of a description, compiled; skips where there is no compiler."""
    chosen = compiler()
    if chosen is None:
        pytest.skip("there is no C compiler on this machine")
    with ExitStack() as stack:

        def make(found: Description) -> CStepper:
            sources = {name: text.encode() for name, text in print_c(found).items()}
            return stack.enter_context(c_stepper(found, sources, chosen))

        yield make
