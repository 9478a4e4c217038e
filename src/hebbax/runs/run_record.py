"""run.json: what a run was made with, and every resumption."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hebbax.expected import TEXT, TEXTS, Fields, ListOf, whole
from hebbax.files.documents import read_json

_MADE_WITH = dict.fromkeys(
    ("python", "hebbax", "mujoco", "numba", "llvmlite", "numpy", "jax", "evosax", "optax", "gymnasium", "cpu"), TEXT
)

_RESUMPTION = Fields(known={**_MADE_WITH, "command": TEXTS, "generation": whole(), "from": TEXT})

RECORD = Fields(
    known={
        **_MADE_WITH,
        "command": TEXTS,
        "engine": TEXT,
        "evolved_numbers": whole(),
        "weights": whole(),
        "plastic_state": whole(),
        "model_sha256": TEXT,
        "assets_sha256": TEXT,
        "keyframe": TEXT,
        "world_sha256": TEXT,
        "imported_sha256": TEXT,
        "from_id": TEXT,
        "from_genome": TEXT,
        "id": TEXT,
        "resumed": ListOf(_RESUMPTION),
    },
)
"""Of before some keys were recorded, runs do not have them. `belonging` reads `config`, which some can do without."""


def without_place(command: Sequence[str]) -> list[str]:
    """Return a command without what changes no result: where folders are on somebody's machine, and its threads.

    >>> without_place(["hebbax", "train", "--from", "/home/a/runs/b", "threads=1", "--run", "/home/a/runs/c"])
    ['hebbax', 'train', '--from', 'b']
    """
    kept, rest = [], iter(command)
    for word in rest:
        if word == "--run":
            next(rest, None)
        elif word in ("--resume", "--from"):
            source = next(rest, "")
            kept += [word, source if source.startswith("zoo:") else Path(source).name]
        elif not word.startswith("threads="):
            kept.append(word)
    return kept


def read_run_record(path: Path, *needed: str) -> dict[str, Any]:
    """Return what run.json holds, with the `needed` keys. Raises HebbaxError where it is missing, or holds other."""
    return read_json(path, RECORD.needing(*needed))
