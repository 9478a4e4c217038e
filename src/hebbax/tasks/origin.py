"""Where a task comes from, as a run records it, to be compared with what is installed later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hebbax.tasks.external.task import AnyTask, ExternalTask
from hebbax.tasks.task import model_hash


def origin(task: AnyTask) -> dict[str, Any]:
    """Return what run.json holds of a task: the hash of its model, or the environment of another package."""
    if isinstance(task, ExternalTask):
        return {"environment": dict(task.source)}
    return {"model_sha256": model_hash(task)}


def changed_origin(task: AnyTask, record: Mapping[str, Any]) -> str | None:
    """Return the beginning of a sentence where a task is another than run.json says, else None."""
    if all(record.get(key) in (None, value) for key, value in origin(task).items()):
        return None
    kind = "environment" if isinstance(task, ExternalTask) else "model"
    return f"the {kind} of task {task.name!r} is another"
