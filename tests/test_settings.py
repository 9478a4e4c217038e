"""The process's settings: pinned around our computations to the same bytes, recorded, told, or refused in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax import settings
from hebbax.config.policy import PolicyConfig
from hebbax.config.strategy import StrategyConfig
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.engines.make_engine import make_engine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.keys import root_key, stream
from hebbax.policies.make_policy import make_policy
from hebbax.runs.training import Training
from hebbax.tasks.registry import make_task
from hebbax.versions import differences, environment

OTHERS = {
    "jax_threefry_partitionable": False,
    "jax_enable_x64": True,
    "jax_numpy_dtype_promotion": "strict",
    "jax_numpy_rank_promotion": "raise",
    "jax_debug_nans": True,
    "jax_debug_infs": True,
    "jax_disable_jit": True,
    "jax_default_prng_impl": "rbg",
    "jax_default_matmul_precision": "bfloat16",
    "jax_random_seed_offset": 3,
    "jax_legacy_prng_key": "error",
    "jax_transfer_guard": "disallow",
}


@pytest.fixture
def other_settings():
    """Give a user's program settings of its own, JAX's and NumPy's, for as long as a test lasts."""
    before = {name: getattr(jax.config, name) for name in OTHERS}
    errors = np.seterr(all="raise")
    for name, value in OTHERS.items():
        jax.config.update(name, value)
    yield
    for name, value in before.items():
        jax.config.update(name, "allow" if name == "jax_transfer_guard" and value is None else value)
    np.seterr(**errors)


def checkpoint_of(path: Path, engine: str) -> bytes:
    config = TrainConfig(
        task=TaskConfig("swimmer", ticks=5),
        policy=PolicyConfig(name="tiny", hidden=(3,)),
        strategy=StrategyConfig(population=4),
        generations=1,
        evaluate_lifetimes=1,
        threads=1,
        engine=engine,
    )
    training = Training.start(config, path)
    assert training.run()
    return training.folder.checkpoints()[-1].read_bytes()


@pytest.fixture(scope="module", params=["native", pytest.param("lockstep", marks=pytest.mark.slow)])
def engine(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def as_by_default(engine, tmp_path_factory) -> bytes:
    return checkpoint_of(tmp_path_factory.mktemp("settings") / "run", engine)


def test_a_run_has_the_same_bytes_under_any_settings(as_by_default, engine, other_settings, tmp_path):
    assert checkpoint_of(tmp_path / "run", engine) == as_by_default


@pytest.mark.usefixtures("other_settings")
def test_a_program_keeps_its_own_settings_between_the_parts_of_a_life(engine):
    task = make_task("swimmer")
    policy = make_policy("han-b", task)
    genome = np.zeros(policy.genome_size, np.float32)
    for _ in make_engine(task, policy, engine, 1).stream(genome, root_key(0), Scenario(ticks=4), chunk=2):
        assert jax.config.values["jax_enable_x64"]
        assert settings.unpinned()
        assert np.geterr()["invalid"] == "raise"


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**32 - 1])
def test_a_root_key_is_that_of_jax(seed):
    assert jnp.array_equal(jax.random.key_data(root_key(seed)), jax.random.key_data(jax.random.key(seed)))


def test_streams_are_the_same_under_any_settings(request):
    bits = np.asarray(jax.random.key_data(stream(root_key(7), "ask", 3)))
    request.getfixturevalue("other_settings")
    with jax.transfer_guard("allow"):
        assert np.array_equal(np.asarray(jax.random.key_data(stream(root_key(7), "ask", 3))), bits)


@pytest.mark.usefixtures("default_settings")
def test_nothing_is_recorded_of_a_default_process():
    assert settings.recorded() == {}


@pytest.mark.parametrize(
    ("variable", "value"),
    [("NUMBA_OPT", "0"), ("NUMBA_BOUNDSCHECK", "1"), ("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")],
)
def test_what_cannot_be_pinned_is_recorded_and_told(variable, value):
    program = "from hebbax.versions import environment; print(environment())"
    ran = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, variable: value}, capture_output=True, text=True, check=True
    )
    assert f"'{variable}': '{value}'" in ran.stdout
    assert differences(environment(), environment() | {variable: value}) == [f"{variable} default → {value}"]
    assert differences(environment() | {variable: value}, environment()) == [f"{variable} {value} → default"]


def test_a_life_compiled_under_other_settings_of_numba_is_another_file(monkeypatch):
    from numba.core import config

    from hebbax.engines.specialise import fingerprint, life_names
    from hebbax.kernels.compile_step import compile_step

    task = make_task("swimmer")
    names = life_names(task, compile_step(make_policy("han-b", task)))
    before = fingerprint(names)
    monkeypatch.setattr(config, "LOOP_VECTORIZE", 0)
    assert fingerprint(names) != before


@pytest.mark.parametrize(
    "variables",
    [{"NUMBA_DISABLE_JIT": "1"}, {"JAX_PLATFORMS": "cuda"}, {"JAX_PLATFORMS": "tpu"}, {"JAX_ENABLE_X64": "maybe"},
     {"MUJOCO_GL": "pencil"}],
)  # fmt: skip
def test_what_nothing_can_be_computed_under_is_one_line(variables, tmp_path):
    ran = subprocess.run(
        [sys.executable, "-m", "hebbax", "train", "task=swimmer", "--run", str(tmp_path / "run")],
        env={**os.environ, **variables}, capture_output=True, text=True,
    )  # fmt: skip
    ((name, value),) = variables.items()
    assert ran.returncode == 2
    (line,) = ran.stderr.splitlines()
    assert name in line
    assert value in line
    assert not (tmp_path / "run").exists()


def test_numba_switched_off_since_is_refused(monkeypatch):
    from numba.core import config

    task = make_task("swimmer")
    policy = make_policy("han-b", task)
    monkeypatch.setattr(config, "DISABLE_JIT", 1)
    with pytest.raises(HebbaxError, match="NUMBA_DISABLE_JIT"):
        NativeEngine(task, policy)


@pytest.mark.usefixtures("other_settings")
def test_doctor_says_what_is_put_aside():
    told = settings.remarks({})
    assert any("jax_enable_x64" in line for line in told)
    assert any("jax_threefry_partitionable" in line for line in told)


def test_figures_do_not_follow_the_users_style():
    import matplotlib

    from hebbax.report.style import figure_style

    with figure_style():
        expected = dict(matplotlib.rcParams)
    with matplotlib.rc_context({"lines.marker": "x", "axes.xmargin": 0.4}):
        with figure_style():
            assert dict(matplotlib.rcParams) == expected
        assert matplotlib.rcParams["lines.marker"] == "x"
