"""Small worlds that tests share."""

from __future__ import annotations

import importlib
import re
import resource
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import jax
import numba
import numpy as np
import pytest
import yaml

from hebbax import registry
from hebbax.config.engines import ENGINES
from hebbax.config.learner import LEARNERS
from hebbax.config.policy import PRESETS
from hebbax.config.strategy_table import STRATEGIES
from hebbax.config.train import TaskConfig, TrainConfig, to_dict
from hebbax.damage.kinds import KINDS
from hebbax.engines.life_cache import obstacle
from hebbax.evolution.tracking import TRACKERS
from hebbax.experiments.registry import EXPERIMENTS
from hebbax.networks.activations import ACTIVATIONS
from hebbax.networks.registry import NETWORKS
from hebbax.plasticity.averaging import AVERAGINGS
from hebbax.plasticity.normalisation import NORMALISATIONS
from hebbax.plasticity.rules import RULES
from hebbax.policies.make_policy import make_policy
from hebbax.runs.run_folder import RunFolder
from hebbax.tasks.from_model.new_robot import write_robot
from hebbax.tasks.registry import TASKS, make_task

REGISTRIES = (
    ACTIVATIONS,
    AVERAGINGS,
    ENGINES,
    EXPERIMENTS,
    KINDS,
    LEARNERS,
    NETWORKS,
    NORMALISATIONS,
    PRESETS,
    RULES,
    STRATEGIES,
    TASKS,
    TRACKERS,
)

registry._loaded = True  # plug-ins that this machine has are none of the tests' business


@pytest.fixture
def forget_parts_of(monkeypatch) -> Callable[[registry.Registry], None]:
    """Have the parts that a test registers forgotten after it."""

    def forget(parts: registry.Registry) -> None:
        for name in ("_parts", "_origins"):
            monkeypatch.setattr(parts, name, dict(getattr(parts, name)))

    return forget


@pytest.fixture
def install(monkeypatch, tmp_path_factory) -> Callable[..., Path]:
    """Install a package of one module with an entry point in the group `hebbax`, for this process and those it starts.

    Plug-ins are looked for anew, and what they register is forgotten after the test.
    """
    site, modules = tmp_path_factory.mktemp("site"), []
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setattr(registry, "_loaded", False)
    for parts in REGISTRIES:
        for name in ("_parts", "_origins"):
            monkeypatch.setattr(parts, name, dict(getattr(parts, name)))

    def add(module: str, source: str, package: str | None = None, value: str | None = None) -> Path:
        package = package or module.replace("_", "-")
        modules.append(module)
        (site / f"{module}.py").write_text(source, encoding="utf-8")
        metadata = site / f"{package.replace('-', '_')}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
        (metadata / "entry_points.txt").write_text(f"[hebbax]\n{module} = {value or module}\n", encoding="utf-8")
        importlib.invalidate_caches()
        return site

    yield add
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def install_page(install) -> Callable[[Path], str]:
    """Install what a page docs/adding-….md lists, as its reader does; return the name of its module."""

    def add(page: Path, edit: Callable[[str], str] = str) -> str:
        blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL))
        ((module, value),) = tomllib.loads(blocks["toml"])["project"]["entry-points"]["hebbax"].items()
        site = install(module, edit(blocks["python"]), value=value)
        if "xml" in blocks:
            (site / f"{module}.xml").write_text(blocks["xml"], encoding="utf-8")
        return module

    return add


@pytest.fixture
def install_package(install) -> Callable[[Path], str]:
    """Install the package of a folder with a pyproject.toml, none of whose other files go along; return its module."""

    def add(folder: Path) -> str:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
        ((module, value),) = project["entry-points"]["hebbax"].items()
        site = install(module, "", project["name"], value)
        (site / f"{module}.py").unlink()
        shutil.copytree(folder / module, site / module)
        registry._loaded = False  # `install` has it put back; a command may have looked for plug-ins since
        return module

    return add


@pytest.fixture
def install_own_robot(install_package, tmp_path) -> Callable[[Path], str]:
    """Make the robot that the page docs/your-own-robot.md lists, and install it; return its module."""

    def add(page: Path) -> str:
        model = tmp_path / "crawler.xml"
        model.write_text(re.findall(r"^```xml\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0])
        write_robot("crawler", model, tmp_path / "crawler")
        return install_package(tmp_path / "crawler")

    return add


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


@pytest.fixture(scope="session")
def cache_of_the_tests(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def kept_lives(monkeypatch, cache_of_the_tests):
    """Let processes that a test starts keep compiled lives, also where the user's cache cannot be written."""
    if obstacle() is not None:
        monkeypatch.setenv("HEBBAX_CACHE", str(cache_of_the_tests))


@pytest.fixture
def file_limit() -> Callable[[int], AbstractContextManager[None]]:
    """Limit the size of the files that this process and those it starts write in a block, as a full disk would."""

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


@pytest.fixture
def default_settings(monkeypatch):
    """Let this process have the settings that most have, whatever the tests run under, such as NUMBA_CPU_NAME."""
    for name in ("CPU_NAME", "CPU_FEATURES"):
        monkeypatch.setattr(numba.config, name, None)
    for name in ("NUMBA_ENABLE_AVX", "XLA_FLAGS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def others_robots() -> ModuleType:
    """The module of robots in the layouts of others: each of its functions writes one into a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent))
        return importlib.import_module("others_robots")


@pytest.fixture
def corridor_module(monkeypatch):
    """Let Python, and processes that a test starts, import `corridor`, which registers environments with Gymnasium."""
    folder = str(Path(__file__).parent / "environments")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", folder)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; skips where there is none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent))
        from browser import find_chromium, run_chromium
    path = find_chromium()
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    with run_chromium(path) as running:
        yield running


@pytest.fixture
def browser_page(browser):
    """An empty page of a headless Chromium, 1280 × 800 pixels; see `Page` in tests/browser.py."""
    with browser.page() as page:
        yield page


@pytest.fixture
def write_run(tmp_path) -> Callable[..., Path]:
    """Write the folder of a run as far as a comparison reads it: `evaluations` are by finished generation."""

    def write(
        name: str,
        means: Sequence[float | None],
        *,
        policy: str = "han-e",
        task: str = "swimmer",
        seed: int = 0,
        evaluations: dict[int, float | None] | None = None,
        evaluations_diverged: int = 0,
        training_ticks: Sequence[int] = (),
        **settings,
    ) -> Path:
        config = replace(
            TrainConfig(task=TaskConfig(task), policy=PRESETS[policy], seed=seed, generations=len(means)), **settings
        )
        folder = RunFolder.create(
            tmp_path / name,
            config=yaml.safe_dump(to_dict(config)),
            record={"command": ["hebbax", "train"], "cpu": "a CPU", "mujoco": "3.17.0", "resumed": []},
        )
        for generation, mean in enumerate(means):
            record = {"generation": generation, "return_mean": mean, "lives": 64, "steps": 1000, "seconds": 0.5}
            record |= {"diverged": 64 if mean is None else 0, "mean_genome_return": None}
            if training_ticks:
                record["training_ticks"] = training_ticks[generation]
            if evaluations and generation + 1 in evaluations:
                record["mean_genome_return"] = value = evaluations[generation + 1]
                record["mean_genome_diverged"] = config.evaluate_lifetimes if value is None else evaluations_diverged
            folder.append_metrics(record)
        return folder.path

    return write
