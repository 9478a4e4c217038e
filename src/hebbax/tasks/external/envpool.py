"""EnvPool's environments: compiled, on threads of their own."""

from __future__ import annotations

import difflib
import importlib.metadata
import importlib.util
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from gymnasium import spaces

from hebbax.errors import HebbaxError, one_line, unknown_name
from hebbax.installing import pip_install_extra
from hebbax.tasks.external.spaces import read_observations, shape_of_image, write_actions
from hebbax.tasks.external.task import TICKS, ExternalTask

# EnvPool has a time limit in every environment; one from here on no life reaches.
_NO_LIMIT = 1_000_000_000


class EnvPoolEnvironments:
    """See `Environments`. Seeds are fixed when a pool is made, so every flock of lives gets a pool of its own."""

    def __init__(self, task: ExternalTask, *, threads: int, film: bool = False) -> None:
        self.task, self.threads = task, threads
        self._film = {"render_mode": "rgb_array"} if film else {}
        self._pool: Any = None
        spec = _spec(task.name, task.environment_id)
        with _without_precision_warnings():
            _, self._encode = read_observations(task.name, spec.gymnasium_observation_space)
            _, self._decode = write_actions(task.name, spec.gymnasium_action_space)

    def begin(self, seeds: np.ndarray, bodies: Sequence[Any] = ()) -> np.ndarray:
        """Begin an episode an environment, each from its own seed, in a new pool."""
        if self._pool is not None:
            self._pool.close()
        self._pool = _import_envpool(self.task.name).make(
            self.task.environment_id,
            env_type="gymnasium",
            num_envs=len(seeds),
            num_threads=min(self.threads, len(seeds)),
            seed=[int(seed) for seed in seeds],
            max_episode_steps=_NO_LIMIT,
            **self._film,
        )
        with _without_precision_warnings():
            _ = self._pool.observation_space, self._pool.action_space  # made once, when first asked for
        return self.restart(np.arange(len(seeds)))

    def restart(self, which: np.ndarray) -> np.ndarray:
        """Begin another episode in some; an environment goes on with the random numbers of its seed."""
        observations, information = self._pool.reset(which.astype(np.int32))
        return self._observations(observations)[_order(information)]

    def step(self, which: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Advance some by a tick."""
        actions = self._decode(outputs)
        observations, rewards, terminated, truncated, information = self._pool.step(actions, which.astype(np.int32))
        order = _order(information)
        done = np.asarray(terminated) | np.asarray(truncated)
        return self._observations(observations)[order], np.asarray(rewards, np.float64)[order], done[order]

    def frame(self) -> np.ndarray:
        """Return a picture of the first environment."""
        return self._pool.render()[0]

    def _observations(self, observations: Any) -> np.ndarray:
        return np.array([self._encode(observation) for observation in _one_by_one(observations)])


def describe_envpool(name: str, environment_id: str) -> ExternalTask:
    """Return the task of an EnvPool id.

    Raises HebbaxError where EnvPool is not installed, for an unknown id, for an environment of several players, or for
    spaces that do not fit a network.
    """
    spec = _spec(name, environment_id)
    players = int(spec.config.max_num_players)
    if players != 1:  # EnvPool gives a row of observations a player, not an environment
        raise HebbaxError(f"task {name!r} is an environment of {players} players: expected one of a single player")
    with _without_precision_warnings():
        observation, _ = read_observations(name, spec.gymnasium_observation_space)
        image = shape_of_image(spec.gymnasium_observation_space)
        action, _ = write_actions(name, spec.gymnasium_action_space)
    if isinstance(spec.gymnasium_action_space, spaces.Dict | spaces.Tuple):
        raise HebbaxError(f"task {name!r} acts in several spaces at once: expected one, as EnvPool takes arrays")
    limit = int(spec.config.max_episode_steps)
    return ExternalTask(
        name=name,
        robot=environment_id.rpartition("-v")[0] or environment_id,
        observation=observation,
        action=action,
        control_period=1.0,
        timed=False,
        length=limit if limit < _NO_LIMIT else TICKS,
        source={"id": environment_id, "package": "envpool", "version": importlib.metadata.version("envpool")},
        observation_shape=image,
    )


@contextmanager
def _without_precision_warnings() -> Iterator[None]:
    # EnvPool gives Gymnasium bounds in float64 for spaces in float32.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*precision lowered by casting to float32", UserWarning)
        yield


def _one_by_one(observations: Any) -> Iterator[Any]:
    """Yield the observation of each environment: EnvPool gives arrays of all, and dictionaries of such arrays."""
    if not isinstance(observations, dict):
        yield from np.asarray(observations)
        return
    for parts in zip(*map(_one_by_one, observations.values()), strict=True):
        yield dict(zip(observations, parts, strict=True))


def _order(information: Any) -> np.ndarray:
    """Return the places of the environments by number: EnvPool answers in the order in which they finish."""
    return np.argsort(information["env_id"])


def _import_envpool(name: str) -> Any:
    if importlib.util.find_spec("envpool") is None:
        raise HebbaxError(f"task {name!r} needs EnvPool: {pip_install_extra('envpool')}")
    try:
        import envpool  # pyright: ignore[reportMissingImports]  an option, on some platforms only
    except Exception as error:  # it reads files of other packages, which can be missing too
        raise HebbaxError(f"task {name!r}: EnvPool cannot be imported: {one_line(error)}") from error
    return envpool


def _spec(name: str, environment_id: str) -> Any:
    envpool = _import_envpool(name)
    known = envpool.list_all_envs()
    if environment_id in known:
        return envpool.make_spec(environment_id)
    if difflib.get_close_matches(environment_id, known, n=1, cutoff=0.4):
        raise unknown_name("EnvPool environment", environment_id, known)
    raise HebbaxError(
        f"unknown EnvPool environment {environment_id!r}, and none is like it: see envpool.list_all_envs()"
    )
