"""A session under a clock: paused or not, faster or slower, and what it has been asked to do."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

import numpy as np

from hebbax.errors import check_number
from hebbax.play.history import History
from hebbax.play.session import Moment, Session

BUDGET = 0.025
"""Seconds that one call of `advance` may tick for; what is due beyond that is dropped, and life goes on slower."""

SPEEDS = (0.001, 1000.0)
"""Times real time, the slowest and the fastest that a player can be asked for."""

Command = Callable[["Player"], object]


class Player:
    """A session that lives in real time, times `speed`. Only one thread may use it; others `post` commands to it."""

    def __init__(self, session: Session, *, speed: float = 1.0) -> None:
        self.session, self.speed, self.paused = session, speed, False
        self.commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        body = session.task.world.body()
        self._forward = None if body is None else body.forward
        self._start()

    @property
    def moment(self) -> Moment:
        """The newest tick."""
        return self.session.moment

    def post(self, command: Command) -> None:
        """Ask for something from any thread: it is done before the next tick."""
        self.commands.put(command)

    def obey(self, timeout: float) -> None:
        """Do all that has been asked for, waiting up to `timeout` seconds for the first of it."""
        try:
            command = self.commands.get(timeout=timeout) if timeout > 0 else self.commands.get_nowait()
            while True:
                command(self)
                command = self.commands.get_nowait()
        except queue.Empty:
            return

    def advance(self, seconds: float) -> int:
        """Live for so many seconds of the clock; return how many ticks these were."""
        if self.paused or self.session.over:
            self._due = 0.0
            return 0
        self._due += seconds * self.speed / self.session.task.control_period
        end, lived = time.perf_counter() + BUDGET, 0
        while self._due >= 1 and time.perf_counter() < end and not self.session.over:
            self.tick()
            self._due -= 1
            lived += 1
        self._due %= 1.0
        return lived

    def tick(self) -> None:
        """Live one tick now."""
        self.before = self.moment
        self.session.step()
        if self.moment.tick > self.before.tick:
            self.history.append(self.moment.weights, self.moment.reward, self._forward_speed())

    def _forward_speed(self) -> float:
        """Return how fast the body went forward in the newest tick, m/s; NaN where it was born anew or has no way."""
        if self._forward is None or self.moment.restarts != self.before.restarts:
            return np.nan
        way = self.moment.qpos[self._forward] - self.before.qpos[self._forward]
        return float(way / self.session.task.control_period)

    def step(self) -> None:
        """Pause, and live one tick."""
        self.paused = True
        self.tick()

    def set_speed(self, speed: float) -> None:
        """Live so many times as fast as real time. Raises HebbaxError for a number out of range."""
        check_number("speed", speed, *SPEEDS)
        self.speed = speed

    def begin(self, life: int) -> None:
        """Begin a life, unharmed."""
        self.session.begin(life)
        self._start()

    def pose(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Return two positions of the body [nq], and how far it is from the first to the second, in [0, 1].

        While life goes on, what is shown lags a tick behind and moves between ticks without a jerk.
        """
        born = self.moment.restarts != self.before.restarts
        if self.paused or self.session.over or born:
            return self.moment.qpos, self.moment.qpos, 1.0
        return self.before.qpos, self.moment.qpos, self._due

    def _start(self) -> None:
        self._due = 0.0  # ticks, in [0, 1) between calls
        self.before = self.moment
        self.history = History([weights.shape for weights in self.moment.weights])
        self.history.append(self.moment.weights, self.moment.reward)
