"""The lives that PPO learns from, side by side, as Stable-Baselines3 wants its environments."""

# pyright: reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Box
from stable_baselines3.common.vec_env import VecEnv

from hebbax.compiling.bounds import BOUND
from hebbax.engines.puppets import Puppets, Stepped
from hebbax.engines.scenario import Scenario, variant_of
from hebbax.evolution.schedule import Phase
from hebbax.keys import fold_in
from hebbax.ppo.actor import has_limits
from hebbax.ppo.reward_scale import RewardScale
from hebbax.tasks.external.task import AnyTask
from hebbax.types import END_DIVERGED, END_REACHED, Lives, Normaliser


class TrainingLives(VecEnv):
    """A life in each of some places, and then the next; each is known by its place, its number and its actions.

    So `pack` holds the actions of the lives under way and no state of a simulator: `unpack` lives them once more, to
    the bit.
    """

    def __init__(self, task: AnyTask, places: int, scenario: Scenario, key: np.ndarray, threads: int | None) -> None:
        self.puppets = Puppets(task, places, scenario, threads=threads)
        self.task, self._key = task, key
        self.scale: RewardScale | None = None
        self.normaliser = Normaliser.identity(task.normalised_size)
        self.weights: np.ndarray | None = None
        self.variants: Sequence[Any] = ()
        observations = Box(-np.inf, np.inf, (task.observation_size,), np.float32)
        most = 1.0 if has_limits(task) else BOUND  # Stable-Baselines3 cuts actions off there; a life ends beyond it
        super().__init__(places, observations, Box(-most, most, (task.action_size,), np.float32))
        self.numbers = np.zeros(places, np.int64)
        self.actions: list[list[np.ndarray]] = [[] for _ in range(places)]  # of the life under way
        self.terms = np.zeros((places, len(task.terms)))  # sums of the life under way
        self.newest = np.zeros((places, 3 + len(task.terms)))  # of the last that has ended: see `_remember`
        self.seen: list[np.ndarray] = []  # observations [places, observations] since `forget`
        self.terminations = 0

    def follow(self, phase: Phase, normaliser: Normaliser, scale: RewardScale | None) -> None:
        """Be rewarded as a phase says from now on, see observations as a normaliser makes them; begin to count anew."""
        self.weights, self.variants = phase.weights, phase.variants
        self.normaliser, self.scale = normaliser, scale
        self.seen, self.terminations = [], 0

    def begin(self) -> None:
        """Begin the first life in every place."""
        self._begin(np.ones(self.num_envs, bool))

    def reset(self) -> np.ndarray:
        """Return what the lives under way see; they begin once."""
        return self.normalised(self.puppets.observations)

    def normalised(self, observations: np.ndarray) -> np.ndarray:
        """Return observations as a policy gets them, float32."""
        return self.normaliser.applied(observations).astype(np.float32)

    def step_async(self, actions: np.ndarray) -> None:
        """Take the actions of the next tick, float32 [places, actuators]."""
        self._asked = np.asarray(actions, np.float32)

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Run the tick; where a life ends, the next begins, and what it saw last is told beside."""
        self.seen.append(self.puppets.observations.copy())
        stepped = self._step(self._asked)
        ended = stepped.terminated | stepped.truncated
        rewards = stepped.rewards if self.weights is None else stepped.reward_terms @ self.weights
        if self.scale is not None:
            rewards = self.scale.scaled(rewards, ended)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for place in np.flatnonzero(ended).tolist():
            last = self.normalised(stepped.observations[place])
            infos[place] = {"terminal_observation": last, "TimeLimit.truncated": bool(stepped.truncated[place])}
        if ended.any():
            self._remember(ended, stepped.diverged)
            self.numbers += ended
            self._begin(ended)
        return self.normalised(self.puppets.observations), rewards.astype(np.float32), ended, infos

    def _step(self, actions: np.ndarray, which: np.ndarray | None = None) -> Stepped:
        stepped = self.puppets.step(actions, which)
        self.terms += stepped.reward_terms
        self.terminations += int(np.sum((stepped.terminated & ~stepped.diverged) | stepped.reborn))
        for place in range(self.num_envs) if which is None else np.flatnonzero(which).tolist():
            self.actions[place].append(actions[place].copy())
        return stepped

    def _begin(self, which: np.ndarray) -> None:
        places = np.flatnonzero(which).tolist()
        keys = [fold_in(fold_in(self._key, place), int(self.numbers[place])) for place in places]
        met = [variant_of(self.variants, int(self.numbers[place]) * self.num_envs + place) for place in places]
        self.puppets.begin(which, np.stack(keys), met)
        self.terms[which] = 0.0
        for place in places:
            self.actions[place] = []

    def _remember(self, which: np.ndarray, diverged: np.ndarray) -> None:
        """Keep length, whether it diverged, return and sums of terms of lives that end."""
        rows = np.column_stack([self.puppets.ticks, diverged, self.puppets.returns, self.terms])
        self.newest[which] = rows[which]

    def lives(self) -> Lives:
        """Return the last life of each place that has ended, or the one under way; what they saw since `follow`."""
        under_way = np.column_stack([self.puppets.ticks, np.zeros(self.num_envs), self.puppets.returns, self.terms])
        rows = np.where(self.newest[:, :1] > 0, self.newest, under_way)
        seen = np.array(self.seen).reshape(-1, self.num_envs, self.task.observation_size)[
            ..., : self.task.normalised_size
        ]
        mean = seen.mean(axis=0) if len(seen) else np.zeros(seen.shape[1:])
        terminations = np.zeros(self.num_envs, np.int64)
        terminations[0] = self.terminations
        return Lives(
            returns=rows[:, 2],
            lengths=rows[:, 0].astype(np.int64),
            ends=np.where(rows[:, 1] > 0, END_DIVERGED, END_REACHED),
            warnings=np.zeros(self.num_envs, np.int64),
            terminations=terminations,
            observation_count=np.full(self.num_envs, float(len(seen))),
            observation_mean=mean,
            observation_m2=((seen - mean) ** 2).sum(axis=0),
            reward_terms=rows[:, 3:],
        )

    def pack(self) -> dict[str, np.ndarray]:
        """Return what `unpack` needs, by name."""
        ticks = np.array([len(own) for own in self.actions], np.int64)
        together = [action for own in self.actions for action in own]
        actions = np.array(together, np.float32).reshape(-1, self.task.action_size)
        return {"numbers": self.numbers.copy(), "ticks": ticks, "actions": actions, "newest": self.newest.copy()}

    def unpack(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Put every place where it was, by living its life again up to there."""
        self.numbers, self.newest = tensors["numbers"].copy(), tensors["newest"].copy()
        self.begin()
        ticks = tensors["ticks"]
        own = np.split(tensors["actions"], np.cumsum(ticks)[:-1])
        for tick in range(int(ticks.max(initial=0))):
            which = ticks > tick
            actions = np.zeros((self.num_envs, self.task.action_size), np.float32)
            for place in np.flatnonzero(which).tolist():
                actions[place] = own[place][tick]
            self._step(actions, which)

    def close(self) -> None:
        """Close nothing."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return nothing: the lives have no attributes."""
        return [None] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refuse: the lives have no attributes."""
        raise AttributeError(attr_name)

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> list[Any]:
        """Refuse: the lives have no methods."""
        raise AttributeError(method_name)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """Return that none is."""
        return [False] * self.num_envs
