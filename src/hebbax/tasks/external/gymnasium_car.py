"""`gymnasium/hebbax/CarRacing-v3`: Gymnasium's own CarRacing-v3, for controllers that were evolved on `car_racing`."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from hebbax.tasks.car_racing_state import PATIENCE
from hebbax.tasks.external.area_resize import AreaResize
from hebbax.worlds.car.shrink import SIZE

CAR_ID = "hebbax/CarRacing-v3"
CAR_TASK = f"gymnasium/{CAR_ID}"


class PublishedCar(gymnasium.Wrapper):
    """The environment with actions and end of a life as Najarro and Risi (2020) had them.

    An action is three numbers of any size: steering is tanh of the first, gas and brake are sigmoid of the others. An
    episode ends too when 21 rewards in a row were negative.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        super().__init__(env)
        self.action_space = spaces.Box(-np.inf, np.inf, (3,), np.float32)
        self._without = 0  # rewards in a row that were negative

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode."""
        self._without = 0
        return self.env.reset(seed=seed, options=options)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Advance by a frame."""
        numbers = np.asarray(action, np.float64)
        pedals = 1.0 / (1.0 + np.exp(-numbers[1:]))
        control = np.concatenate((np.tanh(numbers[:1]), pedals))
        observation, reward, terminated, truncated, info = self.env.step(control)
        paid = float(reward)
        self._without = self._without + 1 if paid < 0 else 0
        return observation, paid, bool(terminated) or self._without > PATIENCE, bool(truncated), info


def make_car(**options: Any) -> gymnasium.Env[Any, Any]:
    """Return the environment, its pixels 84 × 84; options are those of CarRacing-v3."""
    return PublishedCar(AreaResize(gymnasium.make("CarRacing-v3", max_episode_steps=-1, **options), SIZE, SIZE))


def register_car() -> None:
    """Tell Gymnasium of it, unless it knows."""
    if CAR_ID not in gymnasium.registry:
        gymnasium.register(CAR_ID, entry_point=f"{__name__}:make_car", max_episode_steps=1000)
