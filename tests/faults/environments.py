"""Environments of Gymnasium that do not keep their word, at once or at a later tick."""

from __future__ import annotations

import warnings

import gymnasium
import numpy as np
from gymnasium import spaces


class Honest(gymnasium.Env):
    """Observes three numbers, and is rewarded by its tick."""

    observation_space = spaces.Box(-np.inf, np.inf, (3,))
    action_space = spaces.Box(-1.0, 1.0, (1,))

    def __init__(self, render_mode=None):
        self.tick = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.tick = 0
        return np.zeros(3, np.float32), {}

    def step(self, action):
        self.tick += 1
        return self.answer(np.zeros(3, np.float32), float(self.tick), False, False, {})

    def answer(self, *values):
        return values

    @property
    def late(self):
        return self.tick >= 3


class Pictures(Honest):
    """Observes pictures of bytes."""

    observation_space = spaces.Box(0, 255, (96, 96, 3), np.uint8)


class OneNumber(Honest):
    def reset(self, *, seed=None, options=None):
        return np.zeros(1, np.float32), {}


class ArrayReward(Honest):
    def answer(self, observation, reward, *others):
        return observation, np.array([1.0]), *others


class TextReward(Honest):
    def answer(self, observation, reward, *others):
        return observation, "much", *others


class NoReward(Honest):
    def answer(self, observation, reward, *others):
        return observation, None, *others


class ComplexReward(Honest):
    def answer(self, observation, reward, *others):
        return observation, 1.0 + 2.0j, *others


class FourValues(Honest):
    def answer(self, observation, reward, done, _, info):
        return observation, reward, done, info


class Nothing(Honest):
    def answer(self, *values):
        return None


class ManyEnds(Honest):
    def answer(self, observation, reward, done, _, info):
        return observation, reward, np.zeros(2, bool), False, info


class TextEnd(Honest):
    def answer(self, observation, reward, done, _, info):
        return observation, reward, "no", False, info


class WithoutSeed(Honest):
    def reset(self):
        return np.zeros(3, np.float32), {}


class WithoutInfo(Honest):
    def reset(self, *, seed=None, options=None):
        return np.zeros(3, np.float32)


class Words(Honest):
    def reset(self, *, seed=None, options=None):
        return "three numbers", {}


class WithoutObservations(Honest):
    observation_space = None


class WithoutActions(Honest):
    action_space = 3


class OutOfRange(Honest):
    observation_space = spaces.Discrete(3)

    def reset(self, *, seed=None, options=None):
        return 3, {}


class LacksAPart(Honest):
    observation_space = spaces.Dict(a=spaces.Discrete(2), b=spaces.Discrete(2))

    def reset(self, *, seed=None, options=None):
        return {"a": 1}, {}


class CannotBeMade(Honest):
    def __init__(self, render_mode=None):
        raise RuntimeError("no such\nrobot")


class CannotBegin(Honest):
    def reset(self, *, seed=None, options=None):
        raise OSError("no such file")


class NoSpace(Honest):
    @property
    def observation_space(self):
        raise ValueError("no such\nspace")


class NoPeriod(Honest):
    @property
    def dt(self):
        raise ValueError("no such\nclock")


class CannotBeClosed(Honest):
    def close(self):
        raise RuntimeError("no such\nwindow")


class Exits(Honest):
    def step(self, action):
        raise SystemExit(3)


class ExitsAtOnce(Honest):
    def __init__(self, render_mode=None):
        raise SystemExit("no licence")


class LaterExits(Honest):
    def answer(self, *values):
        if self.late:
            raise SystemExit("no more ticks")
        return values


class LaterOneNumber(Honest):
    def answer(self, observation, *others):
        return observation[: 1 if self.late else 3], *others


class LaterArray(Honest):
    def answer(self, observation, reward, *others):
        return observation, np.array([reward]) if self.late else reward, *others


class LaterWords(Honest):
    def answer(self, observation, *others):
        return "three numbers" if self.late else observation, *others


class LaterFails(Honest):
    def answer(self, *values):
        assert not self.late, "no more\nticks"
        return values


