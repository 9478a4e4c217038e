"""Where the results of a run go."""

from __future__ import annotations

import os
import re
from pathlib import Path

from hebbax import zoo
from hebbax.evolution.stored_run import StoredRun


def own_folder(run: StoredRun) -> Path | None:
    """Return the folder of a run, or None where it ships with hebbax or cannot be written to."""
    path = run.folder.path
    shipped = Path(zoo.__file__).parent in path.parents
    return path if not shipped and os.access(path, os.W_OK) else None


def name_beside(purpose: str, task: str, policy: str) -> str:
    """Return PURPOSE-TASK-POLICY: what goes beside the user, where the run is not theirs to write to, is called so."""
    return re.sub(r"[^\w.-]+", "_", f"{purpose}-{task}-{policy}")
