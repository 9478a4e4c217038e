"""What a `hebbax train` that was run before imports and compiles until its first generation is over."""

import gc
import json
import os
import subprocess
import sys

import pytest
from jax._src import compilation_cache

from hebbax.cli.starting import starting
from hebbax.engines.life_cache import obstacle

TRAIN = """
import json, sys
import jax
from numba.core import event

compiled, programs = [], []

class Listener(event.Listener):
    def on_start(self, event):
        compiled.append(event.data["dispatcher"].py_func.__qualname__)

    def on_end(self, event):
        pass

event.register("numba:compile", Listener())
jax.monitoring.register_event_listener(lambda name, **_: programs.append(name))
from hebbax.cli.main import main

sys.argv = ["hebbax", "train", "task=swimmer", "policy=han-e", "task.ticks=20", *sys.argv[1:]]
assert main() == 0
print(json.dumps([compiled, programs, sorted(sys.modules)]))
"""

UNUSED = ["matplotlib", "pandas", "h5py", "scipy.stats", "sklearn", "gymnasium", "IPython", "torch", "mediapy"]
UNUSED += ["hebbax.engines.lockstep", "hebbax.engines.vector"]


@pytest.fixture(scope="module")
def warm(tmp_path_factory, cache_of_the_tests):
    """What the last of three processes compiled, what JAX said of its cache, and which modules were imported."""
    folder = tmp_path_factory.mktemp("start")
    arguments = ["strategy.population=8", "generations=1", "evaluate_lifetimes=2"]
    cache = {} if obstacle() is None else {"HEBBAX_CACHE": str(cache_of_the_tests)}
    for run in ("without", "fills", "finds"):
        kept = {"JAX_ENABLE_COMPILATION_CACHE": "false" if run == "without" else "true"}
        done = subprocess.run(
            [sys.executable, "-c", TRAIN, *arguments, "--run", str(folder / run)],
            capture_output=True,
            text=True,
            env={**os.environ, **cache, **kept},
        )
        assert done.returncode == 0, done.stderr
    checkpoints = [sorted((folder / run / "checkpoints").glob("*.safetensors")) for run in ("without", "finds")]
    assert len(checkpoints[0]) == 2
    for one, other in zip(*checkpoints, strict=True):
        assert one.read_bytes() == other.read_bytes(), "what was found in the cache computes other bits"
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_numba_compiles_nothing_anew(warm):
    assert warm[0] == []


@pytest.mark.slow
def test_jax_finds_all_its_programs_which_are_few(warm):
    hits, misses = (warm[1].count(f"/jax/compilation_cache/cache_{kind}") for kind in ("hits", "misses"))
    assert misses == 0
    assert 0 < hits <= 12


def test_only_what_training_uses_is_imported(warm):
    assert [name for name in UNUSED if name in warm[2]] == []


def test_in_the_process_of_a_program_nothing_of_it_is_touched():
    frozen = gc.get_freeze_count()
    with starting(own_process=False):
        assert gc.isenabled()
    assert compilation_cache._cache is None
    assert gc.get_freeze_count() == frozen


def fail():
    assert not gc.isenabled()
    raise KeyError


def test_the_collector_goes_on_after_a_start_that_failed(monkeypatch):
    monkeypatch.setattr("hebbax.engines.program_cache.keep_programs", lambda: None)
    try:
        with pytest.raises(KeyError), starting(own_process=True):
            fail()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
