"""A run that begins where another has come to: about its genome, with the statistics of its observations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import numpy as np

from hebbax.config.train import TrainConfig, check_train_config
from hebbax.config.training import TrainingConfig
from hebbax.errors import HebbaxError
from hebbax.evolution.search import Search
from hebbax.evolution.statistics import Controller
from hebbax.plasticity.gene import PlacedGene
from hebbax.policies.policy import Policy
from hebbax.runs.identity import run_id
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training, new_search


def given(genome: np.ndarray) -> str:
    """Return the `training.first_mean` of a run that begins at a genome float32 [genome_size]; no other has the same.

    >>> given(np.zeros(3, np.float32))
    'given-15ec7bf0b50732b4'
    """
    return f"given-{hashlib.sha256(np.ascontiguousarray(genome, np.float32).tobytes()).hexdigest()[:16]}"


def begin_from(
    source: StoredRun, config: TrainConfig, path: Path, command: Sequence[str] = (), which: str = "best"
) -> Training:
    """Write a run that begins at the controller of another; return it, not begun.

    Args:
        source: the other run. Its policy is to have the same genome, and its task as many observations.
        config: of the new run. Its `training.first_mean` will say which controller it began at.
        path: of the folder of the new run.
        command: what the user typed, for run.json.
        which: the genome of the other run, best or mean.

    Raises HebbaxError for a controller that does not fit, a bad configuration, or a folder that exists.
    """
    controller = source.controller(which)
    check_not_drawn(config, f"it begins at the controller of {source.folder.path}")
    search = _search_about(source, config, controller.genome)
    _check_fits(source, search)
    return _begun(source, search, controller, path, command, which)


def begin_about(
    source: StoredRun, config: TrainConfig, controller: Controller, path: Path, command: Sequence[str], which: str
) -> Training:
    """Write a run that begins at what a controller of another has become; return it, not begun.

    Args:
        source: the other run.
        config: of the new run, whose policy has such a genome.
        controller: with a genome of that policy, float32 [genome_size].
        path: of the folder of the new run.
        command: what the user typed, for run.json.
        which: the genome of the other run that it was, best or mean.

    Raises HebbaxError for a task with other observations, a bad configuration, or a folder that exists.
    """
    search = _search_about(source, config, controller.genome)
    return _begun(source, search, controller, path, command, which)


def _search_about(source: StoredRun, config: TrainConfig, genome: np.ndarray) -> Search:
    check_train_config(config)
    search = new_search(replace(config, training=replace(config.training, first_mean=given(genome))))
    if not isinstance(search, Search):
        raise HebbaxError(f"learner={config.learner.name} draws its first weights: --from is of learner=evolution")
    _check_observations(source, search)
    return search


def _begun(
    source: StoredRun, search: Search, controller: Controller, path: Path, command: Sequence[str], which: str
) -> Training:
    origin = {"from_id": run_id(source.trained), "from_genome": which}
    return Training.begun(
        search, lambda: search.begin_about(controller.genome, controller.statistics), path, command, origin
    )


def check_not_drawn(config: TrainConfig, instead: str) -> None:
    """Raise HebbaxError where a configuration says how the first mean is drawn, which would mean nothing."""
    for name in ("first_mean", "first_scale", "first_of"):
        value = getattr(config.training, name)
        if value != getattr(TrainingConfig, name):
            raise HebbaxError(f"training.{name}={value}: {instead}; leave it out")


def _check_observations(source: StoredRun, search: Search) -> None:
    """Raise HebbaxError where the statistics are of other observations."""
    if search.task.observation_size != source.task.observation_size:
        raise HebbaxError(
            f"task {search.task.name!r} has {search.task.observation_size} observations: expected "
            f"{source.task.observation_size}, as task {source.task.name!r} of {source.folder.path} has"
        )


def _check_fits(source: StoredRun, search: Search) -> None:
    """Raise HebbaxError where the genome would be read as another."""
    ours, theirs = search.policy, source.policy
    if ours.layout == theirs.layout:
        return
    mine, other = next(pair for pair in zip_longest(ours.layout, theirs.layout) if pair[0] != pair[1])
    raise HebbaxError(
        f"policy {ours.name!r} evolves {_in_words(ours, mine)} where that of {source.folder.path} evolves "
        f"{_in_words(theirs, other)}: leave out what makes it another policy"
    )


def _in_words(policy: Policy, gene: PlacedGene | None) -> str:
    if gene is None:
        return "nothing"
    shape = " × ".join(map(str, gene.shape))
    return f"{gene.name} ({shape}) of {policy.network.layer_names[gene.connection]!r}"
