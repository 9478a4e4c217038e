"""The lives of an environment: which comes next, with its key and its damages, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hebbax.damage.events import Event
from hebbax.damage.text import parse_damages
from hebbax.engines.gate import own_key
from hebbax.engines.puppets import Puppets, Stepped
from hebbax.engines.scenario import Scenario, variant_of
from hebbax.errors import check_seed, check_whole, unknown_name
from hebbax.keys import life_words
from hebbax.tasks.external.task import AnyTask, ExternalTask
from hebbax.tasks.registry import make_task
from hebbax.tasks.task import Task
from hebbax.types import MOST_LIVES

OPTIONS = ("life", "key", "damage")
"""What `reset(options=…)` can say of the life to begin: its number, or its key, and what happens to it."""


class LivesInTurn:
    """Lives in some places: place i lives the lives of its seed one after the other, as `hebbax evaluate` has them.

    Raises HebbaxError for a task that is none, damages that it cannot have, and as `Puppets` does.
    """

    def __init__(
        self,
        task: str | Task,
        places: int,
        *,
        damage: str | Sequence[Event] = "",
        ticks: int | None = None,
        termination: str = "end",
        threads: int | None = None,
    ) -> None:
        made = task if isinstance(task, Task | ExternalTask) else make_task(task)
        self.variants = _variants(damage, made)
        first = variant_of(self.variants, 0)
        self.puppets = Puppets(made, places, Scenario(ticks, None, termination, first), threads=threads)
        self.task: AnyTask = self.puppets.task
        self._told = tuple(f"reward_{name}" for name in self.task.terms)
        self.seeds: list[int | None] = [None] * places
        self.lives = np.full(places, -1, np.int64)  # of the seed, the one under way

    def begin(
        self, which: np.ndarray, seeds: Sequence[int | None], options: Mapping[str, Any], chance: np.random.Generator
    ) -> np.ndarray:
        """Begin the next life in some places, bool [places]; return all observations [places, observations].

        A seed begins its lives from the first one; without any so far it is drawn by `chance`. Raises HebbaxError for
        an option that is none.
        """
        for name in options:
            if name not in OPTIONS:
                raise unknown_name("option of reset", str(name), OPTIONS)
        damages = _variants(options["damage"], self.task) if "damage" in options else self.variants
        keys, events = [], []
        for place in np.flatnonzero(which).tolist():
            keys.append(self._key_of_next(place, seeds[place], options, chance))
            events.append(variant_of(damages, int(self.lives[place])))
        return self.puppets.begin(which, np.stack(keys), events)

    def _key_of_next(
        self, place: int, seed: int | None, options: Mapping[str, Any], chance: np.random.Generator
    ) -> np.ndarray:
        if seed is not None:
            check_seed(seed)
            self.seeds[place], self.lives[place] = int(seed), -1
        elif self.seeds[place] is None:
            self.seeds[place] = int(chance.integers(2**32))
        self.lives[place] = check_whole("life", options.get("life", self.lives[place] + 1), 0, MOST_LIVES)
        if "key" not in options:
            return life_words(self.seeds[place] or 0, int(self.lives[place]))
        return own_key(options["key"])[0]

    def told_at_birth(self, place: int) -> dict[str, Any]:
        """Return what `info` says of a life that begins."""
        return {"seed": self.seeds[place], "life": int(self.lives[place])}

    def columns(self, stepped: Stepped) -> dict[str, np.ndarray]:
        """Return what `info` says of a tick, an array a key with a row per place."""
        told = dict(zip(self._told, stepped.reward_terms.T, strict=True))
        return {**told, "diverged": stepped.diverged, "reborn": stepped.reborn}


def _variants(damage: str | Sequence[Event], task: AnyTask) -> Sequence[Sequence[Event]]:
    if isinstance(damage, str):
        return parse_damages(damage, task.control_period)
    events = Scenario(damages=damage).shared
    return [events] if events else []