class LaterFourValues(Honest):
    def answer(self, *values):
        return values[: 4 if self.late else 5]


class LaterNaN(Honest):
    def answer(self, observation, *others):
        return observation * (np.nan if self.late else 1.0), *others


class LaterNaNReward(Honest):
    def answer(self, observation, reward, *others):
        return observation, np.nan if self.late else reward, *others


class LaterHugeReward(Honest):
    def answer(self, observation, reward, *others):
        return observation, 1e308 if self.late else reward, *others


class LaterCannotBegin(Honest):
    lives = 0

    def reset(self, *, seed=None, options=None):
        LaterCannotBegin.lives += 1
        if LaterCannotBegin.lives > 2:
            raise OSError("no more lives")
        return super().reset(seed=seed)


AT_ONCE = [
    (OneNumber, "reset must return an observation of 3 numbers, but returned array"),
    (ArrayReward, r"step must return one number as reward, but returned array\(\[1.\]\)"),
    (TextReward, "step must return one number as reward, but returned 'much'"),
    (NoReward, "step must return one number as reward, but returned None"),
    (ComplexReward, r"step must return one number as reward, but returned \(1\+2j\)"),
    (FourValues, r"step must return 5 values \(observation, reward, .*info\), but returned 4 values"),
    (Nothing, r"step must return 5 values \(observation, reward, .*info\), but returned None"),
    (ManyEnds, r"step must return one truth value as terminated, but returned an array of shape \(2,\)"),
    (TextEnd, "step must return one truth value as terminated, but returned 'no'"),
    (WithoutSeed, r"reset\(seed=…\) fails \(.*, line \d+\): TypeError: .*unexpected keyword argument 'seed'"),
    (WithoutInfo, r"reset must return \(observation, info\), but returned an array of shape \(3,\)"),
    (Words, "reset must return an observation of its observation_space, but returned 'three numbers'"),
    (WithoutObservations, "observation_space is None, expected one of gymnasium.spaces"),
    (WithoutActions, "action_space is 3, expected one of gymnasium.spaces"),
    (OutOfRange, "reset must return an observation of its observation_space, but returned 3"),
    (LacksAPart, "reset must return an observation of its observation_space, but returned {'a': 1}"),
    (CannotBeMade, "RuntimeError: no such robot"),
    (NoSpace, r"observation_space fails \(environments.py, line \d+\): no such space"),
    (NoPeriod, r"what says how long a tick is fails \(environments.py, line \d+\): no such clock"),
    (CannotBeClosed, r"close fails \(environments.py, line \d+\): no such window"),
    (Exits, r"step fails \(environments.py, line \d+\): SystemExit: 3"),
    (ExitsAtOnce, "cannot be made: SystemExit: no licence"),
    (CannotBegin, r"reset\(seed=…\) fails \(.*, line \d+\): OSError: no such file"),
]
"""Environments that are no task, and what is said of each."""

LATER = [
    (LaterOneNumber, "step must return an observation of 3 numbers, but returned array"),
    (LaterArray, "step must return one number as reward, but returned array"),
    (LaterWords, "step must return an observation of its observation_space, but returned 'three numbers'"),
    (LaterFails, r"step fails \(environments.py, line \d+\): AssertionError: no more ticks"),
    (LaterExits, r"step fails \(environments.py, line \d+\): SystemExit: no more ticks"),
    (LaterFourValues, r"step must return 5 values \(observation, reward, .*info\), but returned 4 values"),
    (LaterCannotBegin, r"reset\(seed=…\) fails \(environments.py, line \d+\): OSError: no more lives"),
]
"""Environments that break their word at a tick, and what is said then."""

DIVERGING = [LaterNaN, LaterNaNReward, LaterHugeReward]
"""Environments whose numbers are none at some tick, where the life ends as diverged."""


def register(environment: type[gymnasium.Env]) -> str:
    """Register an environment and return the name of its task."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gymnasium says when a name is taken anew
        gymnasium.register(f"{environment.__name__}-v0", environment)
    return f"gymnasium/{environment.__name__}-v0"
