"""What the numbers behind a verdict are held against, and why.

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

    steady: float = 0.5
    """Pace of the last third over the first below which a straight way slows down: √t has 0.6, log t 0.3."""

    far: float = 0.2
    """Net way that counts as one."""

    trend: float = 0.6
    """Kendall's τ of ten swings with time that counts as growing. By chance it is that high once in 100 records."""

    growth: float = 1.5
    """Growth of the swings over the last quarter of the record that counts."""

    foretold: float = 0.95
    """Part of the last third's variance that sinusoids fitted before have to foretell. Tori have 0.99, chaos below 0.3,
    and chaos with a nearly periodic phase 0.4 to 0.95."""

    second_frequency: float = 0.02
    """Part of the variance outside of one fundamental's harmonics that makes a second frequency."""

    same_frequency: float = 0.2
    """Difference of frequencies, in units of 1 / rows, below which they are the same. Lines are fitted far finer."""

    cycles: float = 4.0
    """Periods that a record has to hold for the period to be called one."""

    closes: float = 0.15
    """Scatter of the crossings of a section below which a motion closes although its phase cannot be foretold."""

    correlates: float = 0.35
    """Closeness of return in time that this needs besides. A phase that walks 3 % a period gives 0.1 to 0.3."""

    spreads: float = 0.35
    """Scatter of the crossings above which no motion closes, whatever its frequencies say."""


DEFAULT_THRESHOLDS = Thresholds()
