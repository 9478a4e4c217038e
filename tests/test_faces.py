"""Names that a package offers as its own: what they are, and that modules of the same name can still be found."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from hebbax import analysis, attractors


@pytest.mark.parametrize("package", [analysis, attractors], ids=lambda package: package.__name__)
def test_a_package_offers_documented_names_of_its_own_modules(package):
    for name in package.__all__:
        value = getattr(package, name)
        if callable(value):
            assert value.__module__.startswith(f"{package.__name__}.")
            assert len(inspect.getdoc(value) or "") > 10, name
        assert not inspect.ismodule(value), name


def test_what_type_checkers_see_of_analysis_is_what_there_is():
    typed = {}
    for node in ast.walk(ast.parse(Path(analysis.__file__).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hebbax.analysis."):
            typed |= {alias.asname: node.module.removeprefix("hebbax.analysis.") for alias in node.names}
    assert typed == analysis._HOME
    assert sorted(typed) == sorted(analysis.__all__)


def test_an_unknown_name_of_analysis_is_missing():
    with pytest.raises(ImportError, match="measure_gaits"):
        exec("from hebbax.analysis import measure_gaits")


BY_MODULE = "from hebbax.attractors.{name} import {name} as found"
BY_PACKAGE = "from hebbax.attractors import {name} as offered"
BY_FORMER_NAME = "import warnings; warnings.simplefilter('ignore'); from hebbax.analysis.{name} import {name} as former"


@pytest.mark.parametrize("name", ["verdict", "principal_components"])
@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_function_and_the_module_of_its_name_are_both_found_whatever_is_imported_first(name, first):
    lines = [BY_MODULE, BY_PACKAGE, BY_FORMER_NAME]
    code = "\n".join([*lines[first:], *lines[:first], "assert found is offered is former, (found, offered, former)"])
    subprocess.run([sys.executable, "-c", code.format(name=name)], check=True)
    module = importlib.import_module(f"hebbax.attractors.{name}")
    assert inspect.ismodule(module)
    assert getattr(module, name) is getattr(attractors, name)
