"""A process of its own for `solve --peers`: PPO of Stable-Baselines3, or of SBX, its twin in JAX, on HalfCheetah.

`python -m hebbax.bench.ppo_child CASE LAUNCHED` prints one line of JSON per evaluation.
"""

# pyright: reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

import json
import sys
from typing import Any

import gymnasium
import numpy as np

from hebbax.bench.peer_clock import PeerClock

_ENVIRONMENT = "HalfCheetah-v5"

# RL Baselines3 Zoo, hyperparams/ppo.yml, HalfCheetah: one environment, observations and rewards normalised.
_SETTINGS: dict[str, Any] = {
    "batch_size": 64,
    "n_steps": 512,
    "gamma": 0.98,
    "learning_rate": 2.0633e-05,
    "ent_coef": 0.000401762,
    "clip_range": 0.1,
    "n_epochs": 20,
    "gae_lambda": 0.92,
    "max_grad_norm": 0.8,
    "vf_coef": 0.58096,
}


def _model(package: str, environment: Any, seed: int) -> Any:
    if package == "sbx":
        import flax.linen
        from sbx import PPO

        activation = flax.linen.relu
    else:
        import torch
        from stable_baselines3 import PPO

        activation = torch.nn.ReLU
    network = {
        "log_std_init": -2,
        "ortho_init": False,
        "activation_fn": activation,
        "net_arch": {"pi": [256, 256], "vf": [256, 256]},
    }
    return PPO("MlpPolicy", environment, policy_kwargs=network, seed=seed, device="cpu", **_SETTINGS)


def main(case: dict[str, Any], launched: float) -> None:
    """Train until the clock says that it is over."""
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

    environment = VecNormalize(DummyVecEnv([lambda: gymnasium.make(_ENVIRONMENT)]), gamma=_SETTINGS["gamma"])
    model = _model(case["package"], environment, case["seed"])
    test = gymnasium.make_vec(_ENVIRONMENT, case["lives"], vectorization_mode="sync")

    def evaluate() -> np.ndarray:
        observations, _ = test.reset(seed=1)
        returns = np.zeros(case["lives"])
        for _ in range(1000):
            actions, _ = model.predict(environment.normalize_obs(observations), deterministic=True)
            observations, rewards, *_ = test.step(actions)
            returns += rewards
        return returns

    clock = PeerClock(launched, case["seconds"], case["until"], case["every"], evaluate)

    class Watch(BaseCallback):
        go_on = True

        def _on_rollout_start(self) -> None:
            self.go_on = clock.goes_on(self.num_timesteps)

        def _on_step(self) -> bool:
            return self.go_on

    model.learn(sys.maxsize, callback=Watch())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), float(sys.argv[2]))
