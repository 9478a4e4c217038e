"""A pickle read as data: a tree of plain values, in which what it names is a name and what it calls is written down.

Python's own unpickler imports and calls what a file says. Here nothing is imported, called, built or changed, so a file
can do no more than be refused. What there is of the language is what protocol 2 needs for an array (PEP 307).
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from hebbax.errors import HebbaxError

MOST_STEPS = 1_000
"""Steps of a pickle that is read; one of an array has about forty."""


@dataclass(frozen=True, eq=False)  # a comparison would follow a tree however deep it is
class Named:
    """What a pickle names: a module and something in it, of which neither is looked for."""

    module: str
    name: str


@dataclass(eq=False)
class Called:
    """What a pickle calls with which arguments, and the state that it sets on the outcome."""

    function: Any
    arguments: Any
    state: Any = None


class _Mark:
    """Where on the stack the parts of a tuple or a dictionary begin."""


_MARK = _Mark()

_Stack = list[Any]


def read_pickle(stream: BinaryIO) -> Any:
    """Return the tree of the pickle that begins where a stream is, and leave the stream at its end.

    Lists and dictionaries come back empty: no array has any. Raises HebbaxError for what is no pickle, is cut off, has
    too many steps or does what none of an array does.
    """
    stack: _Stack = []
    memo: dict[int, Any] = {}
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if count >= MOST_STEPS:
                raise HebbaxError(f"a pickle of more than {MOST_STEPS:,} steps: expected one array")
            if opcode.name == "STOP":
                (tree,) = stack
                return tree
            if opcode.name not in _STEPS:
                raise HebbaxError(f"a pickle with {opcode.name}: expected one array")
            _STEPS[opcode.name](stack, memo, argument)
    except HebbaxError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise HebbaxError("it is cut off, altered or no pickle") from error
    raise HebbaxError("it is cut off, altered or no pickle")


def _push(stack: _Stack, memo: dict[int, Any], argument: Any) -> None:
    stack.append(argument)


def _always(make: Callable[[], Any]) -> Callable[[_Stack, dict[int, Any], Any], None]:
    return lambda stack, memo, argument: stack.append(make())


def _name(stack: _Stack, memo: dict[int, Any], argument: str) -> None:
    module, _, name = argument.partition(" ")
    stack.append(Named(module, name))


def _pop_parts(stack: _Stack) -> _Stack:
    """Take what lies above the topmost mark, and the mark."""
    parts: _Stack = []
    while (part := stack.pop()) is not _MARK:
        parts.append(part)
    return parts[::-1]


def _tuple(stack: _Stack, memo: dict[int, Any], argument: Any) -> None:
    stack.append(tuple(_pop_parts(stack)))


def _tuple_of(count: int) -> Callable[[_Stack, dict[int, Any], Any], None]:
    def step(stack: _Stack, memo: dict[int, Any], argument: Any) -> None:
        parts = [stack.pop() for _ in range(count)]
        stack.append(tuple(parts[::-1]))

    return step


def _drop_item(stack: _Stack, memo: dict[int, Any], argument: Any) -> None:
    del stack[-2:]


def _drop_items(stack: _Stack, memo: dict[int, Any], argument: Any) -> None:
    _pop_parts(stack)


def _call(stack: _Stack, memo: dict[int, Any], argument: Any) -> None:
    arguments, function = stack.pop(), stack.pop()
    stack.append(Called(function, arguments))


def _set_state(stack: _Stack, memo: dict[int, Any], argument: Any) -> None:
    state, called = stack.pop(), stack[-1]
    if not isinstance(called, Called) or called.state is not None:
        raise HebbaxError("a pickle that changes something: expected one array")
    called.state = state


def _remember(stack: _Stack, memo: dict[int, Any], argument: int) -> None:
    memo[argument] = stack[-1]


def _recall(stack: _Stack, memo: dict[int, Any], argument: int) -> None:
    stack.append(memo[argument])


_STEPS: dict[str, Callable[[_Stack, dict[int, Any], Any], None]] = {
    "PROTO": lambda stack, memo, argument: None,
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE", "SHORT_BINBYTES", "BINBYTES"), _push),
    "NONE": _push,  # whose argument is None
    "NEWTRUE": _always(lambda: True),
    "NEWFALSE": _always(lambda: False),
    "EMPTY_TUPLE": _always(tuple),
    "EMPTY_LIST": _always(list),
    "EMPTY_DICT": _always(dict),
    "MARK": _always(lambda: _MARK),
    "TUPLE": _tuple,
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "SETITEM": _drop_item,
    "SETITEMS": _drop_items,
    "GLOBAL": _name,
    "REDUCE": _call,
    "BUILD": _set_state,
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _remember),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _recall),
}
