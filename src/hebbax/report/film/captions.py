"""What is written on a film: the time, the return so far, and what happens to the life just then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hebbax.damage.events import Event
from hebbax.damage.text import text_of
from hebbax.report.film.look import Pace
from hebbax.types import Record

SHOWN_SECONDS = 0.5  # of the film, at least: what lasts a tick would be gone before it is read

BORN_AGAIN = "the body is born again"


def captions(record: Record, period: float | None, pace: Pace, events: Sequence[Event] = ()) -> list[str]:
    """Return the lines that stand on each frame of a film.

    Args:
        record: of the life.
        period: seconds per tick; None where a tick is no time.
        pace: of the film.
        events: that the life met.
    """
    earned = np.concatenate([[0.0], np.cumsum(record.rewards)])
    hold = round(SHOWN_SECONDS * pace.frames_per_second * pace.stride)
    births = np.flatnonzero(record.terminated) + 1
    texts = []
    for tick in range(0, min(pace.ticks, len(record.rewards)), pace.stride):
        time = f"tick {tick}" if period is None else f"{tick * period:.2f} s"
        lines = [f"{time}   return {earned[tick]:,.1f}".replace("-", "−")]
        lines += [text_of(event) for event in events if 0 <= tick - event.onset < max(event.duration, hold)]
        lines += [BORN_AGAIN] if ((births <= tick) & (tick < births + hold)).any() else []
        texts.append("\n".join(lines))
    return texts
