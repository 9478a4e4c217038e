"""Every rule on a network of two inputs and two outputs, worked out on paper.

pre = (1, -2), post = (0.5, 3)
pre·post = [[ 0.5,  3], [-1, -6]]
"""

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.plasticity.rules import RULES, get_rule, register_rule

PRE = np.array([1.0, -2.0])[:, None]
POST = np.array([0.5, 3.0])[None, :]
A = np.array([[1.0, 2.0], [3.0, 4.0]])
B = np.array([[0.5, 0.5], [1.0, 1.0]])
C = np.array([[2.0, 1.0], [0.0, -1.0]])
D = np.array([[0.1, 0.2], [0.3, 0.4]])
ETA = np.array([[1.0, -1.0], [0.5, 0.0]])

# A pre post   [[0.5, 6], [-3, -24]]
# B pre        [[0.5, 0.5], [-2, -2]]        B goes with the presynaptic activation
# C post       [[1, 3], [0, -3]]             C with the postsynaptic one
# D            [[0.1, 0.2], [0.3, 0.4]]
# sum          [[2.1, 9.7], [-4.7, -28.6]]
TABLE = {
    "eta-abcd": ((A, B, C, D, ETA), [[2.1, -9.7], [-2.35, 0.0]]),
    "abcd": ((A, B, C, D), [[0.21, 0.97], [-0.47, -2.86]]),  # times the shared rate, 0.1
    "eta-plain": ((ETA,), [[0.5, -3.0], [-0.5, 0.0]]),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_rule_equals_its_hand_table(name):
    coefficients, expected = TABLE[name]
    rule = get_rule(name)
    assert len(coefficients) == len(rule.coefficients)
    prepared = rule.prepare(rule.rate, *coefficients)
    change = rule.change(PRE, POST, np.zeros((2, 2)), *prepared)
    np.testing.assert_allclose(change, expected, atol=1e-12)


def test_every_shipped_rule_has_a_hand_table():
    assert set(TABLE) == {name for name in RULES if not name.startswith("test-")}


def test_an_unknown_rule_names_the_nearest():
    with pytest.raises(HebbaxError, match=r"unknown rule 'eta-abcb': did you mean 'eta-abcd'"):
        get_rule("eta-abcb")


def test_a_name_is_taken_once():
    with pytest.raises(HebbaxError, match="rule 'abcd' is registered already"):
        register_rule("abcd", lambda pre, post, weight, a: a, ("a",), equation="")


def test_prepare_needs_the_names_it_returns():
    with pytest.raises(HebbaxError, match="needs both prepare and prepared"):
        register_rule("test-half", lambda *_: 0, ("a",), equation="", prepare=lambda rate, a: (a,))
