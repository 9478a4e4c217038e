"""Systems whose verdict is known, sampled once a tick as if they were the weights of a life.

Each gives a latent motion of a few dimensions. A random linear map spreads it over all weights, about an offset that
makes it large or small beside the weights themselves, and every weight gets noise of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from hebbax.errors import HebbaxError, unknown_name

Shared = Callable[[np.random.Generator, int, int], np.ndarray]
"""From a generator, lives and ticks to motions that all weights share, float64 [lives, ticks, dimensions]."""

Own = Callable[[np.random.Generator, int, int], np.ndarray]
"""From a generator, ticks and weights to a motion that each weight has for itself, float64 [ticks, weights]."""

_SUBSTEPS = 8  # Runge-Kutta steps a tick
_FAR_FROM_RATIONAL = 0.02
_WEIGHTS = (50, 401)  # from, and up to below


@dataclass(frozen=True)
class KnownSystem:
    """A system, the verdict that it deserves, and why. It has a shared motion or one of every weight's own."""

    name: str
    label: str
    why: str
    shared: Shared | None = None
    own: Own | None = None
    at_rest: bool = False  # noise is measured against the weights' own size, since nothing else moves for long
    about_zero: bool = False  # without an offset


def system_named(name: str) -> KnownSystem:
    """Return a known system. Raises HebbaxError for another name."""
    for system in KNOWN_SYSTEMS:
        if system.name == name:
            return system
    raise unknown_name("known system", name, [system.name for system in KNOWN_SYSTEMS])


def sample_trajectories(
    system: KnownSystem, generator: np.random.Generator, lives: int, ticks: int, snr_db: float
) -> list[np.ndarray]:
    """Return so many weight trajectories of a system, each float32 [ticks, 50 to 400 weights].

    `snr_db` is the power of the motion about its mean over that of the noise, in decibels; of systems at rest, the
    power of the weights over that of the noise. The motion is between 0.2 and 2 times as large as the offset that it is
    about.
    Raises HebbaxError for fewer than one life or two ticks.
    """
    if lives < 1 or ticks < 2:
        raise HebbaxError(f"lives={lives}, ticks={ticks}: expected at least 1 life and 2 ticks")
    motions: Iterable[np.ndarray]
    if system.shared is not None:
        motions = (_mixed(latent, generator) for latent in system.shared(generator, lives, ticks))
    else:
        assert system.own is not None, system.name
        own = system.own
        motions = (own(generator, ticks, int(generator.integers(*_WEIGHTS))) for _ in range(lives))
    return [_as_weights(motion, system, generator, snr_db) for motion in motions]


