"""How a film of a life looks: how much of it, how fast, how large, from where, and what is written on it."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.errors import HebbaxError, check_number
from hebbax.report.film.scene import FOLLOWING

FILM_SECONDS = 10.0
"""Seconds of a life that are filmed unless told otherwise, or all of a shorter one."""

SPEEDS = (0.01, 100.0)  # times real time
SIZES = (16, 4096)  # pixels, of a side


@dataclass(frozen=True)
class Look:
    """How a film looks. Raises HebbaxError for a number out of range, and a side that is odd.

    `camera` is FOLLOWING, FIXED, or the name or number of a camera of the model.
    """

    seconds: float | None = None  # of the life; None for FILM_SECONDS
    speed: float = 1.0  # times real time
    width: int = 480  # pixels
    height: int = 360
    camera: str = FOLLOWING
    overlay: bool = False  # whether time, return and events are written on it

    def __post_init__(self) -> None:
        check_number("speed", self.speed, *SPEEDS)
        for side in (self.width, self.height):
            if side % 2 or not SIZES[0] <= side <= SIZES[1]:
                nearest = min(max(side - side % 2, SIZES[0]), SIZES[1])
                raise HebbaxError(
                    f"size {self.width}x{self.height}: expected even sides of {SIZES[0]} to {SIZES[1]} pixels; nearest "
                    f"valid to {side}: {nearest}"
                )

    @property
    def placed(self) -> bool:
        """Whether it asks for another place or size than usual, which only a model can be filmed from."""
        usual = Look()
        return (self.camera, self.width, self.height) != (usual.camera, usual.width, usual.height)


@dataclass(frozen=True)
class Pace:
    """Which ticks of a life a film shows."""

    ticks: int  # from the first on
    stride: int  # from frame to frame
    frames_per_second: float

    @classmethod
    def of(cls, period: float, seconds: float, *, speed: float = 1.0, rate: float) -> Pace:
        """Return the pace of a film of so many seconds of life, of about `rate` frames per second.

        It runs exactly as fast as asked: its rate is that of the ticks of `period` s, or a whole part of it.
        """
        stride = max(1, round(speed / (rate * period)))
        return cls(max(1, round(seconds / period)), stride, speed / (stride * period))
