"""Evolve and merge (Pedersen & Risi 2021): the rules of synapses become few, which evolve on.

Their method clusters all rules of a network between generations of one run, and its search goes on with what is left.
Here each connection is clustered by itself, as its tables are its own, and a search begins anew about the merged rules,
in a run of its own: a search of another size has nothing to go on with but its mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.cluster.vq import kmeans2

from hebbax.config.train import TrainConfig
from hebbax.errors import HebbaxError, check_whole
from hebbax.policies.assignment import LARGEST_TABLE, text_of_entries
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.runs.begin_from import begin_about, check_not_drawn
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.training import Training

_SEED, _STEPS = 0, 50


def clusters(points: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the centres [count, numbers] of K-means of points [points, numbers], and which each has, int64 [points].

    Begun by k-means++ from a fixed seed. With no more points than centres each has its own.
    """
    points = np.asarray(points, np.float64)
    if len(points) <= count:
        centres = np.zeros((count, points.shape[1]))
        centres[: len(points)] = points
        return centres, np.arange(len(points))
    centres, labels = kmeans2(points, count, iter=_STEPS, minit="++", missing="warn", rng=np.random.default_rng(_SEED))
    return centres, labels.astype(np.int64)


def merge_run(
    source: StoredRun,
    config: TrainConfig,
    table: int,
    path: Path,
    command: Sequence[str] = (),
    which: str = "best",
) -> Training:
    """Write a run that begins at the merged rules of another; return it, not begun.

    Args:
        source: the other run, in whose policy each synapse has a rule, or one of a larger table.
        config: of the new run, with the other's policy.
        table: rules that are left of each connection.
        path: of the folder of the new run.
        command: what the user typed, for run.json.
        which: the genome of the other run, best or mean.

    Raises HebbaxError for a policy without such rules, no fewer rules than there are, and as `begin_from` does.
    """
    check_whole("table", table, 1, LARGEST_TABLE, field="table")
    check_not_drawn(config, f"it begins at the merged rules of {source.folder.path}")
    controller = source.controller(which)
    layers, entries = _merged(source.policy, controller.genome, table)
    policy = replace(config.policy, scope="table", table=table, assignment=text_of_entries(entries))
    config = replace(config, policy=policy)
    genome = np.asarray(make_policy(policy, source.task).pack(layers), np.float32)
    return begin_about(source, config, replace(controller, genome=genome), path, command, which)


def _merged(
    policy: Policy, genome: np.ndarray, table: int
) -> tuple[tuple[dict[str, np.ndarray], ...], list[np.ndarray]]:
    """Return the evolved arrays after merging, and the entries of each plastic connection."""
    layers = tuple({name: np.asarray(values) for name, values in layer.items()} for layer in policy.unpack(genome))
    entries = []
    for index in policy.plastic:
        own = policy.synapses[index].plasticity
        if own is None or own.scope not in ("synapse", "table") or dict(policy.by_connection):
            raise HebbaxError(
                f"policy {policy.name!r}: expected one rule for each synapse (scope=synapse) of all plastic "
                "connections, or for each entry of a table, to merge",
                field="scope",
            )
        genes = [gene for gene in policy.coefficients_of(index) if gene.scope == own.scope]
        if not genes:
            raise HebbaxError(f"policy {policy.name!r}: its rule {own.rule!r} has nothing that synapses do not share")
        rules = np.stack([layers[index][gene.name].ravel() for gene in genes], axis=1)
        if table >= len(rules):
            raise HebbaxError(
                f"table={table}: connection {policy.network.layer_names[index]!r} has {len(rules)} rules; nearest "
                f"valid: {len(rules) - 1}",
                field="table",
            )
        centres, labels = clusters(rules, table)
        layers[index].update(
            {gene.name: values for gene, values in zip(genes, centres.T.astype(np.float32), strict=True)}
        )
        synapse = own.scope == "synapse"
        entries.append(labels.reshape(genes[0].shape) if synapse else labels[policy.table_entries(index)])
    return layers, entries
