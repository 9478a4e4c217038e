"""A controller that somebody else's loop calls tick by tick: plasticity and normaliser without an engine or JAX."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from hebbax.compiling.bounds import bounded
from hebbax.compiling.compiler import copy
from hebbax.engines.life import normalise_observation
from hebbax.engines.life_cache import kept
from hebbax.errors import HebbaxError, unknown_name
from hebbax.kernels.compile_step import compile_step
from hebbax.kernels.policy_step import PolicyStep
from hebbax.keys import fold_in, life_words, words_of
from hebbax.policies.policy import Policy
from hebbax.streams import WEIGHT_STREAM
from hebbax.types import Array, Normaliser, numbers_of


class LiveController:
    """An evolved controller in a loop of one's own.

    `start` gives it fresh weights, and each `act` is one control tick: the plasticity of the tick before, then a pass.
    It is what the native engine runs, to the bit. Raises HebbaxError for a policy without a compiled step, and a genome
    or a normaliser of another size.

    >>> from hebbax.runs.stored_run import StoredRun
    >>> controller = StoredRun.open("zoo:half_cheetah/han-e", on_note=lambda line: None).live_controller()
    >>> controller.start(seed=1)
    >>> controller.act([0.0] * 17).shape
    (6,)
    """

    def __init__(self, policy: Policy, genome: Array, normaliser: Normaliser | None = None) -> None:
        if not isinstance(policy, Policy):
            raise HebbaxError(
                f"policy {getattr(policy, 'name', policy)!r}: expected a network's, as `make_policy` returns"
            )
        self.policy = policy
        self._step = compile_step(policy)
        self._genome = numbers_of("a genome", genome, np.float32)
        if self._genome.shape != (policy.genome_size,):
            raise HebbaxError(f"a genome of shape {self._genome.shape}: expected ({policy.genome_size},)")
        size = policy.network.sizes[0]
        if not isinstance(normaliser, Normaliser | None):
            raise HebbaxError(f"normaliser={normaliser!r}: expected a Normaliser, or None")
        image = normaliser is not None and not np.size(normaliser.mean)
        seen = (normaliser or Normaliser.identity(size)).of_size(0 if image else size)
        self._mean, self._scale = seen.mean, seen.scale
        self._folded = np.zeros(self._step.folded_size, np.float32)
        self._carry = np.zeros(self._step.carry_size, np.float32)
        self._inputs, self._outputs = np.zeros(size, np.float32), np.zeros(policy.network.sizes[-1], np.float32)
        self._observation, self._unread = np.zeros(size), np.zeros((2, len(seen.mean)))
        self._signal = np.zeros(len(policy.signals) if policy.reads_signal else 0, np.float32)
        self._birth, self._tick = _functions(self._step)
        self._ticks: int | None = None
        self._turn = threading.Lock()  # of one thread at a time: all calls write to the same buffers

    @property
    def ticks(self) -> int:
        """Control ticks since `start`. Raises HebbaxError before it."""
        if self._ticks is None:
            raise HebbaxError("a controller that has not started: expected start(seed=…) before it acts")
        return self._ticks

    @property
    def weights(self) -> tuple[np.ndarray, ...]:
        """A copy of the weights, one matrix per plastic connection, [presynaptic, postsynaptic]."""
        flat = np.zeros(self._step.weight_count, np.float32)
        self._step.weights(self._step.layout, self._carry, flat)
        if not flat.size:
            return ()
        shapes = self.policy.layer_shapes
        ends = np.cumsum([rows * columns for rows, columns in shapes])[:-1]
        return tuple(part.reshape(shape) for part, shape in zip(np.split(flat, ends), shapes, strict=True))

    def start(self, seed: int = 0, *, key: Any = None, slot: Any = None) -> None:
        """Begin a life: fresh weights, and nothing that it has seen.

        Args:
            seed: the life is the first that `hebbax evaluate --seed` runs; or
            key: of the life, two words of uint32, or a key of JAX.
            slot: key of first weights that are drawn once for a slot; without it, the key of the life.

        Raises HebbaxError for a seed or a key that is none.
        """
        weight0, weight1 = fold_in(life_words(seed, 0) if key is None else _words(key), WEIGHT_STREAM)
        slot0, slot1 = (weight0, weight1) if slot is None else fold_in(_words(slot), WEIGHT_STREAM)
        keys = weight0, weight1, slot0, slot1
        step = self._step
        with self._turn:
            self._birth(step.layout, step.parameters, self._genome, *keys, self._folded, self._carry)
            self._ticks = 0

    def act(
        self,
        observation: Sequence[float] | np.ndarray,
        reward: float | None = None,
        terms: Mapping[str, float] | None = None,
    ) -> np.ndarray:
        """Return the action [actuators], float64, for an observation [observations], as the task has it.

        Args:
            observation: [observations], before normalisation.
            reward: what came of the action before; only a rule that hears it needs it, and not at the first tick.
            terms: the terms of that reward by name, where the rule hears them.

        Raises HebbaxError before `start`, for an observation of another size, a signal that the rule hears and nobody
        gives, and where an observation, an action or a weight is not finite or out of bounds: what a life would end at.
        """
        for name in terms or ():
            if name not in self.policy.signals:
                raise unknown_name("signal", name, self.policy.signals)
        with self._turn:
            return self._act(observation, {**(terms or {}), **({} if reward is None else {"reward": reward})})

    def _act(self, observation: Any, signal: Mapping[str, float]) -> np.ndarray:
        ticks = self.ticks
        if ticks > 0 and self.policy.reads_signal:
            self._hear(signal)
        self._observation[:] = self._checked(observation)
        action = np.empty(len(self._outputs))
        within = self._tick(
            self._step.layout,
            self._genome,
            self._folded,
            self._carry,
            ticks,
            self._observation,
            self._mean,
            self._scale,
            self._unread,
            self._inputs,
            self._outputs,
            self._signal,
            action,
        )
        if not within:
            self._ticks = None
            raise HebbaxError(
                f"the controller diverged at tick {ticks}: an input, a weight or an action is out of bounds"
            )
        self._ticks = ticks + 1
        return action

    def _hear(self, signal: Mapping[str, float]) -> None:
        for place in self.policy.signal_at:
            name = self.policy.signals[place]
            if name not in signal:
                given = "reward=…" if name == "reward" else f"terms={{{name!r}: …}}"
                raise HebbaxError(f"policy {self.policy.name!r}: its rule hears {name!r}, expected act(…, {given})")
            self._signal[place] = signal[name]

    def _checked(self, observation: Any) -> np.ndarray:
        values = np.asarray(observation, np.float64)
        if values.shape != self._observation.shape:
            raise HebbaxError(f"an observation of shape {values.shape}: expected {self._observation.shape}")
        return values


@cache
def _functions_of(act: Any, adapt: Any, newborn: Any) -> tuple[Any, Any]:
    def birth(layout, parameters, genome, key0, key1, slot0, slot1, folded, carry):
        newborn(layout, parameters, genome, key0, key1, slot0, slot1, folded, carry)

    def tick(layout, genome, folded, carry, number, observation, mean, scale, unread, inputs, outputs, signal, action):
        if number > 0 and not adapt(layout, folded, carry, number - 1, signal):
            return False
        finite = normalise_observation(observation, mean, scale, unread[0], unread[1], inputs)
        act(layout, genome, carry, number, inputs, outputs)
        copy(outputs, action)
        return finite and bounded(action)

    return kept(birth), kept(tick)


def _functions(step: PolicyStep) -> tuple[Any, Any]:
    """Return the birth and a tick of a policy, compiled, and kept on disk for the next process."""
    return _functions_of(step.act, step.adapt, step.birth)


def _words(key: Any) -> np.ndarray:
    words = words_of(key)
    if words.shape != (2,):
        raise HebbaxError(f"keys of shape {words.shape[:-1]}: expected one key, two words of uint32")
    return words
