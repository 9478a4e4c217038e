"""The same lives on MJX, MuJoCo rewritten in JAX: physics and policy are one compiled program, here on the CPU."""

from __future__ import annotations

import importlib.util
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.bench.controls import KEY, Controls
from hebbax.keys import stream
from hebbax.types import Noise
from hebbax.worlds.mujoco.proven_model import without_deprecations


class MjxPeer:
    """HalfCheetah's lives on MJX, all in lockstep; their number of ticks is compiled in."""

    def __init__(self, controls: Controls, count: int, ticks: int) -> None:
        births = [_birth(controls, index) for index in range(count)]
        qpos, qvel = (jnp.asarray(np.array(part), jnp.float32) for part in zip(*births, strict=True))
        genomes = jnp.asarray(controls.genomes[:count])
        self._arguments = genomes, jax.random.split(stream(KEY, "peers"), count), qpos, qvel
        self._lives = jax.jit(jax.vmap(_life(controls, ticks)))

    def run(self) -> np.ndarray:
        """Run all lives; return their returns [lives]."""
        return np.asarray(self._lives(*self._arguments))


def mjx_peer(controls: Controls, count: int, ticks: int) -> MjxPeer | None:
    """Return the peer; None where mujoco-mjx is not installed."""
    if importlib.util.find_spec("mujoco.mjx") is None:
        return None
    return MjxPeer(controls, count, ticks)


def _birth(controls: Controls, index: int) -> tuple[np.ndarray, np.ndarray]:
    random, model = np.random.default_rng(index), controls.world.model
    size = model.nq + model.nv
    reset = controls.task.reset
    assert reset is not None
    qpos, qvel, _ = reset(Noise(random.uniform(-1, 1, size), random.standard_normal(size)))
    return qpos, qvel


def _life(controls: Controls, ticks: int) -> Any:
    from mujoco import mjx  # pyright: ignore[reportAttributeAccessIssue]  an option: the package mujoco-mjx

    task, world, policy = controls.task, controls.world, controls.policy
    with without_deprecations():
        model = mjx.put_model(world.spec.compile())  # as its author wrote it, which is what others run
    mean, scale = jnp.asarray(controls.normaliser.mean), jnp.asarray(controls.normaliser.scale)

    def tick(genome: Any, state: Any) -> Any:
        data, carry, total = state
        observation = jnp.concatenate((data.qpos[1:], data.qvel))
        action, carry = policy.act(genome, carry, (observation - mean) * scale)
        carry = policy.adapt(genome, carry)
        after = data.replace(ctrl=action)
        for _ in range(world.substeps):
            after = mjx.step(model, after)
        speed = (after.qpos[0] - data.qpos[0]) / task.control_period
        return after, carry, total + speed - 0.1 * jnp.sum(action**2)

    def life(genome: Any, key: Any, qpos: Any, qvel: Any) -> Any:
        data = mjx.forward(model, mjx.make_data(model).replace(qpos=qpos, qvel=qvel))
        state = data, policy.birth(key), jnp.float32(0)
        return jax.lax.fori_loop(0, ticks, lambda _, state: tick(genome, state), state)[2]

    return life
