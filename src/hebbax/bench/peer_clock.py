"""The clock of a peer's process: it runs from launch, and stands still while the peer is evaluated."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass
class PeerClock:
    """When to evaluate, and when to stop; every evaluation is printed as a line of JSON."""

    launched: float  # as time.time() counts
    seconds: float  # of its own work, after which it stops
    until: float  # mean return that ends it when reached twice
    every: float  # seconds of its own work from one evaluation to the next
    evaluate: Callable[[], np.ndarray]  # [lives], returns of full lives
    reached: int = field(default=0, init=False)
    _paused: float = field(default=0.0, init=False)
    _next: float = field(default=0.0, init=False)

    def now(self) -> float:
        """Return the seconds since launch that were not spent on evaluations."""
        return time.time() - self.launched - self._paused

    def goes_on(self, steps: int) -> bool:
        """Evaluate if it is time to; return whether the peer is to go on."""
        now = self.now()
        if now >= self._next or now >= self.seconds:
            before = time.time()
            mean = float(self.evaluate().mean())
            self._paused += time.time() - before
            self._next = now + self.every
            self.reached = self.reached + 1 if mean >= self.until else 0
            print(json.dumps({"seconds": now, "steps": steps, "return_mean": mean}), flush=True)
        return self.reached < 2 and now < self.seconds
