"""Functions whose arrays are of another length later in a life, shorter or longer than when the task was made."""

from __future__ import annotations

import sys
from typing import Any

import jax
import numpy as np
from robots import actuate, cart

import hebbax
from hebbax import Group


def by(amount: int) -> dict[str, dict[str, Any]]:
    """Return the functions of tasks, by which of them returns that many numbers more from tick 3 on."""

    def reset(noise: Any) -> Any:
        return 0.1 * noise.uniform[:1], 0.1 * noise.normal[1:2], np.zeros(1)

    def reset_other(noise: Any) -> Any:
        return np.zeros(1 + amount * int(noise.normal[0] != 0.0)), np.zeros(1), np.zeros(1)

    def reset_memory(noise: Any) -> Any:
        return np.zeros(1), np.zeros(1), np.zeros(1 + amount * int(noise.normal[0] != 0.0))

    def observe(body: Any, memory: Any) -> Any:
        return np.concatenate((body.qpos, body.qvel))

    def observe_other(body: Any, memory: Any) -> Any:
        return np.zeros(2 + amount * int(memory[0] > 3.0))

    def actuate_other(action: Any, body: Any, memory: Any) -> Any:
        return np.zeros(1 + amount * int(memory[0] > 3.0))

    def outcome(before: Any, body: Any, action: Any, memory: Any) -> Any:
        return body.qpos[0], False, memory + 1.0

    def outcome_other(before: Any, body: Any, action: Any, memory: Any) -> Any:
        return body.qpos[0], False, np.zeros(1 + amount * int(memory[0] > 3.0)) + memory[0] + 1.0

    good = {"reset": reset, "observe": observe, "actuate": actuate, "outcome": outcome}
    return {
        "observe": {**good, "observe": observe_other},
        "actuate": {**good, "actuate": actuate_other},
        "outcome": {**good, "outcome": outcome_other},
        "reset": {**good, "reset": reset_other},
        "reset, memory": {**good, "reset": reset_memory},
    }


def told(functions: dict[str, Any], engine: Any) -> str:
    """Return what an engine says of lives with these functions."""
    import mujoco

    world = hebbax.mujoco(lambda: mujoco.MjSpec.from_string(cart()), control_period=0.02)
    task = hebbax.Task(
        name="changing",
        world=world,
        observation=[Group("slide", 1, "m"), Group("slide velocity", 1, "m/s")],
        action=[Group("motor", 1, "5 N", low=-1, high=1)],
        length=20,
        memory_size=1,
        **functions,
    )
    policy = hebbax.make_policy("mlp", task)
    try:
        lives = engine(task, policy, threads=1).evaluate(np.zeros((2, policy.genome_size)), jax.random.key(0))
    except hebbax.HebbaxError as error:
        return str(error)
    return f"accepted, with returns {lives.returns.tolist()}"


if __name__ == "__main__":
    for name, functions in by(int(sys.argv[1])).items():
        for made in (hebbax.NativeEngine, hebbax.LockstepEngine):
            print(f"{name}: {told(functions, made)}", flush=True)
