"""What Numba cannot compile, in one line: by a plain helper, by what it does not know, inlined or not."""

import numpy as np
import pytest

from hebbax.compiling.compiler import as_python, compiled, inlined
from hebbax.errors import HebbaxError


def helper(x):
    return x + 1


def calls_a_helper(x):
    return helper(x)


def asks_for_too_much(x):
    return np.tile(x, (2,))


@pytest.mark.parametrize("compile_", [compiled, inlined])
@pytest.mark.parametrize(
    ("function", "told"),
    [(calls_a_helper, "name 'helper' cannot be compiled"), (asks_for_too_much, "numpy.tile")],
)
def test_the_reason_is_one_line_with_the_place_in_the_users_file(compile_, function, told):
    callee = compile_(function)

    @compiled
    def life(x):
        return callee(x)

    with pytest.raises(HebbaxError) as error:
        life(np.zeros(3))
    line = str(error.value)
    assert told in line
    assert "\n" not in line
    assert "Failed in nopython" not in line
    if compile_ is compiled:
        assert f"(test_uncompiled.py, line {function.__code__.co_firstlineno + 1})" in line


def test_what_python_calls_for_a_look_is_not_compiled():
    inner = compiled(lambda x: x + 1)
    outer = compiled(lambda x: 2 * inner(x))

    with as_python():
        assert outer(3) == 8
    assert not {"_for_python"} & (vars(inner).keys() | vars(outer).keys())

    assert outer(3) == 8
    assert "_for_python" in vars(outer)
