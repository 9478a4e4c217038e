"""A learner's state as named tensors and a small document, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.config.stored import STORED
from hebbax.config.train import TrainConfig, from_stored
from hebbax.errors import HebbaxError
from hebbax.evolution.learner import Learner, State
from hebbax.evolution.statistics import Best, Controller, ObservationStatistics
from hebbax.expected import TEXT, Fields, ObjectOf, number, or_null, whole
from hebbax.policies.any_policy import AnyPolicy
from hebbax.runs.checkpoint import Checkpoint
from hebbax.tasks.external.task import AnyTask
from hebbax.types import MOST_RETURN

_GENOME_TYPES = (np.float32, np.float16)
"""Of genomes: those of a run, and those of a large controller that was stored by itself."""

_BEST = Fields({"generation": whole(), "return_mean": number(-MOST_RETURN, MOST_RETURN)})


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


def check_document(checkpoint: Checkpoint) -> None:
    """Raise HebbaxError for a document that is not that of a run's checkpoint."""
    document = checkpoint.document
    Fields({"config": STORED, "environment": ObjectOf(TEXT), "best": or_null(_BEST)}).check(document)
    if document["best"] is not None:
        whole(0, checkpoint.generation).check(document["best"]["generation"], "best.generation")


def config_of(checkpoint: Checkpoint) -> TrainConfig:
    """Return the configuration of a run's checkpoint. Raises HebbaxError for a document that is not a run's."""
    check_document(checkpoint)
    return from_stored(checkpoint.document["config"])


def check_arrays(checkpoint: Checkpoint, policy: AnyPolicy, task: AnyTask) -> None:
    """Raise HebbaxError for a checkpoint whose controllers are not a policy's on a task, or hold what is no number.

    A checksum says that nobody has changed the file by chance, not that its arrays fit: lives would read beyond them.
    """
    statistics: dict[str, tuple[int, ...]] = {"count": (), "mean": (task.normalised_size,)}
    statistics["m2"] = statistics["mean"]
    wanted = {"mean/genome": (policy.genome_size,)}
    wanted |= {f"statistics/{name}": shape for name, shape in statistics.items()}
    if checkpoint.document["best"] is not None:
        wanted["best/genome"] = wanted["mean/genome"]
        wanted |= {f"best/statistics/{name}": shape for name, shape in statistics.items()}
    for name, shape in wanted.items():
        tensor, dtypes = checkpoint.tensors.get(name), _GENOME_TYPES if name.endswith("genome") else (np.float64,)
        if tensor is None or tensor.shape != shape or tensor.dtype not in dtypes:
            found = "is missing" if tensor is None else f"has shape {tensor.shape} and type {tensor.dtype}"
            raise HebbaxError(
                f"the checkpoint's {name!r} {found}: policy {policy.name!r} on task {task.name!r} expects {shape} and "
                f"{np.dtype(dtypes[0])}"
            )
        least = 0.0 if name.endswith(("count", "m2")) else -np.inf
        if not (np.isfinite(tensor) & (tensor >= least)).all():
            numbers = "finite numbers" if least else "numbers of at least 0"
            raise HebbaxError(f"the checkpoint's {name!r} holds NaN, infinity or less than 0: expected {numbers}")


def unpack_state(learner: Learner[State], checkpoint: Checkpoint) -> State:
    """Return the state that a checkpoint holds.

    Raises HebbaxError if it is another learner's, or of another size, or holds controllers alone.
    """
    check_arrays(checkpoint, learner.policy, learner.task)
    if all(_is_of_controller(name) for name in checkpoint.tensors):
        raise HebbaxError("it holds controllers alone, to be used and not trained on: take a checkpoint of their run")
    statistics = _statistics(checkpoint, "statistics")
    state = learner.unpack(checkpoint.tensors, checkpoint.generation, statistics, _best(checkpoint))
    if not np.array_equal(learner.controller(state).genome, checkpoint.tensors["mean/genome"]):
        raise HebbaxError("the checkpoint's 'mean/genome' is another than its learner's: it is put together of two")
    return state


def controllers_alone(checkpoint: Checkpoint, dtype: type = np.float32) -> Checkpoint:
    """Return a checkpoint with the mean and the best controller of another and nothing else.

    Genomes are rounded to a type, float32 or float16, and are what was rounded from then on. Raises HebbaxError for
    numbers that it cannot hold.
    """
    tensors = {name: tensor for name, tensor in checkpoint.tensors.items() if _is_of_controller(name)}
    for name in tensors:
        if name.endswith("genome"):
            with np.errstate(over="ignore"):  # said below
                rounded = tensors[name].astype(dtype)
            if not np.isfinite(rounded).all():
                largest = np.abs(tensors[name]).max()
                raise HebbaxError(
                    f"{name!r} holds {largest:g}: expected numbers up to {np.finfo(dtype).max:g}, as {np.dtype(dtype)} "
                    "does; nearest valid type: float32"
                )
            tensors[name] = rounded
    return Checkpoint(checkpoint.generation, tensors, checkpoint.document)


def _is_of_controller(name: str) -> bool:
    return name.startswith(("mean/", "best/", "statistics/"))


def controller_of(checkpoint: Checkpoint, which: str) -> Controller:
    """Return the `mean` or the `best` controller of a checkpoint. Raises HebbaxError if there is no best yet."""
    if which == "best":
        best = _best(checkpoint)
        if best is None:
            raise HebbaxError("no mean genome of this run survived an evaluation yet: use genome=mean", field="genome")
        return best.controller
    return Controller(_genome(checkpoint, "mean"), _statistics(checkpoint, "statistics"))


def _best(checkpoint: Checkpoint) -> Best | None:
    best = checkpoint.document["best"]
    if best is None:
        return None
    controller = Controller(_genome(checkpoint, "best"), _statistics(checkpoint, "best/statistics"))
    return Best(controller, best["generation"], best["return_mean"])


def _genome(checkpoint: Checkpoint, which: str) -> np.ndarray:
    return checkpoint.tensors[f"{which}/genome"].astype(np.float32, copy=False)


def _statistics_tensors(prefix: str, statistics: ObservationStatistics) -> dict[str, np.ndarray]:
    return {
        f"{prefix}/count": np.asarray(statistics.count, np.float64),
        f"{prefix}/mean": statistics.mean,
        f"{prefix}/m2": statistics.m2,
    }


def _statistics(checkpoint: Checkpoint, prefix: str) -> ObservationStatistics:
    part = {name: checkpoint.tensors[f"{prefix}/{name}"] for name in ("count", "mean", "m2")}
    return ObservationStatistics(float(part["count"]), part["mean"], part["m2"])
