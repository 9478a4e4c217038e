"""What the numbers behind a verdict are compared with, and why.

They were set on lives of known systems at 20 dB, and error rates were measured on others.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Every number that decides a verdict. Motions and distances are relative to the norm of the weights."""

    still: float = 0.1
    """Shared motion below this is rest, if only of a tenth: weights on a fixed point still ripple with the gait that
    they see. Controllers that were evolved for fixed points have 0.05, those on cycles 0.5."""

    noisy: float = 0.5
    """Noise of single weights above this is no longer noise about a point. At 10 dB it is 0.3, without a point 1."""

    off_attractor: float = 0.01
    """Distances below this do not count as transient, since an exponential decay never ends."""

    straight: float = 0.8
    """Straightness above which the blocks' means go one way. Random walks have about 0.3, straight lines 1."""

    steady: float = 0.55
    """Pace of the last third over the first below which a straight way slows down: √t has 0.6, log t 0.3."""

    far: float = 0.2
    """Net way that counts as one."""

    trend: float = 0.6
    """Kendall's τ of ten swings with time that counts as growing. By chance it is that high once in 100 records."""

    growth: float = 1.5
    """Growth of the swings over the last quarter of the record that counts."""

    fades: float = 0.8
    """Swing of the last third over that of the middle third below which swings die out."""

    surprise: float = 3.2
    """Way from the middle third to the last, over what chance gives, above which it is one. Straight motion has 5,
    random walks have 2.6."""

    drifts: float = 0.25
    """Part of the swings that such a way must have to matter."""

    foretold: float = 0.95
    """Part of the last third's variance that sinusoids fitted before have to foretell. Tori have 0.99, chaos below 0.3,
    and chaos with a nearly periodic phase 0.4 to 0.95."""

    second_frequency: float = 0.02
    """Part of the lines' power outside of one fundamental's harmonics that makes a second frequency."""

    detuned: float = 1.0
    """How much better lines of free frequencies may fit than harmonics, over what chance and rounding allow."""

    torus: float = 0.98
    """Part foretold above which a motion of several frequencies is one: chaos with a nearly periodic phase has less."""

    exactly: float = 0.99
    """Part foretold above which frequencies alone decide about long periods, however closely the motion comes back."""

    turns: float = 3.5
    """Turns, at the mean frequency of the motion, above which a period is long."""

    cycles: float = 5.0
    """Periods that a record has to hold for the period to be called one."""

    closes: float = 0.17
    """Distance of returns from where they began below which a motion closes, although its phase or shape is not
    foretold: 3 % of the variance is no part of the cycle. Chaos that stays near an unstable cycle can have less."""


DEFAULT_THRESHOLDS = Thresholds()
