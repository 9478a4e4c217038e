"""Counter-based random numbers inside a compiled life: threefry, with the same bits as `jax.random`.

Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3". A number depends on its key and index alone, so no
thread, order or chunk can change it.
"""

from __future__ import annotations

import math

import numpy as np

from hebbax.compiling.compiler import compiled

_PARITY = np.uint32(0x1BD11BDA)
_SQRT2 = np.float32(math.sqrt(2.0))
_LOWEST = np.nextafter(np.float32(-1.0), np.float32(0.0), dtype=np.float32)
_WIDTH = np.float32(1.0) - _LOWEST


@compiled
def _mix(a, b, rotation):
    # Four bytes at every step: Numba would go on in eight.
    a = np.uint32(a + b)
    rotated = np.uint32(b << rotation) | np.uint32(b >> np.uint32(np.uint32(32) - rotation))
    return a, np.uint32(rotated ^ a)


@compiled
def threefry(key0, key1, a, b):
    """Return the two 32-bit words of block `(a, b)` under a key, uint32."""
    key0, key1 = np.uint32(key0), np.uint32(key1)
    key2 = np.uint32(key0 ^ key1 ^ _PARITY)
    a = np.uint32(a + key0)
    b = np.uint32(b + key1)
    for turn in range(5):
        if turn % 2 == 0:
            a, b = _mix(a, b, np.uint32(13))
            a, b = _mix(a, b, np.uint32(15))
            a, b = _mix(a, b, np.uint32(26))
            a, b = _mix(a, b, np.uint32(6))
        else:
            a, b = _mix(a, b, np.uint32(17))
            a, b = _mix(a, b, np.uint32(29))
            a, b = _mix(a, b, np.uint32(16))
            a, b = _mix(a, b, np.uint32(24))
        a = np.uint32(a + key1)
        b = np.uint32(b + key2 + np.uint32(turn + 1))
        key0, key1, key2 = key1, key2, key0
    return a, b


@compiled
def fold_in(key0, key1, data):
    """Return the key that `jax.random.fold_in` returns, two uint32."""
    return threefry(key0, key1, np.uint32(0), np.uint32(data))


@compiled
def bits(key0, key1, index):
    """Return the 32 random bits at a flat index, as `jax.random.bits` does, uint32."""
    high, low = threefry(key0, key1, np.uint32(index >> 32), np.uint32(index & 0xFFFFFFFF))
    return np.uint32(high ^ low)


@compiled
def uniform(key0, key1, index, low, high):
    """Return one float32 in [low, high), as `jax.random.uniform` does.

    Args:
        key0: first word of the key, uint32.
        key1: second word of the key, uint32.
        index: flat index of the number among those of the key.
        low: lower bound, float32.
        high: upper bound, float32.
    """
    unit = np.float32(bits(key0, key1, index) >> np.uint32(9)) * np.float32(1.0 / (1 << 23))
    return max(low, np.float32(unit * np.float32(high - low) + low))


@compiled
def _inverse_error_function(x):
    """Return erfinv(x) in float32: Giles (2010), "Approximating the erfinv function", single precision."""
    w = np.float32(-math.log1p(-x * x))
    if w < np.float32(5.0):
        w = w - np.float32(2.5)
        p = np.float32(2.81022636e-08)
        p = np.float32(3.43273939e-07) + p * w
        p = np.float32(-3.5233877e-06) + p * w
        p = np.float32(-4.39150654e-06) + p * w
        p = np.float32(0.00021858087) + p * w
        p = np.float32(-0.00125372503) + p * w
        p = np.float32(-0.00417768164) + p * w
        p = np.float32(0.246640727) + p * w
        return (np.float32(1.50140941) + p * w) * x
    w = np.float32(math.sqrt(w)) - np.float32(3.0)
    p = np.float32(-0.000200214257)
    p = np.float32(0.000100950558) + p * w
    p = np.float32(0.00134934322) + p * w
    p = np.float32(-0.00367342844) + p * w
    p = np.float32(0.00573950773) + p * w
    p = np.float32(-0.0076224613) + p * w
    p = np.float32(0.00943887047) + p * w
    p = np.float32(1.00167406) + p * w
    return (np.float32(2.83297682) + p * w) * x


@compiled
def normal(key0, key1, index):
    """Return one standard normal float32, as `jax.random.normal` does (to float32 rounding)."""
    return _SQRT2 * _inverse_error_function(uniform(key0, key1, index, _LOWEST, np.float32(1.0)))


@compiled
def sparse(key0, key1, index, zeros, stretch):
    """Return 0 with a probability of `zeros`, else a standard normal number, float32, of one draw.

    Args:
        key0: first word of the key, uint32.
        key1: second word of the key, uint32.
        index: flat index of the number among those of the key.
        zeros: the probability, float32.
        stretch: 1 / (1 - zeros), float32.
    """
    unit = uniform(key0, key1, index, _LOWEST, np.float32(1.0))
    beyond = abs(unit) - zeros
    if beyond <= np.float32(0.0):
        return np.float32(0.0)
    beyond = beyond * stretch
    return _SQRT2 * _inverse_error_function(beyond if unit > np.float32(0.0) else -beyond)


@compiled
def noise(key0, key1, tick, index):
    """Return the uniform number in [0, 1) of a tick and an index within a life, float32."""
    tick0, tick1 = fold_in(key0, key1, tick)
    return uniform(tick0, tick1, index, np.float32(0.0), np.float32(1.0))


@compiled
def draw(key0, key1, size):
    """Return numbers of a key, float64 [2, size]: uniform in [-1, 1), and standard normal.

    As `jax.random.uniform` and the second half of `jax.random.normal` of twice the size give them.
    """
    draws = np.empty((2, size))
    for i in range(size):
        draws[0, i] = uniform(key0, key1, i, np.float32(-1.0), np.float32(1.0))
        draws[1, i] = normal(key0, key1, size + i)
    return draws
