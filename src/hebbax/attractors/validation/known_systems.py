"""Systems whose verdict is known, sampled once per tick as if they were the weights of a life.

Each gives a latent motion of a few dimensions. A random linear map spreads it over all weights, about an offset that
makes it large or small beside the weights themselves, and every weight gets noise of its own. Bounded weights are then
divided by the largest of their row, as max normalisation does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from hebbax.attractors.validation import known_cycles
from hebbax.attractors.validation.known_cycles import Motion
from hebbax.attractors.validation.known_motions import (
    constant,
    henon,
    jittering,
    linear_drift,
    lorenz,
    marginal,
    roessler,
    settling_cycle,
    stable,
    torus,
    two_rotations,
    unstable,
    van_der_pol,
    walk,
    white,
)
from hebbax.errors import HebbaxError, unknown_name

SharedMotion = Callable[[np.random.Generator, int, int], np.ndarray]
"""From a generator, lives and ticks to motions that all weights share, float64 [lives, ticks, dimensions]."""

SingleMotion = Callable[[np.random.Generator, int], Motion]
"""From a generator and ticks to one motion that all weights share."""

OwnMotion = Callable[[np.random.Generator, int, int], np.ndarray]
"""From a generator, ticks and weights to a motion that each weight has for itself, float64 [ticks, weights]."""

_WEIGHTS = (50, 401)  # from, and up to below
_LARGE = (0.5, 2.0)  # what is still to go is then more than the ripple of weights at rest


@dataclass(frozen=True)
class KnownSystem:
    """A system, the verdict that is right for it, and why. It has shared motions, or one of every weight's own."""

    name: str
    label: str
    why: str
    shared: SharedMotion | None = None
    single: SingleMotion | None = None
    own: OwnMotion | None = None
    size: tuple[float, float] = (0.2, 2.0)  # of the motion, relative to the offset that it is about
    at_rest: bool = False  # noise is measured against the weights' own size, since nothing else moves for long
    about_zero: bool = False  # without an offset
    bounded: bool = False  # divided by the largest weight of each row


@dataclass(frozen=True, eq=False)
class KnownLife:
    """The weights of one life of a known system."""

    weights: np.ndarray  # float32 [ticks, weights]
    period: float | None  # ticks, of a cycle whose period is known


def system_named(name: str) -> KnownSystem:
    """Return a known system. Raises HebbaxError for another name."""
    for system in KNOWN_SYSTEMS:
        if system.name == name:
            return system
    raise unknown_name("known system", name, [system.name for system in KNOWN_SYSTEMS])


def sample_trajectories(
    system: KnownSystem, generator: np.random.Generator, lives: int, ticks: int, snr_db: float
) -> list[np.ndarray]:
    """Return weight trajectories of a system, each float32 [ticks, 50 to 400 weights].

    Args:
        system: as in `sample_lives`, and so are the others.
        generator: for everything that is random.
        lives: how many.
        ticks: length of each.
        snr_db: signal over noise in decibels, infinite without noise.
    """
    return [life.weights for life in sample_lives(system, generator, lives, ticks, snr_db)]


def sample_lives(
    system: KnownSystem, generator: np.random.Generator, lives: int, ticks: int, snr_db: float
) -> list[KnownLife]:
    """Return lives of a system, of 50 to 400 weights each.

    Args:
        system: what the weights do.
        generator: for everything that is random.
        lives: how many.
        ticks: length of each.
        snr_db: power of the motion about its mean over that of the noise, in decibels, infinite without noise. Of
            systems at rest, the power of the weights over that of the noise.

    The motion is between 0.2 and 2 times as large as the offset that it is about, or as the system says.
    Raises HebbaxError for fewer than one life or two ticks.
    """
    if lives < 1 or ticks < 2:
        raise HebbaxError(f"lives={lives}, ticks={ticks}: expected at least 1 life and 2 ticks")
    return [
        KnownLife(_as_weights(motion, system, generator, snr_db), period)
        for motion, period in _motions(system, generator, lives, ticks)
    ]


def _motions(
    system: KnownSystem, generator: np.random.Generator, lives: int, ticks: int
) -> Iterator[tuple[np.ndarray, float | None]]:
    """Yield a motion of all weights [ticks, weights] per life, and its period where that is known."""
    if system.own is not None:
        for _ in range(lives):
            yield system.own(generator, ticks, int(generator.integers(*_WEIGHTS))), None
    elif system.single is not None:
        for _ in range(lives):
            motion = system.single(generator, ticks)
            yield _project(motion.latent, generator), motion.period
    elif system.shared is not None:
        for latent in system.shared(generator, lives, ticks):
            yield _project(latent, generator), None


