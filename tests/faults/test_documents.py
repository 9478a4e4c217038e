"""Documents that were edited, damaged or forged: each is read as it stands, or refused in one line.

No other error comes, and no number that is silently another: what is accepted after a value was lost says the same as
before, and no result holds NaN or infinity that was not there.
"""

from __future__ import annotations

import math
import re
import shutil
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forge import LOSSES, sample
from kinds import KINDS, Kind

from hebbax.cli.main import main
from hebbax.errors import HebbaxError

QUICK, ALL, COMMANDS_EACH = 24, 1000, 25
"""Forgeries of a kind."""


@dataclass
class Figures:
    """What became of the forgeries of one kind."""

    accepted: int = 0
    refused: int = 0
    unwritable: int = 0
    faults: list[str] = field(default_factory=list)


def forge_and_read(kind: Kind, count: int, folder: Path) -> Figures:
    """Return what became of so many forgeries, or of all if there are fewer."""
    figures = Figures()
    with np.printoptions(threshold=10**6):
        kind.begin(folder / "whole")
        whole = kind.read(folder / "whole")
        for number, (name, make) in enumerate(sample(kind.forgeries(), count)):
            place = folder / str(number)
            kind.begin(place)
            try:
                kind.write(place / kind.place, make())
            except (TypeError, ValueError, OverflowError, OSError):
                figures.unwritable += 1
            else:
                read_forged(kind, name, place, whole, figures)
            shutil.rmtree(place)
    return figures


def read_forged(kind: Kind, name: str, folder: Path, whole: Any, figures: Figures) -> None:
    """Read a forged document, and note what came of it."""
    try:
        found = kind.read(folder)
    except HebbaxError as error:
        figures.refused += 1
        file = Path(kind.place).name
        if "\n" in str(error) or file not in str(error):
            figures.faults.append(f"{name}: expected one line that names {file}, but got {str(error)!r}")
    except Exception as error:
        figures.faults.append(f"{name}: {type(error).__name__}: {error}")
    else:
        figures.accepted += 1
        lost = name.endswith(LOSSES)
        unknown = re.search(kind.infinite, name) or (lost and re.search(kind.optional, name))
        if not unknown and not as_finite(found, whole):
            figures.faults.append(f"{name}: it was accepted, and a result is not finite")
        if lost and not re.search(kind.optional, name) and repr(found) != repr(whole):
            figures.faults.append(f"{name}: it was accepted, and the result is another")


def as_finite(found: Any, whole: Any) -> bool:
    """Whether all numbers are finite, but for those that were not before."""
    if isinstance(found, dict):
        return all(as_finite(part, whole.get(key) if isinstance(whole, dict) else None) for key, part in found.items())
    if isinstance(found, list | tuple):
        alike = isinstance(whole, list | tuple) and len(whole) == len(found)
        return all(map(as_finite, found, whole if alike else [None] * len(found)))
    if isinstance(found, np.ndarray) and found.dtype.kind == "f":
        alike = isinstance(whole, np.ndarray) and whole.shape == found.shape
        return bool((np.isfinite(found) | (~np.isfinite(whole) if alike else False)).all())
    return not isinstance(found, float) or math.isfinite(found)


@pytest.mark.parametrize("kind", KINDS)
def test_a_forged_document_is_read_or_refused_in_one_line(kind, tmp_path):
    figures = forge_and_read(KINDS[kind], max(3, int(QUICK * KINDS[kind].share)), tmp_path)
    assert figures.faults == []
    assert figures.accepted + figures.refused


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_forged_documents(kind, tmp_path, capsys):
    figures = forge_and_read(KINDS[kind], int(ALL * KINDS[kind].share), tmp_path)
    with capsys.disabled():
        print(
            f"\n{kind}: {figures.accepted} read, {figures.refused} refused in one line, {figures.unwritable} that "
            f"cannot be written, {len(figures.faults)} faults"
        )
    assert figures.faults == []


OF_A_RUN = (
    "compare run --out out",
    "evaluate run --lifetimes 2",
    "show run --no-video --out out",
    "report run --no-video --lifetimes 2 --out out/page.html",
    "train --resume run generations=4",
)
COMMANDS = {
    **dict.fromkeys(("metrics.jsonl", "run.json", "config.yaml"), OF_A_RUN),
    **dict.fromkeys(("the document of a checkpoint", "the tensors of a checkpoint"), OF_A_RUN),
    "a recording": ("analyze life.h5 --out out",),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", COMMANDS)
def test_commands_go_through_or_say_in_one_line_what_is_wrong(kind, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ends = Counter()
    for name, make in sample(KINDS[kind].forgeries(), COMMANDS_EACH, seed=1):
        for command in COMMANDS[kind]:
            for left in tmp_path.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            KINDS[kind].begin(tmp_path)
            with suppress(TypeError, ValueError, OverflowError, OSError):  # what cannot be written at all
                KINDS[kind].write(tmp_path / KINDS[kind].place, make())
            code = main(command.split())
            said = capsys.readouterr().err.strip().splitlines()
            assert code in (0, 2), (name, command)
            assert code == 0 or said[-1].startswith("hebbax: "), (name, command, said)
            ends[code] += 1
    with capsys.disabled():
        print(f"\n{kind}: {ends[0]} commands went through, {ends[2]} said in one line what is wrong")
    assert ends[2]
