"""Our pixel policy, compiled and in JAX, against the published one written in NumPy."""

import jax
import numpy as np

from hebbax.config.policy import PRESETS
from hebbax.kernels.compile_step import compile_step
from hebbax.kernels.layout import UNITS_AT
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.registry import make_task

FRAMES = 30
KEY = jax.random.key(3)


def test_thirty_plastic_frames_are_those_of_the_published_car(published_car):
    policy = make_policy(PRESETS.get("najarro-car"), make_task("car_racing"))
    random = np.random.default_rng(0)
    genome = random.standard_normal(policy.genome_size).astype(np.float32) * np.float32(0.3)
    # A picture that moves, so that no frame is like the one before.
    pictures = random.random((84, 84 + FRAMES, 3)).astype(np.float32)
    seen = np.array([pictures[:, frame : frame + 84] for frame in range(FRAMES)])
    layers = policy.unpack(genome)
    shapes = ((6, 3, 3, 3), (8, 6, 5, 5))
    filters = [np.asarray(layer["weights"], np.float64).T.reshape(s) for layer, s in zip(layers, shapes, strict=False)]
    carry = policy.birth(KEY, genome)
    rules = [{name: np.asarray(values, np.float64) for name, values in layer.items()} for layer in layers[2:]]
    driver = published_car.Driver(filters, [1, 2], rules, carry.weights)

    step = compile_step(policy)
    folded, buffer = np.zeros(step.folded_size, np.float32), np.zeros(step.carry_size, np.float32)
    key = np.asarray(jax.random.key_data(KEY))
    step.birth(step.layout, step.parameters, genome, *key, *key, folded, buffer)
    act, adapt = jax.jit(policy.act), jax.jit(policy.adapt)
    units_at, features_at = step.layout[UNITS_AT], policy.network.convolutions[-1].target.at
    for tick, picture in enumerate(seen):
        expected, action = driver.act(picture), np.zeros(3, np.float32)
        step.act(step.layout, genome, buffer, tick, picture.reshape(-1), action)
        of_jax, carry = act(genome, carry, picture.reshape(-1))
        for units in (buffer[units_at:], carry.units):
            np.testing.assert_allclose(units[features_at:][:648], driver.activations[0], atol=2e-6)
        np.testing.assert_allclose(action, expected, atol=3e-5, err_msg=f"frame {tick}")
        np.testing.assert_allclose(of_jax, expected, atol=3e-5, err_msg=f"frame {tick}")
        driver.learn()
        assert step.adapt(step.layout, folded, buffer, tick, np.zeros(0, np.float32))
        carry = adapt(genome, carry)
    weights = np.zeros(step.weight_count, np.float32)
    step.weights(step.layout, buffer, weights)
    np.testing.assert_allclose(weights, np.concatenate([layer.ravel() for layer in driver.weights]), atol=3e-5)
