"""Pieces of C that are printed of many controllers: numbers, arrays, expressions, and functions of one number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hebbax.export.description import Numbers
from hebbax.export.expressions import Expression, Operand, Operation

_WIDTH = 116


def number(value: float) -> str:
    """Return a float32 as C writes it."""
    return f"{np.float32(value)!s}f"


def array(name: str, numbers: Numbers) -> str:
    """Return the definition of an array that stays in flash: of floats, or of how many steps they are."""
    flat = numbers.values.reshape(-1)
    kind = "float" if numbers.step is None else "int16_t"
    texts = [number(value) for value in flat] if numbers.step is None else [str(n) for n in numbers.wholes.reshape(-1)]
    return f"static const {kind} {name}[{flat.size}] = {{\n{wrapped(texts)}\n}};\n"


def wrapped(texts: Sequence[str]) -> str:
    """Return items, separated by commas, in lines of some length."""
    lines, line = [], ""
    for text in texts:
        if len(line) + len(text) + 2 > _WIDTH:
            lines.append(line.rstrip())
            line = ""
        line += f"{text}, "
    return "\n".join(f"    {one}" for one in (*lines, line.rstrip(", ")))


def element(name: str, numbers: Numbers, index: str) -> str:
    """Return how an element of such an array is read."""
    if numbers.step is None:
        return f"{name}[{index}]"
    return f"(float){name}[{index}] * {number(numbers.step)}"


def lines_of(expression: Expression) -> list[str]:
    """Return the operations of an expression as declarations."""
    return [f"const float {one.name} = {_operation(one)};" for one in expression.operations]


def operand(value: Operand) -> str:
    """Return an operand of an expression."""
    return value if isinstance(value, str) else f"({number(value)})" if value < 0 else number(value)


_FORMS = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negate": "-{}",
    "absolute": "fabsf({})",
    "larger": "larger({}, {})",
    "smaller": "smaller({}, {})",
    "root": "sqrtf({})",
    "exponential": "expf({})",
    "logarithm": "logf({})",
    "tanh": "tanh_of({})",
    "sine": "sinf({})",
    "cosine": "cosf({})",
    "less": "({} < {}) ? 1.0f : 0.0f",
    "at-most": "({} <= {}) ? 1.0f : 0.0f",
    "greater": "({} > {}) ? 1.0f : 0.0f",
    "at-least": "({} >= {}) ? 1.0f : 0.0f",
    "equal": "({} == {}) ? 1.0f : 0.0f",
    "and": "{} * {}",
    "or": "larger({}, {})",
    "not": "1.0f - {}",
    "choose": "({} != 0.0f) ? {} : {}",
}


def _operation(one: Operation) -> str:
    return _FORMS[one.does].format(*map(operand, one.of))


FUNCTIONS = {
    "larger": """\
static float larger(float one, float other) { return (one > other || one != one) ? one : other; }
""",
    "smaller": """\
static float smaller(float one, float other) { return (one < other || one != one) ? one : other; }
""",
    "further": """\
/* The larger of two sizes, or what is not a number. */
static float further(float one, float other) { return (other > one || other != other) ? other : one; }
""",
    "clipped": """\
static float clipped(float x, float bound) { return x > bound ? bound : x < -bound ? -bound : x; }
""",
    "scaled": """\
static void scaled(float *weights, int count, float factor)
{
    int k;
    for (k = 0; k < count; ++k) weights[k] *= factor;
}
""",
    "standardise": """\
/* Give weights the mean 0 and the variance 1. */
static void standardise(float *weights, int count)
{
    float mean = 0.0f, squares = 0.0f;
    int k;
    for (k = 0; k < count; ++k) mean += weights[k];
    mean /= (float)count;
    for (k = 0; k < count; ++k) {
        weights[k] -= mean;
        squares += weights[k] * weights[k];
    }
    scaled(weights, count, 1.0f / sqrtf(squares / (float)count + 1e-05f));
}
""",
    "unit_norm": """\
/* Give the weights of each postsynaptic neuron the Euclidean norm 1. */
static void unit_norm(float *weights, int rows, int columns)
{
    int i, j;
    for (j = 0; j < columns; ++j) {
        float squares = 0.0f, norm;
        for (i = 0; i < rows; ++i) squares += weights[i * columns + j] * weights[i * columns + j];
        norm = sqrtf(squares);
        for (i = 0; norm >= FLT_MIN && i < rows; ++i) weights[i * columns + j] *= 1.0f / norm;
    }
}
""",
    "tanh_of": """\
/* The hyperbolic tangent to 4e-7: x P(x^2) / Q(x^2), in which not a number stays what it is. */
static float tanh_of(float x)
{
    float z, y;
    if (x > 8.6f) x = 8.6f;
    if (x < -8.6f) x = -8.6f;
    z = x * x;
    y = 1.0f + z * (0.467399632f + z * (0.0259928405f + z * (0.000333580558f + z * 8.06787838e-07f)));
    y = x * (0.999999987f + z * (0.134066416f + z * (0.00352612099f + z * (2.11176229e-05f + z * 1.407556e-08f)))) / y;
    if (y > 1.0f) y = 1.0f;
    if (y < -1.0f) y = -1.0f;
    return y;
}
""",
    "sigmoid_of": """\
