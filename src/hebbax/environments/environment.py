"""A task as an environment of Gymnasium."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import gymnasium
import numpy as np

from hebbax.damage.events import Event
from hebbax.environments.lives import LivesInTurn
from hebbax.environments.rendering import Picture, check_render_mode
from hebbax.environments.spaces import action_space, observation_space, observer
from hebbax.errors import HebbaxError
from hebbax.tasks.task import Task

ALL = np.ones(1, bool)


class Environment(gymnasium.Env[np.ndarray, np.ndarray]):
    """One life at a time: `reset(seed=s)` begins the lives that `hebbax evaluate --seed s` lives, one after the other.

    A step is a control tick. With the actions of a policy of ours, which are float32, it is the native engine's life to
    the bit. A life that diverges is terminated, with its last good observation and `info["diverged"]`.

    >>> environment = Environment("half_cheetah", damage="scale-actuator(bthigh, 0.3, from=5s)")
    >>> observation, told = environment.reset(seed=7)
    >>> observation.shape, told
    ((17,), {'seed': 7, 'life': 0})

    Args:
        task: name, or the task.
        damage: what happens to the lives, as `damage=` of the command line or as events; lives meet variants in turn.
        ticks: control ticks of a life, at which it is truncated; None for the task's own.
        termination: "end", or "restart": a termination then restarts the body, and the life goes on.
        render_mode: "rgb_array", "human" or None.
        width: of pictures, pixels.
        height: of pictures, pixels.
        camera: of pictures, as `hebbax show` takes it.

    Raises HebbaxError for what a task or a damage cannot be.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["human", "rgb_array"]}

    def __init__(
        self,
        task: str | Task,
        *,
        damage: str | Sequence[Event] = "",
        ticks: int | None = None,
        termination: str = "end",
        render_mode: str | None = None,
        width: int = 480,
        height: int = 360,
        camera: str = "following",
    ) -> None:
        check_render_mode(render_mode)
        self.lives = LivesInTurn(task, 1, damage=damage, ticks=ticks, termination=termination, threads=1)
        self.task = self.lives.task
        self.observation_space = observation_space(self.task)
        self.action_space = action_space(self.task)
        self._observed = observer(self.task)
        self.render_mode = render_mode
        frames_per_second = max(1, round(1 / self.task.control_period))
        self.metadata = {**type(self).metadata, "render_fps": frames_per_second}  # pyright: ignore
        self._picture = Picture(self.lives.puppets, width, height, camera)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin the seed's first life, or the next; return its first observation and which life it is.

        Options: `life`, a number of the seed; `key`, a key of its own in place of it; `damage`, what happens to it.
        """
        super().reset(seed=seed)
        observations = self.lives.begin(ALL, [seed], options or {}, self.np_random)
        self._show()
        return self._observed(observations)[0], self.lives.told_at_birth(0)

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Run a control tick; return observation, reward, terminated, truncated, and the reward's terms by name."""
        if self.lives.puppets.over[0]:
            raise HebbaxError("step: the life is over, or none has begun; expected reset()")
        stepped = self.lives.puppets.step(np.asarray(action)[None])
        told = {name: column[0].item() for name, column in self.lives.columns(stepped).items()}
        self._show()
        return (
            self._observed(stepped.observations)[0],
            stepped.rewards[0].item(),
            stepped.terminated[0].item(),
            stepped.truncated[0].item(),
            told,
        )

    def render(self) -> np.ndarray | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return a picture of the body, uint8 [height, width, 3], or None where a window shows it."""
        return self._picture.of_life(0) if self.render_mode == "rgb_array" else None

    def _show(self) -> None:
        if self.render_mode == "human":
            self._picture.show(0)

    def close(self) -> None:
        """Close what draws."""
        self._picture.close()
