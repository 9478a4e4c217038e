"""Many standard normal numbers at a time, made where they are needed and kept nowhere.

The number of an index is that of `jax.random.normal` under the same key, to float32 rounding: the same threefry, and
the same inverse error function. `compiling/noise.py` draws one at a time; here loops are such that vector instructions
take eight or sixteen of them, at a tenth of the time: no function of the C library is called, and nothing branches.

All is compiled with `exact`. So a number has the same bits wherever a loop begins, however wide vectors are, and
whatever library of logarithms a machine has.
"""

from __future__ import annotations

import math

import numpy as np

from hebbax.compiling.compiler import exact, exact_inlined
from hebbax.compiling.noise import bits
from hebbax.kernels.float_bits import float_of_bits, size_bits

_SQRT2 = np.float32(math.sqrt(2.0))
_LN2 = np.float32(math.log(2.0))
_LOWEST = np.nextafter(np.float32(-1.0), np.float32(0.0), dtype=np.float32)
_WIDTH = np.float32(1.0) - _LOWEST
_STEP = np.float32(1.0 / (1 << 23))
_SQRT_HALF_BITS = np.int32(0x3F3504F3)
_MANTISSA_BITS = np.int32(23)

LANES = 64
"""Sums that run side by side: a single one, whose order is fixed, could not be a vector."""


@exact_inlined
def _logarithm(y):
    """Return log(y) of a positive float32: y = m 2^e with m about 1, and a polynomial fitted at Chebyshev nodes."""
    pattern = size_bits(y)  # pyright: ignore[reportCallIssue]  Numba passes the context
    exponent = np.int32(np.int32(pattern - _SQRT_HALF_BITS) >> _MANTISSA_BITS)
    x = np.float32(float_of_bits(np.int32(pattern - np.int32(exponent << _MANTISSA_BITS))) - np.float32(1.0))
    square = np.float32(x * x)
    p = np.float32(-0.07902746647596359)
    p = np.float32(np.float32(0.12622320652008057) + p * x)
    p = np.float32(np.float32(-0.12998183071613312) + p * x)
    p = np.float32(np.float32(0.14214496314525604) + p * x)
    p = np.float32(np.float32(-0.166412815451622) + p * x)
    p = np.float32(np.float32(0.20001044869422913) + p * x)
    p = np.float32(np.float32(-0.25000306963920593) + p * x)
    p = np.float32(np.float32(0.3333333134651184) + p * x)
    rest = np.float32(np.float32(p * x) * square - np.float32(0.5) * square)
    return np.float32(np.float32(x + rest) + np.float32(exponent) * _LN2)


@exact_inlined
def _normal_of(x):
    """Return √2 erfinv(x) of a float32 in (-1, 1): Giles (2010), single precision, both branches at once."""
    w = np.float32(-_logarithm(np.float32(np.float32(1.0) - x * x)))
    v = np.float32(w - np.float32(2.5))
    p = np.float32(2.81022636e-08)
    p = np.float32(3.43273939e-07) + p * v
    p = np.float32(-3.5233877e-06) + p * v
    p = np.float32(-4.39150654e-06) + p * v
    p = np.float32(0.00021858087) + p * v
    p = np.float32(-0.00125372503) + p * v
    p = np.float32(-0.00417768164) + p * v
    p = np.float32(0.246640727) + p * v
    p = np.float32(1.50140941) + p * v
    s = np.float32(np.float32(math.sqrt(w)) - np.float32(3.0))
    q = np.float32(-0.000200214257)
    q = np.float32(0.000100950558) + q * s
    q = np.float32(0.00134934322) + q * s
    q = np.float32(-0.00367342844) + q * s
    q = np.float32(0.00573950773) + q * s
    q = np.float32(-0.0076224613) + q * s
    q = np.float32(0.00943887047) + q * s
    q = np.float32(1.00167406) + q * s
    q = np.float32(2.83297682) + q * s
    is_central = w < np.float32(5.0)
    return np.float32(_SQRT2 * np.float32(x * (p if is_central else q)))


@exact_inlined
def _symmetric(key0, key1, index):
    """Return the uniform float32 in (-1, 1) of an index."""
    unit = np.float32(np.float32(np.uint32(bits(key0, key1, np.uint64(index)) >> np.uint32(9))) * _STEP)
    return np.float32(np.float32(unit * _WIDTH) + _LOWEST)


@exact
def sample_about(key0, key1, first, sigma, mean, genome):
    """Write a mean plus σ times the normal numbers from an index on.

    Args:
        key0: first word of the key, uint32.
        key1: second word of the key, uint32.
        first: index of the first number among those of the key.
        sigma: σ, float32; minus σ for the other one of a pair.
        mean: float32 [size].
        genome: float32 [size], written.
    """
    for i in range(genome.shape[0]):
        genome[i] = np.float32(mean[i] + np.float32(sigma * _normal_of(_symmetric(key0, key1, first + i))))


@exact
def _fill(key0, key1, first, normals):
    for i in range(normals.shape[0]):
        normals[i] = _normal_of(_symmetric(key0, key1, first + i))


@exact
def add_weighted(key0, key1, first, row_size, weights, normals, total):
    """Add Σ weight · normal numbers, row by row in their order, to some columns.

    Args:
        key0: as in `sample_about`.
        key1: as in `sample_about`.
        first: the first of the columns.
        row_size: how many numbers a row has: the index of its first is their multiple.
        weights: of each row, float64 [rows].
        normals: float32 [columns], written over: a loop over two widths of numbers would be half as fast.
        total: float64 [columns], added to.
    """
    for row in range(weights.shape[0]):
        _fill(key0, key1, row * row_size + first, normals)
        for i in range(total.shape[0]):
            total[i] += weights[row] * np.float64(normals[i])


@exact
def sum_of_squares(values, sums):
    """Return Σ values² of float32 [size], by way of sums, float64 [LANES], which are written over."""
    for lane in range(LANES):
        sums[lane] = 0.0
    whole = values.shape[0] - values.shape[0] % LANES
    for start in range(0, whole, LANES):
        for lane in range(LANES):
            value = np.float64(values[start + lane])
            sums[lane] += value * value
    total = 0.0
    for i in range(whole, values.shape[0]):
        total += np.float64(values[i]) * np.float64(values[i])
    for lane in range(LANES):
        total += sums[lane]
    return total
