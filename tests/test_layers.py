"""Which part of the package imports which: downwards alone, and never in a circle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/hebbax"
SOURCES = sorted(PACKAGE.rglob("*.py"))

# From the lowest up; the parts of a layer do not import each other. A new part of the package needs its place here.
LAYERS = (
    ("errors", "cores", "installing", "lazy_jax", "moved", "streams", "workers", "_version"),
    ("expected", "registry", "types"),
    ("compiling",),
    ("config", "files", "networks", "plasticity", "settings", "worlds", "zoo"),
    ("keys", "versions"),
    ("tasks",),
    ("policies",),
    ("kernels",),
    ("damage",),
    ("engines",),
    ("attractors", "evolution"),
    ("ppo",),
    ("runs",),
    ("export", "importing", "recording"),
    ("analysis",),
    ("report",),
    ("comparison", "environments", "experiments", "play"),
    ("bench",),
    ("stress",),
    ("gallery", "reproduction"),
    ("cli",),
    ("__main__",),
)


def imported(nodes: Iterator[ast.AST] | list[ast.AST]) -> Iterator[str]:
    """Yield the full names that import statements among nodes name: of `from a import b`, `a` and `a.b`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs when a module is imported: not what is in functions, nor what only type checkers see."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test).rpartition(".")[2] == "TYPE_CHECKING":
            for other in child.orelse:
                yield other
                yield from run_on_import(other)
            continue
        yield child
        yield from run_on_import(child)


def upwards(name: str, source: str, layers: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return what a module of hebbax imports, anywhere in it, that is not below its own part of the package."""
    rank = {part: number for number, parts in enumerate(layers) for part in parts}
    own = name.split(".")[1]
    found = {other for other in imported(ast.walk(ast.parse(source))) if other.startswith("hebbax.")}
    parts = {other: other.split(".")[1] for other in found}
    return sorted(other for other, part in parts.items() if part != own and not rank[part] < rank[own])


def circle(modules: Mapping[str, str]) -> list[str]:
    """Return modules, given as sources by name, that import each other in a circle, or none."""
    graph = {
        name: {other for other in imported(run_on_import(ast.parse(source))) if other in modules and other != name}
        for name, source in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_dependencies_point_downwards(path):
    if name_of(path) != "hebbax":  # the names that it offers are of all layers
        assert upwards(name_of(path), path.read_text("utf-8"), LAYERS) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_hydra_is_imported_by_the_overrides_alone(path):
    packages = {name.partition(".")[0] for name in imported(ast.walk(ast.parse(path.read_text("utf-8"))))}
    assert path.parent.name == "overrides" or not packages & {"hydra", "omegaconf"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_simulator_is_imported_by_its_world_and_by_what_shows_or_measures_it(path):
    """Everything else knows a world by what `worlds/base.py` says of it."""
    name = name_of(path)
    packages = {other.partition(".")[0] for other in imported(ast.walk(ast.parse(path.read_text("utf-8"))))}
    allowed = ("worlds.mujoco.", "play.", "report.film.", "bench.", "cli.doctor")
    assert name.removeprefix("hebbax.").startswith(allowed) or "mujoco" not in packages


def test_no_modules_import_each_other_in_a_circle():
    assert circle({name_of(path): path.read_text("utf-8") for path in SOURCES}) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from hebbax.high.c import x", ["hebbax.high.c", "hebbax.high.c.x"]),
        ("import hebbax.high.c", ["hebbax.high.c"]),
        ("from hebbax.beside.c import x", ["hebbax.beside.c", "hebbax.beside.c.x"]),
        ("def later():\n    from hebbax.high import c", ["hebbax.high", "hebbax.high.c"]),
        ("from hebbax.low.c import x\nimport numpy\nfrom hebbax.middle.c import y", []),
    ],
)
def test_an_import_that_runs_upwards_or_sideways_is_seen(source, expected):
    assert upwards("hebbax.middle.a", source, (("low",), ("middle", "beside"), ("high",))) == expected


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"a": "import b", "b": "import a"}, {"a", "b"}),
        ({"a": "from p import b", "p": "", "p.b": "from c import x", "c": "import a"}, {"a", "p.b", "c"}),
        ({"a": "try:\n    import b\nexcept ImportError:\n    pass", "b": "if x:\n    import a"}, {"a", "b"}),
        ({"p": "from p.b import x", "p.b": "import p.c", "p.c": "from p import x"}, {"p", "p.b", "p.c"}),
        ({"a": "class C:\n    import b", "b": "from a import C"}, {"a", "b"}),
        ({"a": "def later():\n    import b", "b": "import a"}, set()),
        ({"a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import b", "b": "import a"}, set()),
        ({"a": "import typing as t\nif t.TYPE_CHECKING:\n    x = 1\nelse:\n    import b", "b": "import a"}, {"a", "b"}),
        ({"a": "import b\nimport c", "b": "import c", "c": ""}, set()),
    ],
)
def test_a_circle_is_seen(sources, expected):
    found = circle(sources)
    assert set(found) == expected
    assert not found or found[0] == found[-1]


@pytest.mark.parametrize("name", [name for names in LAYERS for name in names if not name.startswith("_")])
def test_the_layout_names_what_there_is(name):
    layout = (ROOT / "docs/architecture.md").read_text("utf-8").partition("```text\n")[2].partition("```")[0]
    assert re.search(rf"^  {name}(/|\.py) ", layout, re.MULTILINE)
    for part in re.findall(r"^  ([\w/.]+) ", layout, re.MULTILINE):
        assert (PACKAGE / part).exists(), part
