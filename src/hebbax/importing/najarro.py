"""Coefficients that the published code of Najarro & Risi (2020) has evolved, as a run of hebbax.

A file holds float32 [synapses, columns]: layer after layer, in each of which the postsynaptic index runs fastest. So a
layer's block is [presynaptic, postsynaptic, columns], and hebbax has each column as a matrix of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hebbax.config.train import TrainConfig, check_train_config
from hebbax.errors import HebbaxError
from hebbax.evolution.search import Search
from hebbax.importing.torch_file import read_torch_array
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.najarro_rules import NAJARRO_RULES
from hebbax.plasticity.rules import RULES
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.runs.begin_from import check_not_drawn, given
from hebbax.runs.training import Training
from hebbax.tasks.registry import make_task

USUAL_RULE = "ABCD_lr"
"""The published default, and what a file of as many columns holds unless somebody says otherwise."""


def read_coefficients(path: Path) -> np.ndarray:
    """Return the coefficients of a published file, float32 [synapses, columns].

    Raises HebbaxError as `read_torch_array` does, and for an array of other dimensions or of what is no number.
    """
    array = read_torch_array(path)
    most = max(len(rule.coefficients) for rule in NAJARRO_RULES.values())
    if array.ndim == 1:
        array = array[:, None]  # rule A drawn from a normal distribution is stored without its one column
    if array.shape[1] > most:
        raise HebbaxError(f"{path} has {array.shape[1]:,} columns: expected 1 to {most}, and a row for each synapse")
    with np.errstate(over="ignore"):  # which is told
        coefficients = array.astype(np.float32)
    if not np.isfinite(coefficients).all():
        raise HebbaxError(f"{path} holds NaN or infinity: expected finite coefficients")
    return coefficients


def rule_of(columns: int) -> str:
    """Return the rule of so many columns. Raises HebbaxError where several have as many, none of them the usual one."""
    names = [name for name, rule in NAJARRO_RULES.items() if len(rule.coefficients) == columns]
    if USUAL_RULE in names:
        return USUAL_RULE
    if len(names) != 1:
        ways = " or ".join(f"policy.rule={name}" for name in names)
        raise HebbaxError(f"a file of {columns} columns can be of several rules: give {ways}")
    return names[0]


def genome_of(coefficients: np.ndarray, policy: Policy) -> np.ndarray:
    """Return the genome float32 [genome_size] of a policy that has coefficients [synapses, columns] of a file.

    Raises HebbaxError for a policy that evolves anything else than such coefficients, or has not as many.
    """
    if not isinstance(policy.network, Mlp):
        raise HebbaxError(f"policy {policy.name!r}: expected policy.network=mlp, as the published networks are")
    for index, connection in enumerate(policy.network.connections):
        plasticity, rule = policy.synapses[index].plasticity, None
        if plasticity is not None and plasticity.rule in NAJARRO_RULES:
            rule = RULES.get(plasticity.rule)
        evolved = None if rule is None else [(name, connection.shape) for name in rule.coefficients]
        if [(gene.name, gene.shape) for gene in policy.placed[index]] != evolved:
            raise HebbaxError(
                f"policy {policy.name!r}: expected a published rule such as {USUAL_RULE} with coefficients for each "
                f"synapse, and nothing else to evolve, in {policy.network.layer_names[index]!r}"
            )
    synapses = sum(connection.size for connection in policy.network.connections)
    if coefficients.size != policy.genome_size or len(coefficients) != synapses:
        sizes = "-".join(map(str, policy.network.sizes))
        raise HebbaxError(
            f"coefficients of {len(coefficients):,} synapses in {coefficients.shape[1]} columns: policy "
            f"{policy.name!r} ({sizes}) expects {synapses:,} in {policy.genome_size // synapses}; give the task, "
            "policy.hidden and policy.rule that they evolved with"
        )
    parts, at = [], 0
    for connection in policy.network.connections:
        block = coefficients[at : at + connection.size].reshape(*connection.shape, -1)
        parts.append(np.moveaxis(block, -1, 0).ravel())
        at += connection.size
    return np.concatenate(parts).astype(np.float32)


def import_najarro(file: Path, config: TrainConfig, path: Path, command: Sequence[str] = ()) -> Training:
    """Write a run whose mean, and best, are the coefficients of a published file; return it, not begun.

    Args:
        file: a `.dat` of the published code.
        config: the run's, with the task and the policy that the file is of; its evaluation says how good that is.
        path: of the folder of the run.
        command: what the user typed, for run.json.

    Raises HebbaxError for a file that is none, and one that does not fit the configuration.
    """
    coefficients = read_coefficients(file)
    check_train_config(config)
    check_not_drawn(config, "the first mean is given")
    genome = genome_of(coefficients, make_policy(config.policy, make_task(config.task.name)))
    search = Search(replace(config, training=replace(config.training, first_mean=given(genome))))
    origin = {"imported_sha256": hashlib.sha256(coefficients.tobytes()).hexdigest()}
    return Training.begun(search, lambda: search.begin_about(genome), path, command, origin)
