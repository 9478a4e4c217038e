"""The genome of a static policy from the weights of Stable-Baselines3's actor: its mean action, without its noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hebbax.config.learner import POLICIES, PPO, RECURRENT_PPO, LearnerConfig
from hebbax.config.policy import PolicyConfig
from hebbax.errors import HebbaxError
from hebbax.tasks.external.task import AnyTask

ACTIVATIONS = {"tanh": "Tanh", "relu": "ReLU", "elu": "ELU", "leaky-relu": "LeakyReLU", "silu": "SiLU"}
"""What hidden layers can have, and what PyTorch calls it."""

_NETWORKS = {PPO: "mlp", RECURRENT_PPO: "lstm"}


def check_actor(policy: PolicyConfig, learner: LearnerConfig, task: AnyTask) -> None:
    """Raise HebbaxError for a policy that PPO cannot learn, naming what it can."""
    network = _NETWORKS[learner.algorithm]
    if policy.plastic or any(options.get("plastic") for options in policy.connections.values()):
        raise HebbaxError(
            f"policy {policy.name!r} is plastic: {learner.algorithm} learns weights, not rules; nearest valid: "
            f"policy={_preset(learner)}",
            field="plastic",
        )
    output = "hard-tanh" if has_limits(task) else "linear"
    wanted = {"network": network, "bias": True, "output_activation": output, "birth": None, "connections": {}}
    for name, value in wanted.items():
        if getattr(policy, name) != value:
            shown = str(value).lower() if isinstance(value, bool) else value
            raise HebbaxError(
                f"{name}={getattr(policy, name)}: {learner.algorithm} on task {task.name!r} learns a policy with "
                f"{name}={shown}; nearest valid: policy={_preset(learner)} policy.output_activation={output}",
                field=name,
            )
    known = tuple(ACTIVATIONS) if network == "mlp" else ("tanh",)
    if policy.activation not in known:
        raise HebbaxError(
            f"activation={policy.activation}: {learner.algorithm} has {', '.join(known)}; nearest valid: tanh",
            field="activation",
        )


def _preset(learner: LearnerConfig) -> str:
    return f"ppo-{_NETWORKS[learner.algorithm]}"


def has_limits(task: AnyTask) -> bool:
    """Whether a task's actions are to lie in [-1, 1]. Raises HebbaxError where they have other limits."""
    low, high = (np.concatenate([group.each(side, np.nan) for group in task.action]) for side in ("low", "high"))
    if np.isnan(low).all() and np.isnan(high).all():
        return any(not group.name for group in task.action)  # of a size alone: actions are meant to lie there
    if (low == -1).all() and (high == 1).all():
        return True
    raise HebbaxError(f"task {task.name!r}: its actions have limits other than -1 and 1, which PPO's policy does not")


def for_task(policy: PolicyConfig, task: AnyTask) -> PolicyConfig:
    """Return a preset of PPO's as a task needs it: without limits, its output is as it is. Others stay as they are.

    >>> from hebbax.config.policy import PRESETS
    >>> from hebbax.tasks.registry import make_task
    >>> for_task(PRESETS.get("ppo-mlp"), make_task("half_cheetah")).output_activation
    'hard-tanh'
    """
    limited = policy.name not in POLICIES.values() or has_limits(task)
    return policy if limited else replace(policy, output_activation="linear")


def genome_of(weights: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the genome, float32 [genome_size], of a state of Stable-Baselines3's policy by its own names.

    A matrix of PyTorch is [postsynaptic, presynaptic]; ours has a row for the bias unit, the last.
    """
    parts = _lstm(weights) if "lstm_actor.weight_ih_l0" in weights else _mlp(weights)
    parts.append(_with_bias(weights["action_net.weight"], weights["action_net.bias"]))
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)


def _mlp(weights: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    names, prefix = [], "mlp_extractor.policy_net."
    while f"{prefix}{2 * len(names)}.weight" in weights:  # every other one is an activation
        names.append(f"{prefix}{2 * len(names)}")
    return [_with_bias(weights[f"{name}.weight"], weights[f"{name}.bias"]) for name in names]


def _lstm(weights: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return the matrices of the gates i, f, g and o, of each that of the inputs and that of the hidden layer."""
    parts = []
    of_gates = {name: np.split(weights[f"lstm_actor.{name}_l0"], 4) for name in ("weight_ih", "weight_hh")}
    biases = np.split(weights["lstm_actor.bias_ih_l0"] + weights["lstm_actor.bias_hh_l0"], 4)
    for inputs, hidden, bias in zip(of_gates["weight_ih"], of_gates["weight_hh"], biases, strict=True):
        parts += [_with_bias(inputs, bias), hidden.T]
    return parts


def _with_bias(matrix: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return np.vstack([matrix.T, bias[None]])
