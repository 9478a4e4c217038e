"""Who lives which parcel: workers that come, die and dawdle, until all parcels are lived.

It knows workers by what they can do, so that it is tested without a cluster.
"""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hebbax.errors import HebbaxError

MOST_DEATHS = 3
"""Workers that a parcel may cost: it would end the next one too."""

_DAWDLES = 2.0
"""Times the median of a parcel's seconds after which an idle worker is given the same parcel."""

_SHORT = 1.0  # s, below which no parcel is worth another one

_LOOK = 0.2  # s, from one look at the flag to stop to the next


class WorkerDiedError(Exception):
    """The process, or the node, of a worker is gone."""


class Workers(Protocol):
    """What errands ask of a cluster; a worker is whatever stands for one."""

    def all(self) -> Sequence[Any]:
        """Return the workers that there are."""
        ...

    def send(self, worker: Any, parcel: bytes) -> Any:
        """Have a worker live a parcel; return what stands for its answer, which can be a key of a dictionary."""
        ...

    def wait(self, answers: Sequence[Any], seconds: float) -> Sequence[Any]:
        """Return which answers are there, after so many seconds at most."""
        ...

    def answer(self, answer: Any) -> Any:
        """Return an answer that is there. Raises WorkerDiedError where its worker is gone."""
        ...

    def replace(self, worker: Any) -> Any:
        """Return what stands for the first answer of a worker in the place of one that died."""
        ...


@dataclass
class _Errand:
    worker: Any
    parcel: int | None  # None of a worker that begins, and of an evaluation that is over
    began: float


@dataclass
class Errands:
    """The errands that are under way on the workers of a cluster."""

    workers: Workers
    under_way: dict[Any, _Errand] = field(default_factory=dict)
    replaced: int = 0
    duplicated: int = 0

    def run(self, parcels: Sequence[bytes], stopped: Callable[[], bool]) -> list[Any]:
        """Return the answer to each parcel; None for those that were not lived before `stopped` said so.

        Raises HebbaxError for a parcel that ends one worker after another.
        """
        waiting, answers = deque(range(len(parcels))), [None] * len(parcels)
        deaths, seconds = [0] * len(parcels), []
        try:
            while any(answer is None for answer in answers) and not stopped():
                self._hand_out(waiting, answers, parcels, seconds)
                for answer in self.workers.wait(list(self.under_way), _LOOK):
                    errand = self.under_way.pop(answer)
                    try:
                        value = self.workers.answer(answer)
                    except WorkerDiedError:
                        self._replace(errand, waiting, deaths)
                        continue
                    if errand.parcel is not None and answers[errand.parcel] is None:
                        answers[errand.parcel] = value
                        seconds.append(time.monotonic() - errand.began)
        finally:
            for errand in self.under_way.values():  # of a duplicate, or an evaluation that was stopped
                errand.parcel = None
        return answers

    def _hand_out(
        self, waiting: deque[int], answers: Sequence[Any], parcels: Sequence[bytes], seconds: Sequence[float]
    ) -> None:
        busy = [errand.worker for errand in self.under_way.values()]
        for worker in self.workers.all():
            if worker in busy:
                continue
            while waiting and answers[waiting[0]] is not None:  # its twin has come back meanwhile
                waiting.popleft()
            parcel = waiting.popleft() if waiting else self._dawdling(answers, seconds)
            if parcel is None:
                return
            self.under_way[self.workers.send(worker, parcels[parcel])] = _Errand(worker, parcel, time.monotonic())

    def _dawdling(self, answers: Sequence[Any], seconds: Sequence[float]) -> int | None:
        """Return the parcel that has been under way for longest, and far longer than others took; None if none has."""
        errands = [errand for errand in self.under_way.values() if errand.parcel is not None]
        alone = [one for one in errands if sum(one.parcel == other.parcel for other in errands) == 1]
        late = [one for one in alone if one.parcel is not None and answers[one.parcel] is None]
        if not late or not seconds:
            return None
        latest = min(late, key=lambda errand: errand.began)
        if time.monotonic() - latest.began < max(_DAWDLES * statistics.median(seconds), _SHORT):
            return None
        self.duplicated += 1
        return latest.parcel

    def _replace(self, errand: _Errand, waiting: deque[int], deaths: list[int]) -> None:
        """Have another worker in the place of one that died, and its parcel lived before all others."""
        if errand.parcel is not None:
            deaths[errand.parcel] += 1
            if deaths[errand.parcel] >= MOST_DEATHS:
                raise HebbaxError(
                    f"{MOST_DEATHS} workers ended while they ran the same lives: look at their memory, and at what "
                    "their node says (`ray status`)"
                )
            waiting.appendleft(errand.parcel)
        self.replaced += 1
        self.under_way[self.workers.replace(errand.worker)] = _Errand(errand.worker, None, time.monotonic())
