"""A living controller, one control tick at a time: no window and no clock, so that it is exact and can be tested.

Harm is the engine's `Event`: what a session has lived through can be lived again by `engine.record` with its events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from hebbax.damage.draws import drawn
from hebbax.damage.event_table import event_table
from hebbax.damage.events import FOREVER, Event
from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario, variant_of
from hebbax.errors import HebbaxError, check_seed
from hebbax.keys import life_key, words_of
from hebbax.policies.policy import Policy
from hebbax.recording.layout import END_NAMES
from hebbax.runs.stored_run import StoredRun
from hebbax.tasks.contract import compiled_task
from hebbax.tasks.external.task import AnyTask
from hebbax.types import Lives, Normaliser, Record


@dataclass(frozen=True, eq=False)
class Moment:
    """One tick of a life: the state that it starts from, as a `Record` has it, and what it led to."""

    life: int  # which of the lives of the session's seed
    tick: int
    qpos: np.ndarray  # [nq], m and rad
    qvel: np.ndarray  # [nv], m/s and rad/s
    action: np.ndarray  # [actuators]
    weights: tuple[np.ndarray, ...]  # one matrix a connection, [presynaptic, postsynaptic]
    reward: float  # of the tick
    total: float  # return up to the end of the tick
    state: Any  # of a world of one's own, its NamedTuple; empty of MuJoCo's
    observation: np.ndarray  # [observations], as damaged, before normalisation
    restarts: int  # births of the body after the first, before the tick
    end: str | None  # why the life is over, such as "terminated" or "diverged"; None while it goes on


class Session:
    """One life after another of a controller, each the life of the same number of `hebbax evaluate --seed`.

    Raises HebbaxError for a task that is another package's environment, a seed out of range, an unknown engine or
    termination, and a life that diverges at its first tick.
    """

    def __init__(
        self,
        task: AnyTask,
        policy: Policy,
        genome: np.ndarray,
        *,
        normaliser: Normaliser | None = None,
        seed: int = 1,
        termination: str = "end",
        engine: str = "auto",
        damages: Sequence[Sequence[Event]] = (),
    ) -> None:
        check_seed(seed)
        Scenario(termination=termination)  # refuses a name that it does not know
        self.task = compiled_task(task)
        if task.world.film not in ("model", "drawing"):
            raise HebbaxError(
                f"task {task.name!r}: its {task.world.kind} cannot be played, expected one of MuJoCo, or one that draws"
            )
        self.policy, self.seed, self.termination = policy, seed, termination
        self._genome, self._normaliser = np.asarray(genome, np.float32), normaliser
        self._engine = make_engine(self.task, policy, engine, threads=1)
        self._damages = damages
        self.begin(0)

    @classmethod
    def of_run(cls, run: StoredRun, *, genome: str = "best", seed: int = 1) -> Session:
        """Return a session of a stored run's controller, which lives as the run lived."""
        controller = run.controller(genome)
        return cls(
            run.task,
            run.policy,
            controller.genome,
            normaliser=controller.statistics.normaliser(),
            seed=seed,
            termination=run.config.termination,
            engine=run.config.engine,
            damages=run.variants,
        )

    def key(self, life: int) -> jax.Array:
        """Return the key of a life."""
        return life_key(self.seed, life)

    @property
    def events(self) -> tuple[Event, ...]:
        """All harm done to the present life, in the order in which it was done."""
        return tuple(self._events)

    @property
    def lasting(self) -> tuple[Event, ...]:
        """The harm that goes on until it is healed."""
        return tuple(event for event in self._events if event.duration >= FOREVER)

    @property
    def over(self) -> bool:
        """Whether the present life has ended."""
        return self.moment.end is not None

    def begin(self, life: int) -> None:
        """Begin a life by its number, with no harm but the run's damages, with its first tick.

        Raises HebbaxError for a life that diverges at it; the present life then goes on.
        """
        events = list(drawn(variant_of(self._damages, life), words_of(self.key(life)), self.task, self.policy))
        parts = self._engine.stream(
            self._genome,
            self.key(life),
            Scenario(normaliser=self._normaliser, ticks=FOREVER, damages=events, termination=self.termination),
            chunk=1,
        )
        record, lives = next(parts)
        if not len(record.qpos):
            raise HebbaxError(f"life {life} of seed {self.seed} diverges at its first tick: expected one that lives on")
        self.life, self.tick = life, 0  # tick is the one to come
        self._events, self._parts = events, parts
        self._total, self._restarts = 0.0, 0
        self._take(record, lives)

    def step(self) -> bool:
        """Live one control tick; return whether the life goes on. A life that is over stays as it is."""
        if not self.over:
            self._take(*next(self._parts))
        return not self.over

    def harm(
        self,
        kind: str,
        *,
        duration: int = 1,
        target: int | str | None = None,
        value: float | Sequence[float] | None = None,
    ) -> Event:
        """Let an event begin with the coming tick, and return it; with duration FOREVER it lasts until `heal`.

        Raises HebbaxError for an event that the robot or the policy cannot have.
        """
        event = Event(kind, self.tick, duration, target, value)
        event_table([event], self.task, self.policy)
        self._events.append(event)
        return event

    def heal(self, event: Event) -> None:
        """End a lasting event before the coming tick. Raises HebbaxError for one that does not go on."""
        if event not in self.lasting:
            raise HebbaxError(f"event {event.kind!r} from tick {event.onset} does not go on, so nothing can end it")
        place = self._events.index(event)
        if self.tick == event.onset:
            del self._events[place]  # it has not acted yet, and neither have those after it
        else:
            self._events[place] = replace(event, duration=self.tick - event.onset)

    def _take(self, record: Record, lives: Lives | None) -> None:
        """Take in one tick; of a tick that diverged there is no record, and the state before it remains."""
        end = None if lives is None else END_NAMES[int(lives.ends[0])]
        if not len(record.qpos):
            self.moment = replace(self.moment, end=end)
            return
        self._total += float(record.rewards[0])
        self.moment = Moment(
            life=self.life,
            tick=self.tick,
            qpos=record.qpos[0],
            qvel=record.qvel[0],
            action=record.actions[0],
            weights=self._layers(record.weights[0]),
            reward=float(record.rewards[0]),
            total=self._total,
            state=record.state and type(record.state)(*(array[0] for array in record.state)),
            observation=record.observations[0],
            restarts=self._restarts,
            end=end,
        )
        self._restarts += int(record.terminated[0])
        self.tick += 1

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Names of the connections whose weights are shown: those that change, or else those that evolved."""
        policy = self.policy
        evolved = zip(policy.network.layer_names, policy.synapses, strict=True)
        return policy.layer_names or tuple(name for name, synapses in evolved if synapses.evolved)

    def _layers(self, weights: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the flat weights of a tick, one matrix a connection of `layer_names`."""
        if not self.policy.plastic:
            layers = self.policy.unpack(self._genome)
            return tuple(np.asarray(layer["weights"]) for layer in layers if "weights" in layer)
        shapes = self.policy.layer_shapes
        ends = np.cumsum([rows * columns for rows, columns in shapes])[:-1]
        parts = zip(np.split(weights, ends), shapes, strict=True)
        return tuple(part.reshape(shape) for part, shape in parts)
