"""The same lives the way most published code runs them: a vector of environments, and a jitted JAX policy."""

from __future__ import annotations

import importlib.util
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.bench.controls import KEY, Controls
from hebbax.cores import available_cores
from hebbax.keys import stream
from hebbax.worlds.mujoco.library import silence_warnings


class VectorPeer:
    """Lives on a vector of environments with Gymnasium's interface; the policy runs for all of them in one call."""

    def __init__(self, environments: Any, count: int, action_type: Any, controls: Controls) -> None:
        policy = controls.policy

        def step(genome: Any, carry: Any, inputs: Any) -> Any:
            action, carry = policy.act(genome, carry, inputs)
            return action, policy.adapt(genome, carry)

        self.environments, self.normaliser, self.action_type = environments, controls.normaliser, action_type
        self.genomes = jnp.asarray(controls.genomes[:count])
        self.keys = jax.random.split(stream(KEY, "peers"), count)
        self._birth, self._step = jax.jit(jax.vmap(policy.birth)), jax.jit(jax.vmap(step))

    def run(self, ticks: int) -> np.ndarray:
        """Run a life in every environment; return the returns [environments]."""
        observations, _ = self.environments.reset()
        carry = self._birth(self.keys)
        returns = np.zeros(len(observations))
        for _ in range(ticks):
            inputs = self.normaliser.applied(observations)
            actions, carry = self._step(self.genomes, carry, jnp.asarray(inputs, jnp.float32))
            observations, rewards, *_ = self.environments.step(np.asarray(actions, self.action_type))
            returns += rewards
        return returns

    def close(self) -> None:
        """End the environments and their processes."""
        self.environments.close()


def sync_peer(controls: Controls, count: int) -> VectorPeer:
    """Return Gymnasium's `SyncVectorEnv`: one environment after the other."""
    import gymnasium

    environments = gymnasium.vector.SyncVectorEnv([_maker(controls.task.gymnasium_id)] * count)
    return VectorPeer(environments, count, np.float32, controls)


def async_peer(controls: Controls, count: int) -> VectorPeer:
    """Return Gymnasium's `AsyncVectorEnv`: a process for each environment."""
    import gymnasium

    # JAX has threads by now, and a fork would copy their locks without them.
    environments = gymnasium.vector.AsyncVectorEnv([_maker(controls.task.gymnasium_id)] * count, context="spawn")
    return VectorPeer(environments, count, np.float32, controls)


def envpool_peer(controls: Controls, count: int) -> VectorPeer | None:
    """Return EnvPool's environments, stepped by its own threads; None where it is not installed."""
    if importlib.util.find_spec("envpool") is None:
        return None
    import envpool  # pyright: ignore[reportMissingImports]  an option, on some platforms only

    robot = f"{controls.task.robot}-v"
    newest = max(name for name in envpool.list_all_envs() if name.startswith(robot))
    environments = envpool.make(newest, env_type="gymnasium", num_envs=count, num_threads=available_cores(), seed=0)
    return VectorPeer(environments, count, environments.action_space.dtype, controls)


def _maker(name: str | None) -> Any:
    def make() -> Any:
        import gymnasium

        silence_warnings()  # in each process: or the robot's old XML warns here and in a MUJOCO_LOG.TXT
        return gymnasium.make(str(name))

    return make
