"""What learns, as a user writes it: evolution, or PPO beside it with the options that Stable-Baselines3 has."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields

from hebbax.config.options import at_least_zero, check_options, count, decay_factor, positive
from hebbax.errors import HebbaxError, check_whole, is_number, unknown_name
from hebbax.registry import Registry
from hebbax.types import MOST_UNITS

EVOLUTION, PPO, RECURRENT_PPO = "evolution", "ppo", "recurrent-ppo"
ALGORITHMS = (EVOLUTION, PPO, RECURRENT_PPO)


@dataclass(frozen=True)
class LearnerConfig:
    """What learns. All but the first two is of PPO, under the names that Stable-Baselines3 has for it.

    A generation of PPO is `environments` lives for `n_steps` control ticks each, and the gradient steps that follow.

    >>> LearnerConfig("mine", "ppo", environments=4, n_steps=512).steps
    2048
    """

    name: str = EVOLUTION
    algorithm: str = EVOLUTION  # one of ALGORITHMS
    environments: int = count(8)  # lives side by side
    n_steps: int = count(256)  # control ticks of each between two updates
    batch_size: int = count(64)  # ticks of a gradient step
    n_epochs: int = count(10)  # how often each tick is learnt from
    learning_rate: float = positive(3e-4)
    gamma: float = decay_factor(0.99)  # discount of a reward by tick
    gae_lambda: float = decay_factor(0.95)
    clip_range: float = positive(0.2)
    ent_coef: float = at_least_zero(0.0)
    vf_coef: float = at_least_zero(0.5)
    max_grad_norm: float = positive(0.5)
    target_kl: float | None = positive(None)  # beyond 1.5 times which an update ends early
    log_std_init: float = 0.0  # of the noise on actions, natural logarithm
    normalise_reward: bool = True  # by the standard deviation of the discounted return
    critic: list[int] = field(default_factory=lambda: [64, 64])  # hidden layers of the value function

    @property
    def steps(self) -> int:
        """Control ticks of a generation."""
        return self.environments * self.n_steps


LEARNERS: Registry[LearnerConfig] = Registry(
    "learner",
    {
        EVOLUTION: LearnerConfig(),
        # After RL Baselines3 Zoo's settings for HalfCheetah, with more lives side by side and larger steps.
        "ppo": LearnerConfig(
            PPO,
            PPO,
            learning_rate=2e-4,
            gamma=0.98,
            gae_lambda=0.92,
            clip_range=0.1,
            ent_coef=4e-4,
            max_grad_norm=0.8,
            log_std_init=-1.0,
        ),
        # Hebbian Attractor Networks, config/gymnasium_sb3.yaml.
        "ppo-han": LearnerConfig("ppo-han", PPO, environments=32, n_steps=2048, normalise_reward=False),
        # Brax's ant of Hebbian Attractor Networks, config/ant_mutilated_ppo.yaml: 1,536 lives and batches of 512 × 20
        # there, which two cores do not step.
        "ppo-brax": LearnerConfig(
            "ppo-brax",
            PPO,
            environments=32,
            n_steps=80,
            batch_size=256,
            n_epochs=4,
            gamma=0.97,
            ent_coef=1e-2,
            max_grad_norm=1.0,
            target_kl=0.01,
            critic=[256, 256],
        ),
        "recurrent-ppo": LearnerConfig(
            RECURRENT_PPO,
            RECURRENT_PPO,
            n_steps=128,
            batch_size=128,
            gamma=0.98,
            gae_lambda=0.92,
            log_std_init=-1.0,
            critic=[],
        ),
    },
)

POLICIES = {PPO: "ppo-mlp", RECURRENT_PPO: "ppo-lstm"}
"""The policy that an algorithm learns where none is chosen."""


def check_learner(config: LearnerConfig) -> None:
    """Raise HebbaxError for an unknown algorithm, an option that nobody reads, and a value that one cannot have."""
    if config.algorithm not in ALGORITHMS:
        raise unknown_name("learner.algorithm", config.algorithm, ALGORITHMS)
    if config.algorithm == EVOLUTION:
        for option in fields(config):
            if option.name != "name" and getattr(config, option.name) != getattr(LearnerConfig(), option.name):
                raise HebbaxError(
                    f"learner.{option.name}={getattr(config, option.name)}: learner=evolution does not read it; leave "
                    "it out, or set learner=ppo"
                )
        return
    check_options(config)
    if not is_number(config.log_std_init) or not math.isfinite(config.log_std_init):
        raise HebbaxError(f"log_std_init={config.log_std_init}: expected a number such as -1.0", field="log_std_init")
    if not isinstance(config.critic, list | tuple):
        raise HebbaxError(f"critic={config.critic!r}: expected whole numbers such as [64, 64]", field="critic")
    for size in config.critic:
        check_whole("critic: size", size, 1, MOST_UNITS, field="critic")
    if config.algorithm == RECURRENT_PPO and config.critic:
        raise HebbaxError(
            f"critic={config.critic}: the value function of recurrent-ppo reads its LSTM directly; nearest valid: []",
            field="critic",
        )
    if config.steps % config.batch_size:
        nearest = next(size for size in range(config.batch_size, 0, -1) if config.steps % size == 0)
        raise HebbaxError(
            f"batch_size={config.batch_size}: expected a divisor of the {config.steps} ticks of a generation; nearest "
            f"valid: {nearest}",
            field="batch_size",
        )