def _project(latent: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return a shared motion [ticks, dimensions] as a random linear map brings it to weights [ticks, weights]."""
    return latent @ generator.standard_normal((latent.shape[1], int(generator.integers(*_WEIGHTS))))


def _as_weights(motion: np.ndarray, system: KnownSystem, generator: np.random.Generator, snr_db: float) -> np.ndarray:
    """Return a motion [ticks, weights] about an offset and with noise."""
    offset = np.zeros(motion.shape[1]) if system.about_zero else generator.standard_normal(motion.shape[1])
    if system.at_rest:
        # The transient begins about as far away as the weights are large.
        size, power = 1 / max(float(np.sqrt(np.mean(motion[0] ** 2))), 1.0), float(np.mean(offset**2))
    else:
        amplitude = float(np.exp(generator.uniform(*np.log(system.size))))
        size, power = amplitude / float(np.sqrt(np.mean(np.var(motion, axis=0)))), amplitude**2
    noise = generator.standard_normal(motion.shape) * np.sqrt(power * 10 ** (-snr_db / 10))
    weights = offset + size * motion + noise
    return (weights / np.abs(weights).max(axis=1, keepdims=True) if system.bounded else weights).astype(np.float32)


KNOWN_SYSTEMS = (
    KnownSystem("constant", "fixed-point", "nothing moves but noise", constant, at_rest=True),
    KnownSystem("stable map", "fixed-point", "eigenvalues of size 0.90 to 0.98, three pairs", stable, at_rest=True),
    KnownSystem("marginal map", "limit-cycle", "one pair of eigenvalues on the unit circle", marginal),
    KnownSystem("settling cycle", "limit-cycle", "the same, from a start 5 to 15 times as far away", settling_cycle),
    KnownSystem("Van der Pol", "limit-cycle", "a relaxation oscillation, strength 0.5 to 3", van_der_pol),
    KnownSystem("jittering cycle", "limit-cycle", "four harmonics whose phase walks 3 % per period", jittering),
    KnownSystem("cycle", "limit-cycle", "2 to 60 ticks, 1 to 12 harmonics", single=known_cycles.cycle),
    KnownSystem(
        "drifting cycle", "limit-cycle", "the same with a phase that walks", single=known_cycles.drifting_cycle
    ),
    KnownSystem("folded cycle", "limit-cycle", "p / q ticks, repeats after p", single=known_cycles.folded_cycle),
    KnownSystem("bounded cycle", "limit-cycle", "2 to 60 ticks", single=known_cycles.cycle, bounded=True),
    KnownSystem("aliased cycle", "aliased", "its rows never repeat", single=known_cycles.aliased_cycle),
    KnownSystem("two rotations", "quasi-periodic", "two pairs on the unit circle, incommensurate", two_rotations),
    KnownSystem("torus", "quasi-periodic", "a motion around and along a torus", torus),
    KnownSystem("Lorenz", "wandering", "a chaotic flow", lorenz),
    KnownSystem("Rössler", "wandering", "a chaotic flow with a nearly periodic phase", roessler),
    KnownSystem("bounded Lorenz", "wandering", "the same, max-normalised", lorenz, bounded=True),
    KnownSystem("bounded Rössler", "wandering", "the same, max-normalised", roessler, bounded=True),
    KnownSystem("Hénon", "wandering", "a chaotic map", henon),
    KnownSystem("white noise", "wandering", "noise as large as the weights", own=white, about_zero=True),
    KnownSystem("random walk", "wandering", "every weight walks; no direction", own=walk),
    KnownSystem("unstable map", "diverging", "grows by e² to e⁸ over the record, half of them turning", unstable),
    KnownSystem("linear drift", "diverging", "steady growth with a ripple", linear_drift),
    KnownSystem("settling point", "settling", "still on its way", single=known_cycles.settling_point, size=_LARGE),
    KnownSystem(
        "settling spiral", "settling", "swings still die out", single=known_cycles.settling_spiral, size=_LARGE
    ),
    KnownSystem(
        "steady push", "settling", "pushed one way", single=known_cycles.steady_push, size=_LARGE, bounded=True
    ),
)
"""All known systems, by the label that is right."""
