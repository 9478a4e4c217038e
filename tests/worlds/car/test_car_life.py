"""Whole lives in the world `car`, compiled: they are Gymnasium's, on every engine."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest

from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.tasks.car_racing import car_racing
from hebbax.tasks.car_racing_state import car_racing_state
from hebbax.types import END_REACHED
from hebbax.worlds.car.columns import LIMIT, OMEGA
from hebbax.worlds.car.film import picture_of

KEY, FRAMES = jax.random.key(5), 300  # as the golden file has them
CLOSE = {"rtol": 1e-6, "atol": 1e-4}  # another C library may round sines otherwise


@pytest.fixture(scope="module")
def golden():
    with np.load(Path(__file__).parents[2] / "golden" / "car.npz") as kept:
        return dict(kept)


@pytest.mark.slow
@pytest.mark.parametrize("engine_of", [NativeEngine, LockstepEngine])
def test_a_compiled_life_is_gymnasiums(golden, engine_of):
    task = car_racing_state(patience=np.inf)
    lives, record = engine_of(task, Replay(3, FRAMES), threads=1).record(
        golden["actions"].ravel(), KEY, Scenario(ticks=FRAMES)
    )
    assert lives.ends[0] == END_REACHED
    np.testing.assert_allclose(record.rewards, golden["rewards"], **CLOSE)
    for row, frame in enumerate(golden["frames"][:-1]):  # a record has the state that a tick begins with
        np.testing.assert_allclose(record.state.body[frame + 1, :, :6], golden["states"][row], **CLOSE)
        np.testing.assert_allclose(record.state.wheel[frame + 1, :, OMEGA], golden["wheels"][row], **CLOSE)
    assert np.any(record.state.joint[:, :, LIMIT])
    state = task.world.state(*(array[golden["shown"][1] + 1] for array in record.state))
    difference = np.abs(picture_of(state, 96, 96).astype(int) - golden["pictures"][1])
    difference[85:, :13] = 0
    assert difference.mean() < 0.5
    # What the task observes of a state is the same uncompiled.
    for tick in (0, 100, 250):
        state = task.world.state(*(array[tick] for array in record.state))
        np.testing.assert_allclose(task.observe(state, np.zeros(1)), record.observations[tick], rtol=1e-9, atol=1e-9)


@pytest.mark.slow
def test_a_life_sees_the_golden_picture(golden):
    """Raw outputs that give the golden actions: what the camera shows after 25 frames, shrunk, is what is observed."""
    steering, pedals = golden["actions"][:30, :1].astype(float), golden["actions"][:30, 1:].astype(float)
    raw = np.concatenate((np.arctanh(steering), np.log(pedals) - np.log1p(-pedals)), 1).astype(np.float32)
    task = car_racing(patience=np.inf)
    _, record = NativeEngine(task, Replay(3, 30), threads=1).record(raw.ravel(), KEY, Scenario(ticks=30))
    seen = 255 * record.observations[golden["shown"][0] + 1].reshape(task.observation_shape)
    edges, cells = np.arange(85) * 96 / 84, np.arange(96)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    shares = np.maximum(overlap, 0.0) * 84 / 96
    expected = np.einsum("yi,xj,ijc->yxc", shares, shares, golden["pictures"][0])
    difference = np.abs(seen - expected)
    difference[74:, :12] = 0
    assert difference.mean() < 1.0
