"""Convolutions of sizes that no tile or square fits, compiled and in JAX, against NumPy; and where they are found."""

import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.kernels import room
from hebbax.kernels.compile_step import compile_step
from hebbax.kernels.convolve import convolution
from hebbax.kernels.layout import carry_size_of, layout_of
from hebbax.kernels.room import Vectors, room_of
from hebbax.networks.conv import Conv
from hebbax.plasticity.plasticity import Plasticity
from hebbax.policies.policy import Policy


def naive(image, filters, stride, pool):
    """Return [channels, height, width], pixel by pixel, of an image [height, width, colours]."""
    side, (height, width, _) = filters.shape[2], image.shape
    rows, columns = (height - side) // stride + 1, (width - side) // stride + 1
    found = np.zeros((len(filters), rows, columns))
    for y in range(rows):
        for x in range(columns):
            patch = image[y * stride :, x * stride :][:side, :side].transpose(2, 0, 1)
            found[:, y, x] = (filters * patch).sum(axis=(1, 2, 3))
    rows, columns = rows // pool, columns // pool
    found = found[:, : rows * pool, : columns * pool].reshape(len(filters), rows, pool, columns, pool)
    return found.max(axis=(2, 4))


@pytest.mark.parametrize(
    ("image", "channels", "kernel", "stride", "pool", "vectors"),
    [
        # Thirteen channels are in groups, of which the last begins within the one before.
        ((11, 30, 2), 13, 5, 2, 1, None),
        ((17, 20, 1), 3, 4, 3, 2, Vectors(4, 2, 2)),
        ((40, 60, 1), 1, 1, 1, 3, Vectors(8, 2, 6)),  # more rows than are computed at a time
    ],
)
def test_a_convolution_is_its_equation(monkeypatch, image, channels, kernel, stride, pool, vectors):
    if vectors is not None:  # of another machine
        monkeypatch.setattr(room, "_vectors", lambda: vectors)
    sizes = {"channels": (channels,), "kernels": (kernel,), "strides": (stride,), "pools": (pool,)}
    network = Conv((int(np.prod(image)), 2), image=image, **sizes)
    policy, step = Policy("p", network, None), network.convolutions[0]
    random = np.random.default_rng(0)
    picture, genome = random.random(image, np.float32), random.standard_normal(policy.genome_size).astype(np.float32)
    filters = genome[: step.source.channels * kernel**2 * channels].reshape(-1, channels)
    expected = naive(picture.astype(float), filters.T.reshape(channels, -1, kernel, kernel), stride, pool)

    carry = np.full(carry_size_of(policy), np.nan, np.float32)  # of which nothing may be read
    carry[: picture.size] = picture.ravel()
    convolution(room_of(step))(layout_of(policy), genome, carry, 0, 0, 0)
    at = step.target.at
    np.testing.assert_allclose(carry[at : at + expected.size], expected.ravel(), atol=1e-5)
    units = network.forward(
        [filters, genome[filters.size :].reshape(-1, 2)], jnp.zeros(network.unit_count), picture.ravel()
    )
    compiled = np.tanh(expected.ravel())
    np.testing.assert_allclose(units[at : at + expected.size], compiled, atol=1e-5)


def test_nan_of_an_image_is_not_lost():
    network = Conv((36, 2), image=(6, 6, 1), channels=(1,), kernels=(1,), strides=(1,), pools=(2,))
    policy, step = Policy("p", network, None), network.convolutions[0]
    genome, carry = np.ones(policy.genome_size, np.float32), np.zeros(carry_size_of(policy), np.float32)
    carry[7] = np.nan
    convolution(room_of(step))(layout_of(policy), genome, carry, 0, 0, 0)
    assert np.isnan(carry[step.target.at])
    assert not np.isnan(carry[step.target.at + 1 :][:8]).any()


@pytest.mark.parametrize("plasticity", [None, Plasticity()], ids=["static", "plastic"])
def test_a_step_writes_within_its_buffers(plasticity):
    sizes = {"channels": (3,), "kernels": (3,), "strides": (2,), "pools": (2,)}
    policy = Policy("p", Conv((20 * 24 * 3, 2), image=(20, 24, 3), **sizes), plasticity)
    step, beyond = compile_step(policy), 5000
    genome, key = np.ones(policy.genome_size, np.float32), [np.uint32(n) for n in (1, 2, 1, 2)]
    wholes = [np.full(size + 2 * beyond, 7.5, np.float32) for size in (step.folded_size, step.carry_size, 2)]
    folded, carry, action = (whole[beyond:-beyond] for whole in wholes)
    step.birth(step.layout, step.parameters, genome, *key, folded, carry)
    for tick in range(2):
        step.act(step.layout, genome, carry, tick, np.ones(20 * 24 * 3, np.float32), action)
        assert step.adapt(step.layout, folded, carry, tick, np.zeros(0, np.float32))
    assert not np.all(action == 7.5)
    for whole in wholes:
        assert np.all(whole[:beyond] == 7.5)
        assert np.all(whole[-beyond:] == 7.5)


def test_every_process_finds_the_same_code():
    program = """
from hebbax.engines.fingerprint import fingerprint_of
from hebbax.kernels.convolve import convolution
from hebbax.kernels.room import room_of
from hebbax.networks.conv import Conv

network = Conv((36, 2), image=(6, 6, 1), channels=(1,), kernels=(1,), strides=(1,), pools=(2,))
print(fingerprint_of(convolution(room_of(network.convolutions[0]))))
"""
    found = {subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(found) == 1
