"""Whole lives of a task through an exported controller: the world is the task's own, the mind is what was exported."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.export.steppers import Stepper
from hebbax.policies.any_policy import Carry
from hebbax.policies.policy import Policy


class ExportedPolicy:
    """A policy of which each step is one of an exported controller; its genome is read by nobody.

    The state of the controller is the bytes of its RAM, in the carry. What a rule hears of a tick waits there for the
    next step.
    """

    def __init__(self, policy: Policy, stepper: Stepper) -> None:
        self.name, self.genome_size, self.weight_count = f"{policy.name}, exported", policy.genome_size, 0
        self.reads_signal = policy.reads_signal
        self._places = np.array(policy.signal_at, np.int32)
        self._actions = policy.network.sizes[-1]
        self._stepper = stepper

    def birth(self, key: jax.Array) -> Carry:
        """Return the carry of a newborn."""
        state = jax.ShapeDtypeStruct((self._stepper.state_size,), jnp.uint8)
        begun = jax.pure_callback(
            _each(self._stepper.begin), state, jax.random.key_data(key), vmap_method="broadcast_all"
        )
        heard = jnp.zeros(len(self._places), jnp.float32)
        return Carry((), (), begun, heard, jnp.int32(0))

    def act(self, genome: Any, carry: Carry, observation: Any) -> tuple[Any, Carry]:
        """Return the action [actuators] for an observation [observations] before normalisation, and the carry."""
        action = jax.ShapeDtypeStruct((self._actions,), jnp.float32)
        state = jax.ShapeDtypeStruct((self._stepper.state_size,), jnp.uint8)

        def step(state: np.ndarray, observation: np.ndarray, heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            _, action, after = self._stepper.step(state, observation, heard)
            return action, after

        inputs = carry.units, observation, carry.history
        done, after = jax.pure_callback(_each(step), (action, state), *inputs, vmap_method="broadcast_all")
        return done, carry._replace(units=after, tick=carry.tick + 1)

    def adapt(self, genome: Any, carry: Carry, signal: Any = None) -> Carry:
        """Return the carry with what has been heard: the update is the next step's."""
        return carry if signal is None else carry._replace(history=signal[self._places])


def _each(function: Any) -> Any:
    """Return a function of single lives as one of many [lives, …], or of one."""

    def of_each(*arrays: Any) -> Any:
        rows = [np.asarray(array) for array in arrays]
        if rows[0].ndim == 1:
            return function(*rows)
        results = [function(*row) for row in zip(*rows, strict=True)]
        return tuple(map(np.stack, zip(*results, strict=True))) if isinstance(results[0], tuple) else np.stack(results)

    return of_each
