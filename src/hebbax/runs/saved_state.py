"""A learner's state as named tensors and a small document, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.evolution.learner import Learner, State
from hebbax.evolution.statistics import Best, Controller, ObservationStatistics
from hebbax.runs.checkpoint import Checkpoint


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


def unpack_state(learner: Learner[State], checkpoint: Checkpoint) -> State:
    """Return the state that a checkpoint holds. Raises HebbaxError if it is another learner's, or of another size."""
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
