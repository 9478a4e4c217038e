"""The search state as named tensors and a small document, and back."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.evolution.search import Search, SearchState
from hebbax.evolution.statistics import Best, Controller, ObservationStatistics
from hebbax.runs.checkpoint import Checkpoint
from hebbax.settings import pinned


@pinned()
def pack_state(search: Search, state: SearchState, document: dict[str, Any]) -> Checkpoint:
    """Return the checkpoint that holds all of the state, with the caller's document beside it."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(state.strategy)
    tensors = {f"strategy/{jax.tree_util.keystr(path)}": np.asarray(leaf) for path, leaf in leaves}
    tensors["key_data"] = np.asarray(jax.random.key_data(search.key))
    tensors["mean/genome"] = search.strategy.mean(state.strategy)
    tensors |= _statistics_tensors("statistics", state.statistics)
    best = None
    if state.best is not None:
        tensors["best/genome"] = state.best.controller.genome
        tensors |= _statistics_tensors("best/statistics", state.best.controller.statistics)
        best = {"generation": state.best.generation, "return_mean": state.best.return_mean}
    return Checkpoint(state.generation, tensors, {**document, "best": best})


@pinned()
def unpack_state(search: Search, checkpoint: Checkpoint) -> SearchState:
    """Return the state that a checkpoint holds. Raises HebbaxError if it is of another strategy or genome size."""
    template = jax.eval_shape(search.begin_strategy)
    leaves, structure = jax.tree_util.tree_flatten_with_path(template)
    restored = []
    for path, leaf in leaves:
        name = f"strategy/{jax.tree_util.keystr(path)}"
        tensor = checkpoint.tensors.get(name)
        if tensor is None:
            raise HebbaxError(f"the checkpoint holds no {name!r}: it was written with another strategy")
        if tensor.shape != leaf.shape:
            raise HebbaxError(f"the checkpoint's {name!r} has shape {tensor.shape}, expected {leaf.shape}")
        restored.append(jnp.asarray(tensor, leaf.dtype))
    return SearchState(
        checkpoint.generation,
        jax.tree_util.tree_unflatten(structure, restored),
        _statistics(checkpoint, "statistics"),
        _best(checkpoint),
    )


def controller_of(checkpoint: Checkpoint, which: str) -> Controller:
    """Return the `mean` or the `best` controller of a checkpoint. Raises HebbaxError if there is no best yet."""
    if which == "best":
        best = _best(checkpoint)
        if best is None:
            raise HebbaxError("no mean genome of this run survived an evaluation yet: use --genome mean")
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
