"""A learner's state as named tensors and a small document, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.evolution.learner import Learner, State
from hebbax.evolution.statistics import Best, Controller, ObservationStatistics
from hebbax.policies.any_policy import AnyPolicy
from hebbax.runs.checkpoint import Checkpoint
from hebbax.tasks.external.task import AnyTask


def pack_state(learner: Learner[State], state: State, document: dict[str, Any]) -> Checkpoint:
    """Return the checkpoint that holds all of the state, with the caller's document beside it."""
    tensors, controller, best = learner.pack(state), learner.controller(state), None
    tensors["mean/genome"] = controller.genome
    tensors |= _statistics_tensors("statistics", state.statistics)
    if state.best is not None:
        tensors["best/genome"] = state.best.controller.genome
        tensors |= _statistics_tensors("best/statistics", state.best.controller.statistics)
        best = {"generation": state.best.generation, "return_mean": state.best.return_mean}
    return Checkpoint(state.generation, tensors, {**document, "best": best})


def check_arrays(checkpoint: Checkpoint, policy: AnyPolicy, task: AnyTask) -> None:
    """Raise HebbaxError for a checkpoint whose controllers are not a policy's on a task.

    A checksum says that nobody has changed the file by chance, not that its arrays fit: lives would read beyond them.
    """
    statistics: dict[str, tuple[int, ...]] = {"count": (), "mean": (task.observation_size,)}
    statistics["m2"] = statistics["mean"]
    wanted = {"mean/genome": (policy.genome_size,)}
    wanted |= {f"statistics/{name}": shape for name, shape in statistics.items()}
    if checkpoint.document["best"] is not None:
        wanted["best/genome"] = wanted["mean/genome"]
        wanted |= {f"best/statistics/{name}": shape for name, shape in statistics.items()}
    for name, shape in wanted.items():
        tensor, dtype = checkpoint.tensors.get(name), np.float32 if name.endswith("genome") else np.float64
        if tensor is None or (tensor.shape, tensor.dtype) != (shape, dtype):
            found = "is missing" if tensor is None else f"has shape {tensor.shape} and type {tensor.dtype}"
            raise HebbaxError(
                f"the checkpoint's {name!r} {found}: policy {policy.name!r} on task {task.name!r} expects {shape} and "
                f"{np.dtype(dtype)}"
            )


def unpack_state(learner: Learner[State], checkpoint: Checkpoint) -> State:
    """Return the state that a checkpoint holds. Raises HebbaxError if it is another learner's, or of another size."""
    check_arrays(checkpoint, learner.policy, learner.task)
    statistics = _statistics(checkpoint, "statistics")
    return learner.unpack(checkpoint.tensors, checkpoint.generation, statistics, _best(checkpoint))


def controller_of(checkpoint: Checkpoint, which: str) -> Controller:
    """Return the `mean` or the `best` controller of a checkpoint. Raises HebbaxError if there is no best yet."""
    if which == "best":
        best = _best(checkpoint)
        if best is None:
            raise HebbaxError("no mean genome of this run survived an evaluation yet: use genome=mean", field="genome")
        return best.controller
    return Controller(checkpoint.tensors["mean/genome"], _statistics(checkpoint, "statistics"))


def _best(checkpoint: Checkpoint) -> Best | None:
    best = checkpoint.document["best"]
    if best is None:
        return None
    controller = Controller(checkpoint.tensors["best/genome"], _statistics(checkpoint, "best/statistics"))
    return Best(controller, best["generation"], best["return_mean"])


def _statistics_tensors(prefix: str, statistics: ObservationStatistics) -> dict[str, np.ndarray]:
    return {
        f"{prefix}/count": np.asarray(statistics.count, np.float64),
        f"{prefix}/mean": statistics.mean,
        f"{prefix}/m2": statistics.m2,
    }


def _statistics(checkpoint: Checkpoint, prefix: str) -> ObservationStatistics:
    part = {name: checkpoint.tensors[f"{prefix}/{name}"] for name in ("count", "mean", "m2")}
    return ObservationStatistics(float(part["count"]), part["mean"], part["m2"])
