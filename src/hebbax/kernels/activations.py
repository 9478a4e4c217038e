"""Activation functions of one number, compiled; NaN goes through all of them, so a diverging life is seen."""

from __future__ import annotations

import math

import numpy as np

from hebbax.compiling.compiler import kernel

# tanh(x) ≈ x P(x²) / Q(x²) on |x| ≤ 8.6, a least-squares fit of our own reweighted to even out the relative error
# (1.4e-8 before float32 rounding). A rational function vectorises; libm's tanh does not.
_LIMIT = np.float32(8.6)
_P0, _P1, _P2, _P3, _P4 = (
    np.float32(v)
    for v in (
        0.9999999867850544,
        0.1340664157457928,
        0.0035261209943065067,
        2.1117622868063067e-05,
        1.4075560049866946e-08,
    )
)
_Q1, _Q2, _Q3, _Q4 = (
    np.float32(v) for v in (0.46739963116562144, 0.02599284046638907, 0.0003335805581445169, 8.06787838078633e-07)
)
_ONE, _HALF, _ZERO = np.float32(1.0), np.float32(0.5), np.float32(0.0)
_LEAK = np.float32(0.01)
_SELU_ALPHA, _SELU_SCALE = np.float32(1.6732632423543772), np.float32(1.0507009873554805)


@kernel
def tanh(x):
    """Return the hyperbolic tangent to 4e-7, float32."""
    if x > _LIMIT:
        x = _LIMIT
    if x < -_LIMIT:
        x = -_LIMIT
    z = x * x
    y = x * (_P0 + z * (_P1 + z * (_P2 + z * (_P3 + z * _P4)))) / (_ONE + z * (_Q1 + z * (_Q2 + z * (_Q3 + z * _Q4))))
    if y > _ONE:
        y = _ONE
    if y < -_ONE:
        y = -_ONE
    return y


@kernel
def sigmoid(x):
    """Return the logistic function, float32."""
    return _HALF + _HALF * tanh(_HALF * x)


@kernel
def relu(x):
    """Return the positive part, float32."""
    if x < _ZERO:
        x = _ZERO
    return x


@kernel
def linear(x):
    """Return the number as it is."""
    return x


@kernel
def leaky_relu(x):
    """Return the positive part and a hundredth of the negative one, float32."""
    if x < _ZERO:
        x = _LEAK * x
    return x


@kernel
def elu(x):
    """Return x, or exp(x) - 1 below zero, float32 (celu with α = 1 is the same)."""
    if x < _ZERO:
        x = np.float32(math.expm1(x))
    return x


@kernel
def selu(x):
    """Return the scaled exponential linear unit of Klambauer et al. (2017), float32."""
    if x < _ZERO:
        x = _SELU_ALPHA * np.float32(math.expm1(x))
    return _SELU_SCALE * x


@kernel
def silu(x):
    """Return x σ(x), float32."""
    # Not by `sigmoid`, whose error of some 1e-7 x would multiply.
    return x / (_ONE + np.float32(math.exp(-x)))


@kernel
def hard_tanh(x):
    """Return the number, or the nearer of -1 and 1 beyond them, float32."""
    if x > _ONE:
        x = _ONE
    elif x < -_ONE:
        x = -_ONE
    return x


COMPILED_ACTIVATIONS = {
    "tanh": tanh,
    "sigmoid": sigmoid,
    "relu": relu,
    "leaky-relu": leaky_relu,
    "elu": elu,
    "celu": elu,
    "selu": selu,
    "silu": silu,
    "linear": linear,
    "hard-tanh": hard_tanh,
}