static float sigmoid_of(float x) { return 0.5f + 0.5f * tanh_of(0.5f * x); }
""",
    "relu_of": """\
static float relu_of(float x) { return x < 0.0f ? 0.0f : x; }
""",
    "hard_tanh_of": """\
static float hard_tanh_of(float x) { return x > 1.0f ? 1.0f : (x < -1.0f ? -1.0f : x); }
""",
    "leaky_relu_of": """\
static float leaky_relu_of(float x) { return x < 0.0f ? 0.01f * x : x; }
""",
    "elu_of": """\
static float elu_of(float x) { return x < 0.0f ? expm1f(x) : x; }
""",
    "selu_of": """\
static float selu_of(float x) { return 1.0507009873554805f * (x < 0.0f ? 1.6732632423543772f * expm1f(x) : x); }
""",
    "silu_of": """\
static float silu_of(float x) { return x / (1.0f + expf(-x)); }
""",
    "product": """\
/* Add to post[columns] what pre[rows] sends through weights[rows][columns]. */
static void product(const float *weights, const float *pre, int rows, float *post, int columns)
{
    int i, j;
    for (i = 0; i < rows; ++i, weights += columns) {
        for (j = 0; j < columns; ++j) post[j] += pre[i] * weights[j];
    }
}
""",
    "product16": """\
/* The same, of weights that are so many steps. */
static void product16(const int16_t *weights, float step, const float *pre, int rows, float *post, int columns)
{
    int i, j;
    for (i = 0; i < rows; ++i, weights += columns) {
        const float sent = pre[i] * step;
        for (j = 0; j < columns; ++j) post[j] += sent * (float)weights[j];
    }
}
""",
    "threefry": """\
/* The random numbers of jax.random and hebbax: Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3". */
static void threefry(const uint32_t key[2], uint32_t a, uint32_t b, uint32_t out[2])
{
    static const int rotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
    uint32_t keys[3];
    int turn, k;
    keys[0] = key[0];
    keys[1] = key[1];
    keys[2] = key[0] ^ key[1] ^ UINT32_C(0x1BD11BDA);
    a += keys[0];
    b += keys[1];
    for (turn = 0; turn < 5; ++turn) {
        for (k = 0; k < 4; ++k) {
            const int rotation = rotations[turn % 2][k];
            a += b;
            b = a ^ ((b << rotation) | (b >> (32 - rotation)));
        }
        a += keys[(turn + 1) % 3];
        b += keys[(turn + 2) % 3] + (uint32_t)turn + 1u;
    }
    out[0] = a;
    out[1] = b;
}
""",
    "uniform_of": """\
/* Number `index` of a key, in [low, high). It is rounded once: fmaf is what keeps the last bit that of hebbax. */
static float uniform_of(const uint32_t key[2], uint32_t index, float low, float high)
{
    uint32_t words[2];
    float value;
    threefry(key, 0u, index, words);
    value = fmaf((float)((words[0] ^ words[1]) >> 9) * 1.1920929e-07f, high - low, low);
    return value < low ? low : value;
}
""",
    "beyond": """\
/* Zero for what is up to a size, and what is beyond it stretched to (-1, 1). */
static float beyond(float x, float size, float stretch)
{
    if (x > size) return (x - size) * stretch;
    return x < -size ? (x + size) * stretch : 0.0f;
}
""",
    "normal_of": """\
/* The standard normal number of a uniform one in (-1, 1): Giles (2010), "Approximating the erfinv function". */
static float normal_of(float x)
{
    static const float small[9] = {2.81022636e-08f, 3.43273939e-07f, -3.5233877e-06f, -4.39150654e-06f, 0.00021858087f,
        -0.00125372503f, -0.00417768164f, 0.246640727f, 1.50140941f};
    static const float large[9] = {-0.000200214257f, 0.000100950558f, 0.00134934322f, -0.00367342844f, 0.00573950773f,
        -0.0076224613f, 0.00943887047f, 1.00167406f, 2.83297682f};
    float w = -log1pf(-x * x), p;
    const float *coefficients = small;
    int k;
    if (w < 5.0f) {
        w -= 2.5f;
    } else {
        w = sqrtf(w) - 3.0f;
        coefficients = large;
    }
    p = coefficients[0];
    for (k = 1; k < 9; ++k) p = fmaf(p, w, coefficients[k]);
    return 1.4142135f * (p * x);
}
""",
}
"""By name; each may call those before it."""


def with_what_they_call(names: set[str]) -> list[str]:
    """Return the texts of functions and of those that they call, in the order of FUNCTIONS."""
    wanted, found = set(names), []
    for name, text in reversed(FUNCTIONS.items()):
        if name in wanted:
            found.append(text)
            wanted |= {other for other in FUNCTIONS if f"{other}(" in text}
    return found[::-1]
