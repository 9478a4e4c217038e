"""What MuJoCo warned of in lives, and what to change: said once, because numbers in a log are read too late."""

from __future__ import annotations

import logging

import mujoco
import numpy as np

from hebbax.worlds.mujoco.catching import newest_error

ERROR = int(mujoco.mjtWarning.mjNWARNING)
"""Where a tally counts errors, after MuJoCo's kinds of warnings."""

_LOG = logging.getLogger(__name__)

_FULL = (
    "MuJoCo had no room for all contacts and left some out, so bodies can go through each other: give the model more "
    'memory, such as <size memory="{more}"/> (it has {now})'
)
_FAR = (
    "MuJoCo warned of a state or a control that is not finite or too large: a shorter timestep, more damping or weaker "
    "actuators can help"
)
_FAILED = "MuJoCo failed in a life, which ends as diverged: {error}"
_TOO_SMALL = '; try <size memory="{more}"/> in the model (it has {now})'
_WORDS = {
    "mjWARN_INERTIA": "MuJoCo warned of an inertia that is too small: armature of the joints can help",
    "mjWARN_CONTACTFULL": _FULL,
    "mjWARN_CNSTRFULL": _FULL,
    "mjWARN_BADQPOS": _FAR,
    "mjWARN_BADQVEL": _FAR,
    "mjWARN_BADQACC": _FAR,
    "mjWARN_BADCTRL": _FAR,
}


class Trouble:
    """What MuJoCo warned of, by kind, in all simulations of a world. Threads add to it side by side."""

    def __init__(self) -> None:
        self.tally = np.zeros(ERROR + 1, np.int64)  # [kinds + 1]: no count, but above 0 for what occurred
        self._said: set[str] = set()
        self._error = ""  # of a batch, which says it itself

    def add(self, warnings: np.ndarray) -> None:
        """Take up warnings [kinds] of lives."""
        self.tally[:ERROR] += warnings

    def fail(self, error: str) -> None:
        """Take up an error of a batch."""
        self.tally[ERROR] += 1
        self._error = " ".join(error.split())

    def say(self, model: mujoco.MjModel) -> None:
        """Log, as warnings, what has occurred and was not said before."""
        for kind in np.flatnonzero(self.tally):
            words = _FAILED if kind == ERROR else _WORDS[mujoco.mjtWarning(int(kind)).name]
            if words not in self._said:
                self._said.add(words)
                _LOG.warning(self._complete(words, model))

    def _complete(self, words: str, model: mujoco.MjModel) -> str:
        error = self._error or newest_error()
        words += _TOO_SMALL if words == _FAILED and "memory" in error else ""
        return words.format(error=error, now=_size(model.narena), more=_size(4 * model.narena))


def _size(size: int) -> str:
    """Return bytes as MJCF takes them."""
    return f"{-(-size // 2**20)}M" if size >= 2**20 else f"{-(-size // 2**10)}K"
