"""Stable-Baselines3's PPO, or sb3-contrib's recurrent one, as a function of named tensors."""

# pyright: reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from sb3_contrib import RecurrentPPO
from sb3_contrib.common.recurrent.type_aliases import RNNStates
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger

from hebbax.config.learner import RECURRENT_PPO, LearnerConfig
from hebbax.config.policy import PolicyConfig
from hebbax.errors import HebbaxError
from hebbax.ppo.actor import ACTIVATIONS
from hebbax.ppo.lives import TrainingLives

_OPTIONS = (
    *("n_steps", "batch_size", "n_epochs", "learning_rate", "gamma", "gae_lambda", "clip_range", "ent_coef"),
    *("vf_coef", "max_grad_norm", "target_kl"),
)
"""What is called the same there."""

_TOLD = ("approx_kl", "clip_fraction", "explained_variance", "value_loss", "std")
"""What metrics have of an update."""


class Model:
    """One model on some lives; `pack` and `unpack` have all of it that changes."""

    def __init__(
        self,
        learner: LearnerConfig,
        policy: PolicyConfig,
        lives: TrainingLives,
        seed: int,
        stopping: Callable[[], bool],
    ) -> None:
        self.recurrent = learner.algorithm == RECURRENT_PPO
        self._lives, self._stop = lives, _Stop(stopping)
        network: dict[str, Any] = {"log_std_init": learner.log_std_init}
        if self.recurrent:
            network |= {"lstm_hidden_size": policy.hidden[0], "net_arch": {"pi": [], "vf": []}}
        else:
            network |= {"net_arch": {"pi": list(policy.hidden), "vf": list(learner.critic)}}
            network["activation_fn"] = getattr(torch.nn, ACTIVATIONS[policy.activation])
        options = {name: getattr(learner, name) for name in _OPTIONS}
        kind, name = (RecurrentPPO, "MlpLstmPolicy") if self.recurrent else (PPO, "MlpPolicy")
        with seeded(seed):
            self.model: Any = kind(name, lives, policy_kwargs=network, device="cpu", **options)
        self.model.set_logger(Logger(folder=None, output_formats=[]))
        self.model.ep_info_buffer = []
        self.model.ep_success_buffer = []
        self._stop.init_callback(self.model)
        self.model._last_episode_starts = np.ones(lives.num_envs, bool)

    def roll_out(self) -> bool:
        """Let all lives go on for a rollout; return whether nobody has stopped it."""
        self.model._last_obs = self._lives.reset()
        buffer = self.model.rollout_buffer
        return self.model.collect_rollouts(self._lives, self._stop, buffer, n_rollout_steps=self.model.n_steps)

    def update(self) -> dict[str, float]:
        """Learn from the rollout; return what is to be told of it. Raises HebbaxError where weights are lost."""
        try:
            self.model.train()
        except ValueError as error:  # PyTorch's distributions refuse what is no number
            raise _lost() from error
        if not all(bool(torch.isfinite(tensor).all()) for tensor in self.model.policy.parameters()):
            raise _lost()
        told = {name: self.model.logger.name_to_value.get(f"train/{name}") for name in _TOLD}
        return {name: float(value) for name, value in told.items() if value is not None}

    def weights(self) -> dict[str, np.ndarray]:
        """Return the weights of actor and critic, by Stable-Baselines3's names."""
        return {name: tensor.numpy().copy() for name, tensor in self.model.policy.state_dict().items()}

    def pack(self) -> dict[str, np.ndarray]:
        """Return weights, Adam's moments and what recurrent networks remember, by name."""
        tensors = {f"policy/{name}": tensor for name, tensor in self.weights().items()}
        optimiser = self.model.policy.optimizer
        for index, parameter in enumerate(self._parameters()):
            state = optimiser.state.get(parameter, {})
            empty = torch.zeros_like(parameter)
            for name in ("exp_avg", "exp_avg_sq"):
                tensors[f"adam/{index}/{name}"] = state.get(name, empty).detach().numpy().copy()
            tensors[f"adam/{index}/step"] = np.asarray(float(state.get("step", 0.0)), np.float32)
        tensors["starts"] = np.asarray(self.model._last_episode_starts, bool).copy()
        for name, tensor in self._memory().items():
            tensors[name] = tensor.numpy().copy()
        return tensors

    def unpack(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Take up such a state."""
        names = self.model.policy.state_dict()
        self.model.policy.load_state_dict({name: torch.tensor(tensors[f"policy/{name}"]) for name in names})
        optimiser = self.model.policy.optimizer
        for index, parameter in enumerate(self._parameters()):
            parts = {name: torch.tensor(tensors[f"adam/{index}/{name}"]) for name in ("step", "exp_avg", "exp_avg_sq")}
            optimiser.state[parameter] = parts
        self.model._last_episode_starts = tensors["starts"].copy()
        if self.recurrent:
            parts = {name: torch.tensor(tensors[name]) for name in self._memory()}
            self.model._last_lstm_states = RNNStates(
                (parts["memory/pi/h"], parts["memory/pi/c"]), (parts["memory/vf/h"], parts["memory/vf/c"])
            )

    def _parameters(self) -> list[Any]:
        return [parameter for group in self.model.policy.optimizer.param_groups for parameter in group["params"]]

    def _memory(self) -> dict[str, Any]:
        if not self.recurrent:
            return {}
        states = self.model._last_lstm_states
        named = {"pi": states.pi, "vf": states.vf}
        return {f"memory/{who}/{part}": pair[place] for who, pair in named.items() for place, part in enumerate("hc")}


class _Stop(BaseCallback):
    """Ends a rollout where the run is to stop."""

    def __init__(self, stopping: Callable[[], bool]) -> None:
        super().__init__()
        self._stopping = stopping

    def _on_step(self) -> bool:
        return not self._stopping()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Compute on one thread with random numbers of a seed; the process's own are untouched.

    Stable-Baselines3 draws from PyTorch's and NumPy's global states, and sums on several threads have other bits.
    """
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002  it is theirs
    threads = torch.get_num_threads()
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  as above
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002  as above
        torch.set_rng_state(states[2])


def _lost() -> HebbaxError:
    return HebbaxError(
        "PPO's weights are no longer finite: the last checkpoint is whole; begin anew with a lower "
        "learner.learning_rate, or a lower learner.max_grad_norm"
    )
