"""A rule as a short list of operations on single numbers, traced from its function: what any language can print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from hebbax.errors import HebbaxError, one_line
from hebbax.lazy_jax import jax, jnp

Operand: TypeAlias = "str | float"
"""A name, or a number."""


@dataclass(frozen=True)
class Operation:
    """One number from others: `name` = `does`(`of`)."""

    name: str
    does: str  # one of OPERATIONS
    of: tuple[Operand, ...]


@dataclass(frozen=True)
class Expression:
    """Operations in their order, and which of their numbers are what the function returns."""

    operations: tuple[Operation, ...]
    results: tuple[Operand, ...]

    @property
    def reads(self) -> frozenset[str]:
        """All names that it reads, those of its own numbers among them."""
        operands = [operand for operation in self.operations for operand in operation.of]
        return frozenset(one for one in (*operands, *self.results) if isinstance(one, str))


TRUTHS = {
    "lt": "less",
    "le": "at-most",
    "gt": "greater",
    "ge": "at-least",
    "eq": "equal",
    "and": "and",
    "or": "or",
    "not": "not",
}
"""What returns whether something is so, by JAX's names."""

NUMBERS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "neg": "negate",
    "abs": "absolute",
    "max": "larger",
    "min": "smaller",
    "sqrt": "root",
    "exp": "exponential",
    "log": "logarithm",
    "tanh": "tanh",
    "sin": "sine",
    "cos": "cosine",
}
"""What returns a number, by JAX's names."""

OPERATIONS = (*TRUTHS.values(), *NUMBERS.values(), "choose")
"""All that an operation can be; `choose` is its second operand where the first is true, else its third."""

_AS_IT_IS = ("convert_element_type", "copy", "stop_gradient")
_CALLS = ("jit", "pjit", "closed_call", "custom_jvp_call")


def trace(what: str, function: Callable[..., Any], names: Sequence[str]) -> Expression:
    """Return a function of single numbers as an expression of the names of its arguments.

    Raises HebbaxError for one that cannot be traced by JAX, or does what no format can print.
    """
    numbers = [jax.ShapeDtypeStruct((), jnp.float32)] * len(names)
    try:
        closed = jax.make_jaxpr(function)(*numbers)
    except Exception as error:  # of any kind: the function is anybody's
        raise HebbaxError(f"{what} cannot be traced: {one_line(error)}; expected arithmetic alone") from error
    tracing = _Tracing(what)
    results = tracing.run(closed.jaxpr, closed.consts, names)
    return _without_unread(Expression(tuple(tracing.operations), tuple(results)))


def _without_unread(expression: Expression) -> Expression:
    """Return it without operations whose number nobody reads."""
    needed, kept = set(expression.results), []
    for operation in reversed(expression.operations):
        if operation.name in needed:
            kept.append(operation)
            needed.update(operation.of)
    return Expression(tuple(reversed(kept)), expression.results)


class _Tracing:
    """Operations as they are met."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.operations: list[Operation] = []
        self._names: dict[tuple[str, tuple[Operand, ...]], str] = {}

    def run(self, jaxpr: Any, constants: Sequence[Any], arguments: Sequence[Operand]) -> list[Operand]:
        """Add what a program of JAX's does; return what it returns."""
        known: dict[Any, Operand] = dict(zip(jaxpr.invars, arguments, strict=True))
        known |= {name: self._number(value) for name, value in zip(jaxpr.constvars, constants, strict=True)}

        def read(one: Any) -> Operand:
            return self._number(one.val) if hasattr(one, "val") else known[one]

        for equation in jaxpr.eqns:
            operands = [read(one) for one in equation.invars]
            for name, value in zip(equation.outvars, self._results(equation, operands), strict=True):
                known[name] = value
        return [read(one) for one in jaxpr.outvars]

    def _number(self, value: Any) -> float:
        array = np.asarray(value)
        if array.shape != ():
            raise HebbaxError(f"{self._what} reads an array of shape {array.shape}: expected single numbers alone")
        return float(np.float32(array))

    def _results(self, equation: Any, operands: list[Operand]) -> list[Operand]:
        name, parameters = equation.primitive.name, equation.params
        if name in _AS_IT_IS:
            return operands
        if name in _CALLS:
            inner = parameters.get("jaxpr", parameters.get("call_jaxpr"))
            return self.run(inner.jaxpr, inner.consts, operands)
        if name == "square":
            return [self._add("multiply", operands[0], operands[0])]
        if name == "integer_pow":
            return [self._power(operands[0], parameters["y"])]
        if name == "logistic":
            return [self._divided(self._add("add", 1.0, self._add("exponential", self._add("negate", operands[0]))))]
        if name == "sign":
            (one,) = operands
            below = self._add("choose", self._add("less", one, 0.0), -1.0, one)  # NaN and zero stay as they are
            return [self._add("choose", self._add("greater", one, 0.0), 1.0, below)]
        if name == "select_n" and len(operands) == 3:
            which, if_false, if_true = operands
            return [self._add("choose", which, if_true, if_false)]
        does = NUMBERS.get(name) or TRUTHS.get(name)
        if does is None:
            raise HebbaxError(
                f"{self._what} computes {name!r}: expected one of {', '.join([*NUMBERS, *TRUTHS, 'where'])}"
            )
        return [self._add(does, *operands)]

    def _power(self, base: Operand, exponent: int) -> Operand:
        if exponent == 0:
            return 1.0
        result = base
        for _ in range(abs(exponent) - 1):
            result = self._add("multiply", result, base)
        return result if exponent > 0 else self._divided(result)

    def _divided(self, below: Operand) -> Operand:
        return self._add("divide", 1.0, below)

    def _add(self, does: str, *operands: Operand) -> str:
        """Return the name of what an operation gives: that of the first that does the same."""
        name = self._names.setdefault((does, operands), f"t{len(self.operations)}")
        if name == f"t{len(self.operations)}":
            self.operations.append(Operation(name, does, operands))
        return name
