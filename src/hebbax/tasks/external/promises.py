"""What an environment of another package has to return: checked at every tick, because its code may do otherwise."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError, are_real, one_line
from hebbax.tasks.external.spaces import Encode

_STEP = "(observation, reward, terminated, truncated, info)"
_LONGEST = 60  # characters of what was returned


@dataclass(frozen=True)
class Promises:
    """What the environments of a task promise. All its functions raise HebbaxError where one breaks its word."""

    name: str  # of the task
    encode: Encode
    size: int  # numbers of an observation

    def reset(self, environment: Any, **arguments: Any) -> np.ndarray:
        """Begin an episode; return the observation [size]."""
        returned = self._call("reset(seed=…)" if arguments else "reset()", environment.reset, **arguments)
        if not (isinstance(returned, tuple) and len(returned) == 2):
            raise self._broken("reset", "(observation, info)", returned)
        return self._observation("reset", returned[0])

    def step(self, environment: Any, action: Any) -> tuple[np.ndarray, float, bool]:
        """Advance by a tick; return the observation [size], the reward, and whether the episode has ended."""
        returned = self._call("step", environment.step, action)
        if not (isinstance(returned, tuple) and len(returned) == 5):
            raise self._broken("step", f"5 values {_STEP}", returned)
        observation, reward, terminated, truncated, _ = returned
        for what, value in (("terminated", terminated), ("truncated", truncated)):
            if np.shape(value) != () or not are_real(value):
                raise self._broken("step", f"one truth value as {what}", value)
        return self._observation("step", observation), self._number(reward), bool(terminated or truncated)

    def _number(self, reward: Any) -> float:
        if np.shape(reward) == () and are_real(reward):
            return float(reward)
        raise self._broken("step", "one number as reward", reward)

    def _observation(self, function: str, observation: Any) -> np.ndarray:
        try:
            values = self.encode(observation)
        except Exception as error:  # whatever comes of an observation that is none of its space
            raise self._broken(function, "an observation of its observation_space", observation) from error
        if values.shape != (self.size,):
            raise self._broken(function, f"an observation of {self.size} numbers", observation)
        return values

    def _call(self, function: str, call: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        try:
            return call(*arguments, **keywords)
        except (Exception, SystemExit) as error:  # any: it is another's code
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(frame.filename).name}, line {frame.lineno}"
            text = f"{type(error).__name__}: {one_line(error)}"
            raise HebbaxError(f"task {self.name!r}: {function} fails ({where}): {text}") from error

    def _broken(self, function: str, expected: str, returned: Any) -> HebbaxError:
        return HebbaxError(f"task {self.name!r}: {function} must return {expected}, but returned {_told(returned)}")


def _told(value: Any) -> str:
    """Return in a few words what a value is."""
    if isinstance(value, tuple):
        return f"{len(value)} values"
    if isinstance(value, np.ndarray) and value.size != 1:
        return f"an array of shape {value.shape}"
    text = " ".join(repr(value).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
