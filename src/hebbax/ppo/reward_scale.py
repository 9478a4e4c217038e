"""Rewards divided by the standard deviation of the discounted return, as Stable-Baselines3's VecNormalize does."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

_LARGEST, _EPSILON = 10.0, 1e-8


class RewardScale:
    """The discounted return of each place, and the variance of all of them so far."""

    def __init__(self, places: int, gamma: float) -> None:
        self.gamma = gamma
        self.discounted = np.zeros(places)
        self.count, self.mean, self.variance = _EPSILON**0.5, 0.0, 1.0  # as VecNormalize begins

    def scaled(self, rewards: np.ndarray, ended: np.ndarray) -> np.ndarray:
        """Return rewards [places] as they are learnt from, and count them. Chan et al. (1979)."""
        self.discounted = self.gamma * self.discounted + rewards
        count, total = float(len(rewards)), self.count + len(rewards)
        shift = float(self.discounted.mean()) - self.mean
        m2 = self.variance * self.count + float(self.discounted.var()) * count
        m2 += shift**2 * self.count * count / total
        self.mean, self.variance, self.count = self.mean + shift * count / total, m2 / total, total
        self.discounted = np.where(ended, 0.0, self.discounted)
        return np.clip(rewards / np.sqrt(self.variance + _EPSILON), -_LARGEST, _LARGEST)

    def pack(self) -> dict[str, np.ndarray]:
        """Return its state by name."""
        moments = np.array([self.count, self.mean, self.variance])
        return {"discounted": self.discounted.copy(), "reward_moments": moments}

    def unpack(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Take up such a state."""
        self.discounted = tensors["discounted"].copy()
        self.count, self.mean, self.variance = tensors["reward_moments"].tolist()
