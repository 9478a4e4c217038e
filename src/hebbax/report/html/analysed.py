"""The analysis that a report tells of: the one that `hebbax analyze` has written, or one made now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hebbax.analysis.analyze import analyze_source
from hebbax.analysis.summary import SCHEMA
from hebbax.errors import HebbaxError
from hebbax.runs.place import results_path
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source

FILE = "analysis.json"


def analysis_of(run: StoredRun, source: Source) -> dict[str, Any]:
    """Return what analysis.json holds of a controller: from the file if it is about these lives, else made anew.

    A file is about them if genome, seed, number of lives, ticks and termination are the same, and it is newer than the
    controller. Raises HebbaxError for a file that is no JSON.
    """
    path = results_path(run, "", "analysis") / FILE
    stored = _read(path) if path.is_file() and not _is_old(path, run) else None
    return stored if stored is not None and _is_about(stored, source) else analyze_source(source)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise HebbaxError(f"{path} is not JSON: {error}; remove it, or write it anew with hebbax analyze") from None


def _is_old(path: Path, run: StoredRun) -> bool:
    """Whether the controller has evolved on since a file was written."""
    checkpoints = run.folder.checkpoints_path.glob("*.safetensors")
    return any(checkpoint.stat().st_mtime > path.stat().st_mtime for checkpoint in checkpoints)


def _is_about(document: Any, source: Source) -> bool:
    if not isinstance(document, dict) or "motions" not in document.get("summary", {}):  # of before there were motions
        return False
    expected = {"schema": SCHEMA, **source.setting(), "lifetimes": source.lifetimes, "recording": None}
    return {key: document.get(key, "") for key in expected} == expected
