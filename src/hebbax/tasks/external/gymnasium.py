"""Environments that are registered with Gymnasium, each under the control of one life."""

from __future__ import annotations

import difflib
import importlib.metadata
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import gymnasium
import numpy as np

from hebbax.errors import HebbaxError, calling, one_line, unknown_name
from hebbax.tasks.external.promises import Promises
from hebbax.tasks.external.spaces import Decode, read_observations, shape_of_image, write_actions
from hebbax.tasks.external.task import TICKS, ExternalTask, module_of
from hebbax.tasks.groups import Group, size_of
from hebbax.versions import UNKNOWN


class GymnasiumEnvironments:
    """See `Environments`. They are stepped one after the other, and only those whose life goes on.

    Gymnasium's own vectors step all of them, and would run on for lives that have ended.
    """

    def __init__(self, task: ExternalTask, *, film: bool = False) -> None:
        self.task, self.film = task, film
        self._spec = _find(task.name, task.environment_id)
        self._environments = [_make(task.name, self._spec, film=film)]
        first = self._environments[0]
        _, self._promises, _, self._decode = _reading(task.name, first)

    def begin(self, seeds: np.ndarray, bodies: Sequence[Any] = ()) -> np.ndarray:
        """Begin an episode an environment, each from its own seed; environments are made as they are needed."""
        while len(self._environments) < len(seeds):
            self._environments.append(_make(self.task.name, self._spec, film=self.film))
        # Without a time limit of its own: a life is as long as hebbax counts.
        pairs = zip(self._environments, seeds, strict=False)
        return np.array([self._promises.reset(environment, seed=int(seed)) for environment, seed in pairs])

    def restart(self, which: np.ndarray) -> np.ndarray:
        """Begin another episode in some; an environment goes on with the random numbers of its seed."""
        return np.array([self._promises.reset(self._environments[i]) for i in which])

    def step(self, which: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Advance some by a tick."""
        observations = np.empty((len(which), self.task.observation_size))
        rewards, done = np.empty(len(which)), np.empty(len(which), bool)
        for place, (i, action) in enumerate(zip(which, self._decode(outputs), strict=True)):
            observations[place], rewards[place], done[place] = self._promises.step(self._environments[i], action)
        return observations, rewards, done

    def frame(self) -> np.ndarray:
        """Return a picture of the first environment. Raises HebbaxError if it does not draw itself."""
        with calling(f"task {self.task.name!r}: render"):
            frame = self._environments[0].render()
        if not isinstance(frame, np.ndarray):
            raise HebbaxError(f"task {self.task.name!r} does not draw itself (it has no render mode rgb_array)")
        return frame


def describe_gymnasium(name: str, environment_id: str) -> ExternalTask:
    """Return the task of a Gymnasium id, or of MODULE:ID for one that a package registers when it is imported.

    It is reset once and takes one step. Raises HebbaxError for an unknown id, an environment that cannot be made here,
    spaces that do not fit a network, and what an environment must not return.
    """
    spec = _find(name, environment_id)
    environment = _make(name, spec, film=False)
    try:
        observation, promises, action, decode = _reading(name, environment)
        image = shape_of_image(environment.observation_space)
        promises.reset(environment, seed=0)
        promises.step(environment, decode(np.zeros((1, size_of(action))))[0])
        with calling(f"task {name!r}: what says how long a tick is"):
            period = _control_period(environment)
    finally:
        with calling(f"task {name!r}: close"):
            environment.close()
    return ExternalTask(
        name=name,
        robot=spec.name,
        observation=observation,
        action=action,
        control_period=period or 1.0,
        timed=period is not None,
        length=spec.max_episode_steps or TICKS,
        source=_source(spec),
        observation_shape=image,
    )


def _reading(name: str, environment: Any) -> tuple[tuple[Group, ...], Promises, tuple[Group, ...], Decode]:
    """Return what an environment observes and how it is read, and what its actions are and how they are made."""
    observation, encode = read_observations(name, _space(name, environment, "observation_space"))
    action, decode = write_actions(name, _space(name, environment, "action_space"))
    return observation, Promises(name, encode, size_of(observation)), action, decode


def _space(name: str, environment: Any, attribute: str) -> gymnasium.Space[Any]:
    with calling(f"task {name!r}: {attribute}"):
        space = getattr(environment, attribute, None)
    if not isinstance(space, gymnasium.Space):
        raise HebbaxError(f"task {name!r}: {attribute} is {space!r}, expected one of gymnasium.spaces")
    return space


def _find(name: str, environment_id: str) -> Any:
    """Return Gymnasium's description of an id, after importing the module that it may name."""
    module, own_id = module_of(name), environment_id.rpartition(":")[2]
    if own_id.startswith("hebbax/"):
        from hebbax.tasks.external.gymnasium_car import register_car

        register_car()
    if module is not None:
        try:
            import_module(module)
        except (Exception, SystemExit) as error:  # its code can raise whatever it likes, and a name can be none
            raise HebbaxError(f"task {name!r}: cannot import {module!r}: {one_line(error)}") from error
    if own_id in gymnasium.registry:
        return gymnasium.registry[own_id]
    if difflib.get_close_matches(own_id, gymnasium.registry, n=1, cutoff=0.4):
        raise unknown_name("Gymnasium environment", own_id, gymnasium.registry)
    raise HebbaxError(
        f"unknown Gymnasium environment {own_id!r}, and no registered id is like it: one that a package registers is "
        f"gymnasium/PACKAGE:ENV_ID"
    )


def _make(name: str, spec: Any, *, film: bool) -> Any:
    """Return one environment without a time limit. Raises HebbaxError, with its own words, where it cannot be made."""
    if not film:
        # Old robots in it would warn here; the process that films has a folder of its own to warn in.
        from hebbax.worlds.mujoco.library import silence_warnings

        silence_warnings()
    arguments = {"render_mode": "rgb_array"} if film else {}
    try:
        return gymnasium.make(spec, max_episode_steps=-1, disable_env_checker=True, **arguments)
    except (ImportError, gymnasium.error.DependencyNotInstalled) as error:
        raise HebbaxError(f"task {name!r} needs what is not installed: {one_line(error)}") from error
    except (Exception, SystemExit) as error:  # whatever the code of another package raises is to be told in one line
        raise HebbaxError(f"task {name!r} cannot be made: {type(error).__name__}: {one_line(error)}") from error


def _control_period(environment: Any) -> float | None:
    """Return the seconds of a tick where the environment knows them: MuJoCo's and Pendulum's `dt`, CartPole's `tau`."""
    for attribute in ("dt", "tau"):
        value = getattr(environment.unwrapped, attribute, None)
        if isinstance(value, int | float | np.floating) and 0 < value < np.inf:
            return float(value)
    return None


def _source(spec: Any) -> dict[str, Any]:
    """Return what decides what an environment computes, as far as it can be known, in values that JSON has."""
    entry = spec.entry_point
    if not isinstance(entry, str):
        entry = f"{entry.__module__}:{entry.__qualname__}"
    package = entry.partition(":")[0].partition(".")[0]
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        version = UNKNOWN  # a script of the user's, say
    arguments = {key: repr(value) for key, value in spec.kwargs.items()}
    return {"id": spec.id, "entry_point": entry, "arguments": arguments, "package": package, "version": version}
