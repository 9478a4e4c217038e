"""What a process compiles has names of its own: a life from disk is linked by name."""

import os
import subprocess
import sys

import pytest

_COMPILE = """
import os
from hebbax.compiling.compiler import compiled, from_source, kernel

def tell_names():
    update = kernel(from_source("def update(x): return x * x", "update", {}))
    life = compiled(lambda x: update(x))
    life.compile("f8(f8)")
    print(*(result.fndesc.mangled_name for f in (update, life) for result in f.overloads.values()), flush=True)

"""
_IN_TWO_FORKS = """
for _ in range(2):
    if os.fork() == 0:
        tell_names()
        os._exit(0)
    assert os.wait()[1] == 0
"""


def names_of(script):
    environment = {**os.environ, "PYTHONHASHSEED": "0"}  # the order in a set of flags is in the names, too
    result = subprocess.run(
        [sys.executable, "-c", _COMPILE + script], env=environment, capture_output=True, text=True, check=True
    )
    return result.stdout.split()


def test_the_same_functions_in_two_processes_have_different_names():
    names = names_of("tell_names()") + names_of("tell_names()")
    assert len(set(names)) == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_forks_of_a_process_have_names_of_their_own():
    names = names_of("tell_names()\n" + _IN_TWO_FORKS + "tell_names()")
    assert len(set(names)) == 8
