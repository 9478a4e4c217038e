"""Every network against its equations, written out in NumPy, over two passes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.networks.conv import Conv
from hebbax.networks.elman import Elman
from hebbax.networks.fcrnn import Fcrnn
from hebbax.networks.gru import Gru
from hebbax.networks.initial import InitialWeights
from hebbax.networks.lstm import Lstm
from hebbax.networks.mlp import Mlp
from hebbax.networks.registry import NETWORKS
from hebbax.networks.skip_lstm import SkipLstm

SIZES = (3, 4, 2)
FIRST, SECOND = np.array([0.3, -0.8, 1.2]), np.array([-0.5, 0.1, 0.9])
WITH_BIAS = pytest.mark.parametrize("bias", [False, True])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def two_passes(network):
    """Return the weights, and the units of two passes, one after the other."""
    shapes = network.layer_shapes
    keys = jax.random.split(jax.random.key(0), len(shapes))
    weights = [0.7 * jax.random.normal(key, shape) for key, shape in zip(keys, shapes, strict=True)]
    one = network.forward(weights, jnp.zeros(network.unit_count), jnp.asarray(FIRST, jnp.float32))
    two = network.forward(weights, one, jnp.asarray(SECOND, jnp.float32))
    return [np.asarray(matrix, np.float64) for matrix in weights], np.asarray(one), np.asarray(two)


def append_bias(values, bias):
    return np.append(values, 1.0) if bias else np.asarray(values)


@WITH_BIAS
def test_elman(bias):
    network = Elman(SIZES, bias=bias)
    (xh, hh, ho), one, two = two_passes(network)
    h = np.zeros(4)
    for x, units in ((FIRST, one), (SECOND, two)):
        past, h = h, np.tanh(append_bias(x, bias) @ xh + h @ hh)
        y = np.tanh(append_bias(h, bias) @ ho)
        np.testing.assert_allclose(units[-2:], y, atol=1e-6)
        pairs = network.split(units)
        for (pre, post), expected in zip(
            pairs, [(append_bias(x, bias), h), (past, h), (append_bias(h, bias), y)], strict=True
        ):
            np.testing.assert_allclose(pre, expected[0], atol=1e-6)
            np.testing.assert_allclose(post, expected[1], atol=1e-6)


@WITH_BIAS
def test_fully_connected(bias):
    network = Fcrnn(SIZES, bias=bias)
    (w,), one, two = two_passes(network)
    h = np.zeros(9)
    for x, units in ((FIRST, one), (SECOND, two)):
        past = h
        s = h + np.append(x, np.zeros(6))
        h = np.tanh(append_bias(s, bias) @ w)
        np.testing.assert_allclose(units[-2:], h[-2:], atol=1e-6)
        ((pre, post),) = network.split(units)
        np.testing.assert_allclose(pre, append_bias(past, bias), atol=1e-6)  # without the observation
        np.testing.assert_allclose(post, h, atol=1e-6)


@WITH_BIAS
def test_gru(bias):
    network = Gru(SIZES, bias=bias)
    (xz, hz, xr, hr, xc, hc, ho), one, two = two_passes(network)
    h = np.zeros(4)
    for x, units in ((FIRST, one), (SECOND, two)):
        past, x = h, append_bias(x, bias)
        z, r = sigmoid(x @ xz + h @ hz), sigmoid(x @ xr + h @ hr)
        c = np.tanh(x @ xc + (r * h) @ hc)
        h = (1 - z) * h + z * c
        y = np.tanh(append_bias(h, bias) @ ho)
        np.testing.assert_allclose(units[-2:], y, atol=1e-6)
        expected = [(x, z), (past, z), (x, r), (past, r), (x, c), (past, c), (append_bias(h, bias), y)]
        for (pre, post), (expected_pre, expected_post) in zip(network.split(units), expected, strict=True):
            np.testing.assert_allclose(pre, expected_pre, atol=1e-6)
            np.testing.assert_allclose(post, expected_post, atol=1e-6)


@WITH_BIAS
def test_lstm(bias):
    network = Lstm(SIZES, bias=bias)
    (xi, hi, xf, hf, xg, hg, xo, ho, out), one, two = two_passes(network)
    h, memory = np.zeros(4), np.zeros(4)
    for x, units in ((FIRST, one), (SECOND, two)):
        x = append_bias(x, bias)
        i, f, o = sigmoid(x @ xi + h @ hi), sigmoid(x @ xf + h @ hf), sigmoid(x @ xo + h @ ho)
        memory = f * memory + i * np.tanh(x @ xg + h @ hg)
        h = o * np.tanh(memory)
        np.testing.assert_allclose(units[-2:], np.tanh(append_bias(h, bias) @ out), atol=1e-6)


@WITH_BIAS
def test_skip_lstm(bias):
    """The first pass begins at `start`: h, then the memory. The output reads the observation too, and has no bias."""
    network = SkipLstm(SIZES, bias=bias)
    (xi, hi, xf, hf, xg, hg, xo, ho, start, out), one, two = two_passes(network)
    h, memory = start[0, :4], start[0, 4:]
    for seen, units in ((FIRST, one), (SECOND, two)):
        x = append_bias(seen, bias)
        i, f, o = sigmoid(x @ xi + h @ hi), sigmoid(x @ xf + h @ hf), sigmoid(x @ xo + h @ ho)
        memory = f * memory + i * np.tanh(x @ xg + h @ hg)
        h = o * np.tanh(memory)
        np.testing.assert_allclose(units[-2:], np.tanh(np.append(seen, h) @ out), atol=1e-6)


@pytest.mark.parametrize(
    ("network", "count"),
    [
        # From 17 observations to 6 actions, as published: 3 (17·16 + 16·16 + 16) + 16·6 + 6 = 1,734
        (Gru((17, 16, 6), bias=True), 1734),
        (Mlp((17, 80, 6)), 1840),
        (Elman((17, 16, 6)), 17 * 16 + 16 * 16 + 16 * 6),
        (Fcrnn((17, 6)), 23 * 23),
        (Conv((48, 4, 2), image=(4, 4, 3), channels=(5,), kernels=(3,), strides=(1,), pools=(2,)), 135 + 5 * 4 + 4 * 2),
        (Lstm((17, 16, 6), bias=True), 4 * (17 * 16 + 16 * 16 + 16) + 16 * 6 + 6),
        # As published, from 51 observations to 16 actions: 6,896 with 20 hidden units, and their first state.
        (SkipLstm((51, 20, 16), bias=True), 6896 + 40),
    ],
    ids=lambda value: type(value).__name__,
)
def test_weight_counts(network, count):
    assert network.weight_count == count


@pytest.mark.parametrize("name", NETWORKS)
@WITH_BIAS
def test_units_hold_every_connection_and_the_actions_come_last(name, bias):
    one = dict.fromkeys(("channels", "kernels", "strides", "pools"), (1,))
    image = {"image": (1, SIZES[0], 1), **one} if NETWORKS[name].reads_image else {}
    network = NETWORKS[name](SIZES, bias=bias, **image)
    last = network.connections[-1]
    assert last.post_at + last.post_size == network.unit_count
    for connection in network.connections:
        assert 0 <= connection.pre_at <= network.unit_count - connection.pre_size
        assert 0 <= connection.post_at <= network.unit_count - connection.post_size


def test_an_unknown_network_names_the_nearest():
    with pytest.raises(HebbaxError, match="unknown network 'gru2': did you mean 'gru'"):
        NETWORKS.get("gru2")


def test_spreads_of_initial_weights():
    # Variances: LeCun 1/fan in, He 2/fan in, Glorot 2/(fan in + fan out); a uniform's half width is √3 deviations.
    assert InitialWeights("uniform", 0.2).spread(50, 150) == 0.2
    assert InitialWeights("lecun-normal", 1.0).spread(50, 150) == pytest.approx(np.sqrt(1 / 50))
    assert InitialWeights("he-normal", 1.0).spread(50, 150) == pytest.approx(np.sqrt(2 / 50))
    assert InitialWeights("glorot-uniform", 1.0).spread(50, 150) == pytest.approx(np.sqrt(6 / 200))
    assert InitialWeights("constant", 0.5).spread(50, 150) == 0.0
    assert InitialWeights("constant", 0.5, 0.25).centre == 0.75
