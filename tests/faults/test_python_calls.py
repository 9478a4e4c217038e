"""Bad calls of the Python interface: each is refused by a HebbaxError in one line that names the argument or value."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from python_calls import bad_python_calls

from hebbax.errors import HebbaxError

QUICK = 120


def fault_of(call: Callable[[], Any]) -> str | None:
    """Return what is wrong with how a call was refused, or None."""
    try:
        returned = call()
    except HebbaxError as error:
        return None if len(str(error).splitlines()) == 1 else f"told in several lines: {error}"
    except Exception:
        return traceback.format_exc(limit=-1)
    return f"accepted: {returned!r:.80}"


def check(calls: list[tuple[str, Callable[[], Any]]], capsys: pytest.CaptureFixture[str]) -> None:
    faults = {name: fault for name, call in calls if (fault := fault_of(call))}
    with capsys.disabled():
        print(f"\n{len(calls)} bad Python calls: {len(calls) - len(faults)} refused in one line, {len(faults)} not")
    assert not faults, "\n".join(f"{name}\n    {fault}" for name, fault in faults.items())


def test_some_bad_python_calls(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("no run\n")
    check(random.Random(2026).sample(list(bad_python_calls()), QUICK), capsys)


@pytest.mark.slow
def test_all_bad_python_calls(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("no run\n")
    calls = list(bad_python_calls())
    assert len(calls) >= 150
    check(calls, capsys)
