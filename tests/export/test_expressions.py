"""Rules as lists of operations: what their functions do, or one line that says why not."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.export.c_text import _FORMS
from hebbax.export.expressions import OPERATIONS, Operation, trace
from hebbax.export.numpy_controller import _OPERATIONS, _evaluate
from hebbax.export.onnx_printer import _KINDS


def everything(x, y):
    smooth = jnp.tanh(x) + jnp.exp(-x * x) + jnp.log(2.0 + jnp.abs(y)) + jnp.sin(x) * jnp.cos(y)
    bent = jnp.where((x < y) & ~(x <= -0.5) | (y == x), jnp.maximum(x, y), jnp.minimum(x, y))
    risen = jnp.where((x > 0.1) & (y >= 0.1), jnp.sqrt(jnp.abs(x)) / (1.0 + y**2), x**-2)
    return smooth + bent * jnp.sign(y) + risen


NUMBERS = [(0.3, -0.7), (-0.9, 0.4), (0.5, 0.5), (-0.4, 0.0), (2.0, 3.0)]


def document(expression):
    return {
        "operations": [[one.name, one.does, *one.of] for one in expression.operations],
        "results": expression.results,
    }


def test_a_trace_computes_what_the_function_does():
    expression = trace("it", everything, ["x", "y"])
    for x, y in NUMBERS:
        (found,) = _evaluate(document(expression), {"x": np.float32(x), "y": np.float32(y)})
        assert found == pytest.approx(float(everything(jnp.float32(x), jnp.float32(y))), rel=1e-5)


def test_what_is_computed_twice_stands_once_and_what_nobody_reads_not_at_all():
    def change(x, y):
        unread = x / y  # noqa: F841
        return (x + y) * (x + y), y

    expression = trace("it", change, ["x", "y"])
    assert expression.operations == (Operation("t1", "add", ("x", "y")), Operation("t2", "multiply", ("t1", "t1")))
    assert expression.results == ("t2", "y")


def test_every_operation_can_be_printed_by_every_format():
    for formats in (_OPERATIONS, _KINDS, _FORMS):
        assert sorted(formats) == sorted(OPERATIONS)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: 1.0 if x > 0 else -1.0, "cannot be traced: .*expected arithmetic alone"),
        (lambda x: np.tanh(x), "cannot be traced"),
        (lambda x: jnp.sum(x * jnp.arange(3.0)), "expected"),
        (lambda x: jnp.arctan(x), "computes 'atan': expected one of add, sub"),
    ],
)
def test_what_cannot_be_printed_is_one_line(function, words):
    with pytest.raises(HebbaxError, match=words) as caught:
        trace("rule 'mine'", function, ["x"])
    assert str(caught.value).startswith("rule 'mine'")
    assert "\n" not in str(caught.value)
