"""The command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from hebbax.cli.main import main


@pytest.fixture
def hebbax(capsys, tmp_path, monkeypatch) -> Callable[..., SimpleNamespace]:
    """Run a command in an empty folder; return its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> SimpleNamespace:
        code = main(arguments)
        printed = capsys.readouterr()
        return SimpleNamespace(code=code, out=printed.out, error=printed.err)

    return run
