"""Compiled functions get names that functions of other processes do not have.

Numba ends the name of each function that it compiles with a number, which it counts in every process from 1 on. What a
process compiles and what it reads from disk share one table of names, in which the first of a name stands for all. So a
life from disk would call whatever function of this process had the same name, type and number, without a word. Where
every process, and every fork of one, counts from a random number on, no two share one.
"""

from __future__ import annotations

import itertools
import os
import secrets

from numba.core.bytecode import FunctionIdentity

_BITS = 60  # two processes that compile a thousand functions each share a number once in 10¹⁵ times


def count_from_a_random_number() -> None:
    """Have the functions that this process compiles from now on counted from a random number on."""
    # Numba has no public way to it. Nothing but names depends on it, so results stay reproducible.
    FunctionIdentity._unique_ids = itertools.count(secrets.randbits(_BITS))


count_from_a_random_number()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=count_from_a_random_number)
