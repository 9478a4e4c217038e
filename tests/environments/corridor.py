"""An environment whose every number can be worked out by hand, registered when this module is imported."""

from __future__ import annotations

import gymnasium
import numpy as np

LENGTH = 3  # ticks of an episode


class Corridor(gymnasium.Env):
    """Ticks 1, 2, 3 and the end. The reward is the tick plus the first action; a second action above 0.5 breaks it."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012
    observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (2,))
    action_space = gymnasium.spaces.Box(-1.0, 1.0, (2,))

    def __init__(self, render_mode: str | None = None, broken: str = "") -> None:
        self.render_mode, self.broken = render_mode, broken

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.tick, self.place = 0, self.np_random.uniform()
        return np.array([0.0, self.place], np.float32), {}

    def step(self, action):
        self.tick += 1
        reward = float(self.tick + action[0])
        observation = np.array([self.tick, self.place], np.float32)
        if action[1] > 0.5:
            reward = np.nan if self.broken == "reward" else reward
            observation[0] = np.inf if self.broken == "observation" else observation[0]
        return observation, reward, self.tick == LENGTH, False, {}

    def render(self):
        return np.full((32, 48, 3), 40 * self.tick, np.uint8)


for kind in ("", "reward", "observation"):
    gymnasium.register(f"Corridor{kind.capitalize()}-v0", Corridor, kwargs={"broken": kind})
gymnasium.register("Corridor-v1", Corridor, max_episode_steps=5)
