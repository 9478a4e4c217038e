"""A process of its own for `solve --peers`: evosax on Gymnasium's `SyncVectorEnv`, as Hebbian Attractor Networks does.

One environment per genome, observations normalised by Gymnasium's wrapper, the policy one jitted JAX call per tick;
lives of 1,000 ticks, OpenAI-ES with 512 genomes, learning rate 0.1 and σ 0.2 (Dittrich et al. 2026).

`python -m hebbax.bench.han_child CASE LAUNCHED` prints one line of JSON per evaluation.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np

from hebbax.bench.peer_clock import PeerClock
from hebbax.config.policy import PRESETS
from hebbax.config.strategy import StrategyConfig
from hebbax.evolution.strategy import Strategy
from hebbax.keys import root_key, stream
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task
from hebbax.worlds.mujoco.library import silence_warnings

_ENVIRONMENT, _TICKS = "HalfCheetah-v5", 1000
_STRATEGY = StrategyConfig("openai-es", 512, learning_rate=0.1, sigma=0.2)


class _Lives:
    """Lives of genomes, one environment each."""

    def __init__(self, policy: Any, count: int) -> None:
        def step(genome: Any, carry: Any, inputs: Any) -> Any:
            action, carry = policy.act(genome, carry, inputs)
            return action, policy.adapt(genome, carry)

        self.environments = gymnasium.wrappers.vector.NormalizeObservation(
            gymnasium.make_vec(_ENVIRONMENT, count, vectorization_mode="sync")
        )
        self._birth = jax.jit(jax.vmap(policy.birth))
        self._step = jax.jit(jax.vmap(step))
        self._count = count

    def run(self, genomes: Any, key: Any) -> np.ndarray:
        """Return the returns [genomes]."""
        seeds = jax.random.randint(key, (), 0, 2**31 - 1)
        observations, _ = self.environments.reset(seed=int(seeds))
        carry = self._birth(jax.random.split(key, self._count))
        returns = np.zeros(self._count)
        for _ in range(_TICKS):
            actions, carry = self._step(genomes, carry, jnp.asarray(observations, jnp.float32))
            observations, rewards, *_ = self.environments.step(np.asarray(actions))
            returns += rewards
        return returns


def main(case: dict[str, Any], launched: float) -> None:
    """Evolve until the clock says that it is over."""
    silence_warnings()
    policy = make_policy(PRESETS["han-e"], make_task("half_cheetah"))
    strategy, key = Strategy(_STRATEGY, policy.genome_size), root_key(case["seed"])
    state = strategy.init(stream(key, "initial"), policy)
    training, test = _Lives(policy, _STRATEGY.population), _Lives(policy, case["lives"])
    test.environments.update_running_mean = False

    def evaluate() -> np.ndarray:
        test.environments.obs_rms = training.environments.obs_rms
        mean = jnp.asarray(strategy.mean(state))
        return test.run(jnp.broadcast_to(mean, (case["lives"], len(mean))), root_key(1))

    clock = PeerClock(launched, case["seconds"], case["until"], case["every"], evaluate)
    generation, steps = 0, 0
    while clock.goes_on(steps):
        genomes, asked = strategy.ask(stream(key, "ask", generation), state)
        fitness = training.run(genomes, stream(key, "train", generation))
        state = strategy.tell(stream(key, "tell", generation), genomes, fitness, asked)
        generation, steps = generation + 1, steps + _STRATEGY.population * _TICKS


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), float(sys.argv[2]))