def _mixed(latent: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return a shared motion [ticks, dimensions] as a random linear map brings it to weights [ticks, weights]."""
    return latent @ generator.standard_normal((latent.shape[1], int(generator.integers(*_WEIGHTS))))


def _as_weights(motion: np.ndarray, system: KnownSystem, generator: np.random.Generator, snr_db: float) -> np.ndarray:
    """Return a motion [ticks, weights] about an offset and with noise."""
    offset = np.zeros(motion.shape[1]) if system.about_zero else generator.standard_normal(motion.shape[1])
    if system.at_rest:
        # The transient begins about as far away as the weights are large.
        size, power = 1 / max(float(np.sqrt(np.mean(motion[0] ** 2))), 1.0), float(np.mean(offset**2))
    else:
        drawn = float(np.exp(generator.uniform(np.log(0.2), np.log(2.0))))
        size, power = drawn / float(np.sqrt(np.mean(np.var(motion, axis=0)))), drawn**2
    noise = generator.standard_normal(motion.shape) * np.sqrt(power * 10 ** (-snr_db / 10))
    return (offset + size * motion + noise).astype(np.float32)


def _linear(eigenvalues: np.ndarray, generator: np.random.Generator, ticks: int) -> np.ndarray:
    """Return x_{t+1} = A x_t in the real form of A: complex eigenvalues [lives, n] to [lives, ticks, 2 n]."""
    start = generator.standard_normal((*eigenvalues.shape, 2)) @ np.array([1, 1j])
    start = start / np.abs(start) * generator.uniform(0.5, 1.5, eigenvalues.shape)
    orbit = start[:, None] * eigenvalues[:, None] ** np.arange(ticks)[:, None]
    return np.concatenate([orbit.real, orbit.imag], axis=2)


def _turning(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return e^{iω} with periods of 8 to 40 ticks."""
    return np.exp(2j * np.pi / generator.uniform(8, 40, shape))


def _constant(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    return np.zeros((lives, ticks, 1))


def _stable(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    eigenvalues = generator.uniform(0.9, 0.98, (lives, 3)) * _turning(generator, (lives, 3))
    eigenvalues[:, 0] = np.abs(eigenvalues[:, 0])
    return _linear(eigenvalues, generator, ticks)


def _marginal(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    return _linear(_turning(generator, (lives, 1)), generator, ticks)


def _settling(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    # As weights do that are drawn at random and soon follow a gait.
    fast = generator.uniform(0.6, 0.9, (lives, 2)) * _turning(generator, (lives, 2))
    away = generator.uniform(5, 15, (lives, 1, 1)) * _linear(fast, generator, ticks)
    return np.concatenate([_marginal(generator, lives, ticks), away], axis=2)


def _ratios(generator: np.random.Generator, lives: int) -> np.ndarray:
    """Return ratios of two frequencies, from 1.1 to 2.9 and at least 0.02 from p / q with q up to 4."""
    simple = np.unique([p / q for q in range(1, 5) for p in range(q, 3 * q + 1)])
    kept: list[float] = []
    while len(kept) < lives:
        ratio = float(generator.uniform(1.1, 2.9))
        if np.abs(simple - ratio).min() >= _FAR_FROM_RATIONAL:
            kept.append(ratio)
    return np.array(kept)


def _phases(generator: np.random.Generator, lives: int, ticks: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two incommensurate phases, each [lives, ticks]; the slower has a period of 16 to 40 ticks."""
    slow = 2 * np.pi / generator.uniform(16, 40, (lives, 1))
    fast = slow * _ratios(generator, lives)[:, None]
    begin = generator.uniform(0, 2 * np.pi, (2, lives, 1))
    return slow * np.arange(ticks) + begin[0], fast * np.arange(ticks) + begin[1]


def _two_rotations(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    first, second = _phases(generator, lives, ticks)
    size = generator.uniform(0.5, 1.0, (lives, 1))
    return np.stack([np.cos(first), np.sin(first), size * np.cos(second), size * np.sin(second)], axis=2)


def _torus(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    around, along = _phases(generator, lives, ticks)
    thickness = generator.uniform(0.4, 0.7, (lives, 1))
    radius = 1 + thickness * np.cos(around)
    return np.stack([radius * np.cos(along), radius * np.sin(along), thickness * np.sin(around)], axis=2)


def _unstable(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    # Grows by e² to e⁸ over the record, in one direction or in swings.
    growth = np.exp(generator.uniform(2, 8, (lives, 1)) / ticks)
    turning = np.where(generator.random((lives, 1)) < 0.5, 1.0, _turning(generator, (lives, 1)))
    return _linear(growth * turning, generator, ticks)


def _linear_drift(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    # As weights do whose rule adds up the same products, cycle after cycle, without normalisation.
    swing = generator.uniform(0, 0.1, (lives, 1)) * np.sin(_phases(generator, lives, ticks)[0])
    ramp = np.broadcast_to(np.linspace(0, 1, ticks), (lives, ticks))
    return np.stack([ramp, swing], axis=2)


def _white(generator: np.random.Generator, ticks: int, weights: int) -> np.ndarray:
    return generator.standard_normal((ticks, weights))


def _walk(generator: np.random.Generator, ticks: int, weights: int) -> np.ndarray:
    return np.cumsum(generator.standard_normal((ticks, weights)), axis=0)


def _integrated(
    flow: Callable[[np.ndarray], np.ndarray], start: np.ndarray, step: np.ndarray, ticks: int, skipped: int
) -> np.ndarray:
    """Return a flow's states [lives, ticks, dimensions] by the classical Runge-Kutta method.

    `start` is [dimensions, lives], `step` is the time a tick takes [lives], `skipped` ticks are left out at the start.
    """
    state, h = start, step / _SUBSTEPS
    states = np.empty((ticks, *start.shape))
    for tick in range(-skipped, ticks):
        if tick >= 0:
            states[tick] = state
        for _ in range(_SUBSTEPS):
            k1 = flow(state)
            k2 = flow(state + h / 2 * k1)
            k3 = flow(state + h / 2 * k2)
            k4 = flow(state + h * k3)
            state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return states.transpose(2, 0, 1)


def _van_der_pol(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    strength = generator.uniform(0.5, 3, lives)
    # The period grows from 2π to 8.9 as the strength grows from 0 to 3.
    step = (2 * np.pi + 0.29 * strength**2) / generator.uniform(10, 40, lives)
    start = generator.uniform(-3, 3, (2, lives))

    def flow(state: np.ndarray) -> np.ndarray:
        x, y = state
        return np.stack([y, strength * (1 - x**2) * y - x])

    return _integrated(flow, start, step, ticks, 0)


def lorenz_flow(state: np.ndarray) -> np.ndarray:
    """Return the velocity of Lorenz's system (1963; σ = 10, ρ = 28, β = 8/3) at states [3, ...]."""
    x, y, z = state
    return np.stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])


def _lorenz(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    start = generator.uniform(-5, 5, (3, lives)) + np.array([[0.0], [0.0], [25.0]])
    # A turn takes about 0.75: 6 to 15 ticks.
    step = generator.uniform(0.05, 0.12, lives)
    return _integrated(lorenz_flow, start, step, ticks, 50) / 10


def _henon(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    x, y = generator.uniform(-0.1, 0.1, (2, lives))
    states = np.empty((ticks, 2, lives))
    for tick in range(-50, ticks):
        x, y = 1 - 1.4 * x**2 + y, 0.3 * x
        if tick >= 0:
            states[tick] = x, y
    return states.transpose(2, 0, 1)


def _roessler(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    start = generator.uniform(-3, 3, (3, lives)) * np.array([[1.0], [1.0], [0.0]])

    def flow(state: np.ndarray) -> np.ndarray:
        x, y, z = state
        return np.stack([-y - z, x + 0.2 * y, 0.2 + z * (x - 5.7)])

    # A turn takes about 5.9: 10 to 25 ticks.
    return _integrated(flow, start, 5.9 / generator.uniform(10, 25, lives), ticks, 400) / 5


def _jittering(generator: np.random.Generator, lives: int, ticks: int) -> np.ndarray:
    period = generator.uniform(8, 40, (lives, 1))
    # The phase walks: over one period by 3 % of a period.
    steps = 2 * np.pi / period * (1 + 0.03 * np.sqrt(period) * generator.standard_normal((lives, ticks)))
    phase = np.cumsum(steps, axis=1)
    return np.stack([np.cos(phase), np.sin(phase), 0.4 * np.cos(2 * phase), 0.2 * np.sin(3 * phase)], axis=2)


KNOWN_SYSTEMS = (
    KnownSystem("constant", "fixed-point", "nothing moves but noise", _constant, at_rest=True),
    KnownSystem("stable map", "fixed-point", "eigenvalues of size 0.90 to 0.98, three pairs", _stable, at_rest=True),
    KnownSystem("marginal map", "limit-cycle", "one pair of eigenvalues on the unit circle", _marginal),
    KnownSystem("settling cycle", "limit-cycle", "the same, from a start 5 to 15 times as far away", _settling),
    KnownSystem("Van der Pol", "limit-cycle", "a relaxation oscillation, strength 0.5 to 3", _van_der_pol),
    KnownSystem("jittering cycle", "limit-cycle", "four harmonics whose phase walks 3 % a period", _jittering),
    KnownSystem("two rotations", "quasi-periodic", "two pairs on the unit circle, incommensurate", _two_rotations),
    KnownSystem("torus", "quasi-periodic", "a motion around and along a torus", _torus),
    KnownSystem("Lorenz", "wandering", "a chaotic flow", _lorenz),
    KnownSystem("Rössler", "wandering", "a chaotic flow with a nearly periodic phase", _roessler),
    KnownSystem("Hénon", "wandering", "a chaotic map", _henon),
    KnownSystem("white noise", "wandering", "noise as large as the weights", own=_white, about_zero=True),
    KnownSystem("random walk", "wandering", "every weight walks; no direction", own=_walk),
    KnownSystem("unstable map", "diverging", "grows by e² to e⁸ over the record, half of them turning", _unstable),
    KnownSystem("linear drift", "diverging", "steady growth with a ripple", _linear_drift),
)
"""All known systems, by the label they deserve."""
