"""Motions of a few dimensions whose kind is known: maps, flows and rotations, many lives at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_SUBSTEPS = 8  # Runge-Kutta steps per tick
_FAR_FROM_RATIONAL = 0.02


def _linear(eigenvalues: np.ndarray, generator: np.random.Generator, ticks: int) -> np.ndarray:
    """Return x_{t+1} = A x_t in the real form of A: complex eigenvalues [lives, n] to [lives, ticks, 2 n]."""
    start = generator.standard_normal((*eigenvalues.shape, 2)) @ np.array([1, 1j])
    start = start / np.abs(start) * generator.uniform(0.5, 1.5, eigenvalues.shape)
    orbit = start[:, None] * eigenvalues[:, None] ** np.arange(ticks)[:, None]
    return np.concatenate([orbit.real, orbit.imag], axis=2)


def turning(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return e^{iω} with periods of 8 to 40 ticks."""
    return np.exp(2j * np.pi / generator.uniform(8, 40, shape))


def constant(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return a motion that is none, [lives, ticks, 1]."""
    return np.zeros((lives, ticks, 1))


def stable(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return three pairs of eigenvalues of size 0.90 to 0.98, [lives, ticks, 6]."""
    eigenvalues = generator.uniform(0.9, 0.98, (lives, 3)) * turning(generator, (lives, 3))
    eigenvalues[:, 0] = np.abs(eigenvalues[:, 0])
    return _linear(eigenvalues, generator, ticks)


def marginal(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return one pair of eigenvalues on the unit circle, [lives, ticks, 2]."""
    return _linear(turning(generator, (lives, 1)), generator, ticks)


def settling_cycle(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return such a pair, and others that die out from 5 to 15 times as far away, [lives, ticks, 6]."""
    # As weights do that are drawn at random and soon follow a gait.
    fast = generator.uniform(0.6, 0.9, (lives, 2)) * turning(generator, (lives, 2))
    away = generator.uniform(5, 15, (lives, 1, 1)) * _linear(fast, generator, ticks)
    return np.concatenate([marginal(generator, lives, ticks), away], axis=2)


def _ratios(generator: np.random.Generator, lives: int) -> np.ndarray:
    """Return ratios of two frequencies, from 1.1 to 2.9 and at least 0.02 from p / q with q up to 4."""
    simple = np.unique([p / q for q in range(1, 5) for p in range(q, 3 * q + 1)])
    ratios: list[float] = []
    while len(ratios) < lives:
        ratio = float(generator.uniform(1.1, 2.9))
        if np.abs(simple - ratio).min() >= _FAR_FROM_RATIONAL:
            ratios.append(ratio)
    return np.array(ratios)


def _phases(generator: np.random.Generator, lives: int, ticks: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two incommensurate phases, each [lives, ticks]; the slower has a period of 16 to 40 ticks."""
    slow = 2 * np.pi / generator.uniform(16, 40, (lives, 1))
    fast = slow * _ratios(generator, lives)[:, None]
    begin = generator.uniform(0, 2 * np.pi, (2, lives, 1))
    return slow * np.arange(ticks) + begin[0], fast * np.arange(ticks) + begin[1]


def two_rotations(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return two incommensurate rotations, [lives, ticks, 4]."""
    first, second = _phases(generator, lives, ticks)
    size = generator.uniform(0.5, 1.0, (lives, 1))
    return np.stack([np.cos(first), np.sin(first), size * np.cos(second), size * np.sin(second)], axis=2)


def torus(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return a motion around and along a torus, [lives, ticks, 3]."""
    around, along = _phases(generator, lives, ticks)
    thickness = generator.uniform(0.4, 0.7, (lives, 1))
    radius = 1 + thickness * np.cos(around)
    return np.stack([radius * np.cos(along), radius * np.sin(along), thickness * np.sin(around)], axis=2)


def unstable(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return one pair of eigenvalues off the unit circle, [lives, ticks, 2]."""
    # Grows by e² to e⁸ over the record, in one direction or in swings.
    growth = np.exp(generator.uniform(2, 8, (lives, 1)) / ticks)
    swings = np.where(generator.random((lives, 1)) < 0.5, 1.0, turning(generator, (lives, 1)))
    return _linear(growth * swings, generator, ticks)


def linear_drift(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return steady growth with a ripple, [lives, ticks, 2]."""
    # As weights do whose rule adds up the same products, cycle after cycle, without normalisation.
    swing = generator.uniform(0, 0.1, (lives, 1)) * np.sin(_phases(generator, lives, ticks)[0])
    ramp = np.broadcast_to(np.linspace(0, 1, ticks), (lives, ticks))
    return np.stack([ramp, swing], axis=2)


def white(generator: np.random.Generator, ticks: int, weights: int) -> np.ndarray:
    """Return white noise, [ticks, weights]."""
    return generator.standard_normal((ticks, weights))


def walk(generator: np.random.Generator, ticks: int, weights: int) -> np.ndarray:
    """Return a random walk of every weight, [ticks, weights]."""
    return np.cumsum(generator.standard_normal((ticks, weights)), axis=0)


def _integrate(
    flow: Callable[[np.ndarray], np.ndarray], start: np.ndarray, step: np.ndarray, ticks: int, discard: int
) -> np.ndarray:
    """Return a flow's states [lives, ticks, dimensions] by the classical Runge-Kutta method.

    `start` is [dimensions, lives], `step` is the time per tick [lives], `discard` ticks are left out at the start.
    """
    state, h = start, step / _SUBSTEPS
    states = np.empty((ticks, *start.shape))
    for tick in range(-discard, ticks):
        if tick >= 0:
            states[tick] = state
        for _ in range(_SUBSTEPS):
            k1 = flow(state)
            k2 = flow(state + h / 2 * k1)
            k3 = flow(state + h / 2 * k2)
            k4 = flow(state + h * k3)
            state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return states.transpose(2, 0, 1)


def van_der_pol(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return Van der Pol's oscillator, strength 0.5 to 3, [lives, ticks, 2]."""
    strength = generator.uniform(0.5, 3, lives)
    # The period grows from 2π to 8.9 as the strength grows from 0 to 3.
    step = (2 * np.pi + 0.29 * strength**2) / generator.uniform(10, 40, lives)
    start = generator.uniform(-3, 3, (2, lives))

    def flow(state: np.ndarray) -> np.ndarray:
        x, y = state
        return np.stack([y, strength * (1 - x**2) * y - x])

    return _integrate(flow, start, step, ticks, 0)


def lorenz_flow(state: np.ndarray) -> np.ndarray:
    """Return the velocity of Lorenz's system (1963; σ = 10, ρ = 28, β = 8/3) at states [3, ...]."""
    x, y, z = state
    return np.stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])


def lorenz(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return Lorenz's system, [lives, ticks, 3]."""
    start = generator.uniform(-5, 5, (3, lives)) + np.array([[0.0], [0.0], [25.0]])
    # A turn takes about 0.75: 6 to 15 ticks.
    step = generator.uniform(0.05, 0.12, lives)
    return _integrate(lorenz_flow, start, step, ticks, 50) / 10


def henon(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return Hénon's map, [lives, ticks, 2]."""
    x, y = generator.uniform(-0.1, 0.1, (2, lives))
    states = np.empty((ticks, 2, lives))
    for tick in range(-50, ticks):
        x, y = 1 - 1.4 * x**2 + y, 0.3 * x
        if tick >= 0:
            states[tick] = x, y
    return states.transpose(2, 0, 1)


def roessler(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return Rössler's system, [lives, ticks, 3]."""
    start = generator.uniform(-3, 3, (3, lives)) * np.array([[1.0], [1.0], [0.0]])

    def flow(state: np.ndarray) -> np.ndarray:
        x, y, z = state
        return np.stack([-y - z, x + 0.2 * y, 0.2 + z * (x - 5.7)])

    # A turn takes about 5.9: 10 to 25 ticks.
    return _integrate(flow, start, 5.9 / generator.uniform(10, 25, lives), ticks, 400) / 5


def jittering(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    """Return four harmonics whose phase walks 3 % per period, [lives, ticks, 4]."""
    period = generator.uniform(8, 40, (lives, 1))
    # The phase walks: over one period by 3 % of a period.
    steps = 2 * np.pi / period * (1 + 0.03 * np.sqrt(period) * generator.standard_normal((lives, ticks)))
    phase = np.cumsum(steps, axis=1)
    return np.stack([np.cos(phase), np.sin(phase), 0.4 * np.cos(2 * phase), 0.2 * np.sin(3 * phase)], axis=2)
