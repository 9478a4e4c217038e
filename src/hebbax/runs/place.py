"""Where the results of a run go."""

from __future__ import annotations

import os
from pathlib import Path

from hebbax import zoo
from hebbax.runs.stored_run import StoredRun


def results_path(run: StoredRun, inside: str, purpose: str, ending: str = "") -> Path:
    """Return where results go: `inside` the run's folder, or beside the user where it is not theirs to write to.

    A controller that ships with hebbax is left as it is.
    """
    path = run.folder.path
    if Path(zoo.__file__).parent not in path.parents and os.access(path, os.W_OK):
        return path / inside
    return path_beside(purpose, run.task.name, run.policy.name, ending)


def path_beside(purpose: str, task: str, policy: str, ending: str = "") -> Path:
    """Return ./PURPOSE-TASK-POLICY with an ending; a task of another package has a slash in its name."""
    return Path(f"{purpose}-{task.replace('/', '-')}-{policy}{ending}")
