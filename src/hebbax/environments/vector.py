"""Many lives of a task as a vector environment of Gymnasium, with the batch engine underneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from hebbax.damage.events import Event
from hebbax.environments.lives import LivesInTurn
from hebbax.environments.rendering import Picture, check_render_mode
from hebbax.environments.spaces import action_space, observation_space, observer
from hebbax.errors import HebbaxError, unknown_name
from hebbax.tasks.task import Task


class VectorEnvironment(VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
    """Lives of one task side by side; each is the life that `Environment` lives with its seed, to the bit.

    `reset(seed=s)` gives place i the seed s + i, as Gymnasium's own vectors do. Arguments are those of `Environment`,
    and:

    Args:
        num_envs: how many.
        autoreset_mode: what follows the end of a life: "NextStep", "SameStep" or "Disabled", as Gymnasium has them.
        threads: that step the bodies; None for one a core. No result depends on it.
    """

    def __init__(
        self,
        task: str | Task,
        num_envs: int = 1,
        *,
        damage: str | Sequence[Event] = "",
        ticks: int | None = None,
        termination: str = "end",
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        threads: int | None = None,
        render_mode: str | None = None,
        width: int = 480,
        height: int = 360,
        camera: str = "following",
    ) -> None:
        check_render_mode(render_mode, human=False)
        self.autoreset_mode = _mode(autoreset_mode)
        self.lives = LivesInTurn(task, num_envs, damage=damage, ticks=ticks, termination=termination, threads=threads)
        self.task, self.num_envs, self.render_mode = self.lives.task, num_envs, render_mode
        self.single_observation_space = observation_space(self.task)
        self.single_action_space = action_space(self.task)
        self._observed = observer(self.task)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.metadata = {
            "autoreset_mode": self.autoreset_mode,
            "render_modes": ["rgb_array"],
            "render_fps": max(1, round(1 / self.task.control_period)),
        }
        self._pictures = [Picture(self.lives.puppets, width, height, camera) for _ in range(num_envs)]
        self._ended = np.zeros(num_envs, bool)

    def reset(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin lives in all places, or in those of `options["reset_mask"]`, bool [num_envs]."""
        super().reset(seed=seed if isinstance(seed, int) else None)
        options = dict(options or {})
        which = _mask(options.pop("reset_mask", None), self.num_envs)
        self._ended &= ~which
        observations, told = self._begin(which, _seeds(seed, self.num_envs), options)
        return self._observed(observations), told

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Run a control tick of all lives; rewards, terminated and truncated have a row per place."""
        begins = self._ended & (self.autoreset_mode == AutoresetMode.NEXT_STEP)
        if self.autoreset_mode == AutoresetMode.DISABLED and self._ended.any():
            places = np.flatnonzero(self._ended).tolist()
            raise HebbaxError(f"the lives in places {places} are over: expected reset(options={{'reset_mask': …}})")
        stepped = self.lives.puppets.step(actions)
        self._ended = stepped.terminated | stepped.truncated
        observations = stepped.observations
        told: dict[str, Any] = {}
        for name, column in self.lives.columns(stepped).items():
            told |= {name: column, f"_{name}": ~begins}
        if self.autoreset_mode == AutoresetMode.SAME_STEP and self._ended.any():
            told = self._final(told, self._observed(observations))
            observations, births = self._begin(self._ended, [None] * self.num_envs, {})
            told |= births
        elif begins.any():
            observations, births = self._begin(begins, [None] * self.num_envs, {})
            told |= births
        return self._observed(observations), stepped.rewards, stepped.terminated, stepped.truncated, told

    def render(self) -> tuple[np.ndarray, ...] | None:
        """Return a picture of each body, uint8 [height, width, 3]."""
        if self.render_mode is None:
            return None
        return tuple(picture.of_life(place) for place, picture in enumerate(self._pictures))

    def close_extras(self, **kwargs: Any) -> None:
        """Close what draws."""
        for picture in self._pictures:
            picture.close()

    def _begin(
        self, which: np.ndarray, seeds: Sequence[int | None], options: Mapping[str, Any]
    ) -> tuple[np.ndarray, dict[str, Any]]:
        observations = self.lives.begin(which, seeds, options, self.np_random)
        told: dict[str, Any] = {}
        for place in np.flatnonzero(which).tolist():
            told = self._add_info(told, self.lives.told_at_birth(place), place)
        return observations, told

    def _final(self, told: dict[str, Any], observations: np.ndarray) -> dict[str, Any]:
        """Return what is told of a tick with the ends of lives where Gymnasium has them: `final_obs`, `final_info`."""
        final = np.full(self.num_envs, None, object)
        for place in np.flatnonzero(self._ended).tolist():
            final[place] = observations[place]
        ended, going = self._ended, ~self._ended
        own = {name: column for name, column in told.items() if not name.startswith("_")}
        final_info = {**own, **{f"_{name}": ended for name in own}}
        told = {**own, **{f"_{name}": going for name in own}}
        return {**told, "final_obs": final, "_final_obs": ended, "final_info": final_info, "_final_info": ended}


def _mode(mode: str | AutoresetMode) -> AutoresetMode:
    names = [known.value for known in AutoresetMode]
    if isinstance(mode, AutoresetMode):
        return mode
    if mode not in names:
        raise unknown_name("autoreset_mode", str(mode), names)
    return AutoresetMode(mode)


def _mask(mask: Any, count: int) -> np.ndarray:
    if mask is None:
        return np.ones(count, bool)
    array = np.asarray(mask)
    if array.dtype != bool or array.shape != (count,) or not array.any():
        raise HebbaxError(f"reset_mask={mask!r:.60}: expected bool of shape ({count},), true somewhere")
    return array.copy()


def _seeds(seed: int | Sequence[int | None] | None, count: int) -> list[int | None]:
    if seed is None or isinstance(seed, int | np.integer):
        return [None if seed is None else int(seed) + place for place in range(count)]
    if len(seed) != count:
        raise HebbaxError(f"{len(seed)} seeds: expected one, or one for each of {count} environments")
    return list(seed)
