"""Every rule on a network of two inputs and two outputs, worked out on paper.

pre = (1, -2), post = (0.5, 3)
pre·post = [[ 0.5,  3], [-1, -6]]
"""

from typing import Any, NamedTuple

import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.plasticity.rules import RULES, register_rule

PRE = np.array([1.0, -2.0])[:, None]
POST = np.array([0.5, 3.0])[None, :]
WEIGHT = np.array([[1.0, 2.0], [0.5, -1.0]])
A = np.array([[1.0, 2.0], [3.0, 4.0]])
B = np.array([[0.5, 0.5], [1.0, 1.0]])
C = np.array([[2.0, 1.0], [0.0, -1.0]])
D = np.array([[0.1, 0.2], [0.3, 0.4]])
ETA = np.array([[1.0, -1.0], [0.5, 0.0]])
THETA = np.array([1.0, 2.0])  # one per postsynaptic neuron
POWER = np.array([[0.25, 1.0], [0.25, 1.0]])
PRE_BEFORE = np.array([[0.0, 0.0], [-1.0, -1.0]])
POST_BEFORE = np.ones((2, 2))
D_OUT = np.array([[1.0, 2.0], [3.0, 4.0]])
EIGHT = tuple(np.full((2, 2), value) for value in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0))


class Row(NamedTuple):
    coefficients: tuple[Any, ...]
    change: list[list[float]]
    state: tuple[Any, ...] = ()
    next_state: tuple[Any, ...] = ()


# A pre post   [[0.5, 6], [-3, -24]]
# B pre        [[0.5, 0.5], [-2, -2]]        B goes with the presynaptic activation
# C post       [[1, 3], [0, -3]]             C with the postsynaptic one
# D            [[0.1, 0.2], [0.3, 0.4]]
# sum          [[2.1, 9.7], [-4.7, -28.6]]   and a tenth of it with the shared rate, 0.1
#
# Najarro and Risi, whose columns are A, B, C, η, D:
# AD           [[0.6, 6.2], [-2.7, -23.6]]   and with η = [[1, -1], [0.5, 0]] in front [[0.6, -6.2], [-1.35, 0]]
# ABC          [[2, 9.5], [-5, -29]]         and [[2, -9.5], [-2.5, 0]], to which D is added outside
#
# Oja          post² w = (0.25, 9) times the columns of w = [[0.25, 18], [0.125, -9]]
# trace        (kept times the rate) [[0.5, 0], [1, -1]] less a fifth of it, and a tenth of the sum
# BCM          post - θ = (-0.5, 1), times pre post: [[-0.25, 3], [0.5, -6]]
# sliding BCM  p + (post² - p)/20 = (0.25, 1.4); post - θ p = (0.25, 0.2), times pre post: [[0.125, 0.6], [-0.25, -1.2]]
# GDHL         pre rises by 1 and falls by 1, post falls by 0.5 and rises by 2; from pp to ns the terms are 1 to 8:
#              [0, 0]  pn 1·0.5 + sn 1·0.5 + ps 0.5·1 = 1 + 3 + 3.5 = 7.5
#              [0, 1]  pp 1·2 + sp 1·2 + ps 3·1 = 2 + 10 + 21 = 33
#              [1, 0]  nn 1·0.5 + sn (-2)·0.5 + ns 0.5·1 = 2 - 6 + 4 = 0
#              [1, 1]  np 1·2 + sp (-2)·2 + ns 3·1 = 6 - 20 + 24 = 10
TRACE = np.array([[0.5, 0.0], [1.0, -1.0]])
TRACED = [[0.61, 0.97], [0.33, -3.66]]
SLID = np.array([[0.25, 1.4], [0.25, 1.4]])
NOW = (np.broadcast_to(PRE, (2, 2)), np.broadcast_to(POST, (2, 2)))
# Of one number of each presynaptic neuron, (1, 2), and one of each postsynaptic, (3, 4), every product is
# [[3, 4], [6, 8]]:
# rank one     products times pre·post + pre + post + 1 = (1 + pre)(1 + post) = [[3, 8], [-1.5, -4]]
# NCHL         η = (1 + 3)/2, (1 + 4)/2; (2 + 3)/2, (2 + 4)/2 = [[2, 2.5], [2.5, 3]]
#              times products · (pre·post + 1) + (1, 2)·pre + (3, 4)·post, which is
#              [[4.5, 16], [0, -40]] + [[1, 1], [-4, -4]] + [[1.5, 12], [1.5, 12]] = [[7, 29], [-2.5, -32]]
PRE_SIDE, POST_SIDE = np.array([1.0, 2.0])[:, None], np.array([3.0, 4.0])
RANKED = [[9.0, 32.0], [-9.0, -32.0]]
OF_NEURONS = [[14.0, 72.5], [-6.25, -96.0]]
TABLE = {
    "eta-abcd": Row((A, B, C, D, ETA), [[2.1, -9.7], [-2.35, 0.0]]),
    "abcd": Row((A, B, C, D), [[0.21, 0.97], [-0.47, -2.86]]),
    "eta-plain": Row((ETA,), [[0.5, -3.0], [-0.5, 0.0]]),
    "oja-abcd": Row((A, B, C, D), [[0.185, -0.83], [-0.4825, -1.96]]),
    "abcd-trace": Row((A, B, C, D), TRACED, (TRACE,), (TRACED,)),
    "abcd-bias": Row((A, B, C, D), [[0.21, 0.97], [-0.47, -2.86]]),
    "eta-abcd-bias": Row((A, B, C, D, ETA), [[2.1, -9.7], [-2.35, 0.0]]),
    "bcm": Row((THETA,), [[-0.025, 0.3], [0.05, -0.6]]),
    "eta-bcm": Row((ETA, THETA), [[-0.25, -3.0], [0.25, 0.0]]),
    "bcm-sliding": Row((THETA,), [[0.0125, 0.06], [-0.025, -0.12]], (POWER,), (SLID,)),
    "eta-bcm-sliding": Row((ETA, THETA), [[0.125, -0.6], [-0.125, 0.0]], (POWER,), (SLID,)),
    "rank-one": Row((*(PRE_SIDE for _ in range(4)), *(POST_SIDE for _ in range(4))), RANKED),
    "nchl": Row((PRE_SIDE, POST_SIDE, PRE_SIDE, POST_SIDE, PRE_SIDE, POST_SIDE, PRE_SIDE, POST_SIDE), OF_NEURONS),
    "gdhl": Row(EIGHT, [[0.75, 3.3], [0.0, 1.0]], (PRE_BEFORE, POST_BEFORE), NOW),
    "eta-gdhl": Row((*EIGHT, ETA), [[7.5, -33.0], [0.0, 0.0]], (PRE_BEFORE, POST_BEFORE), NOW),
    "A": Row((A,), [[0.5, 6.0], [-3.0, -24.0]]),
    "AD": Row((A, D), [[0.6, 6.2], [-2.7, -23.6]]),
    "AD_lr": Row((A, D, ETA), [[0.6, -6.2], [-1.35, 0.0]]),
    "ABC": Row((A, B, C), [[2.0, 9.5], [-5.0, -29.0]]),
    "ABC_lr": Row((A, B, C, ETA), [[2.0, -9.5], [-2.5, 0.0]]),
    "ABCD": Row((A, B, C, D), [[2.1, 9.7], [-4.7, -28.6]]),
    "ABCD_lr": Row((A, B, C, ETA, D), [[2.1, -9.7], [-2.35, 0.0]]),
    "ABCD_lr_D_out": Row((A, B, C, ETA, D), [[2.1, -9.3], [-2.2, 0.4]]),
    "ABCD_lr_D_in_and_out": Row((A, B, C, ETA, D, D_OUT), [[3.1, -7.7], [0.65, 4.0]]),
}


def constants(rule):
    return (rule.rate,) if rule.time_constant is None else (rule.rate, rule.time_constant)


@pytest.mark.parametrize("name", TABLE)
def test_a_rule_equals_its_hand_table(name):
    row, rule = TABLE[name], RULES.get(name)
    assert len(row.coefficients) == len(rule.coefficients) + len(rule.neuron_coefficients)
    folded = rule.prepare(*constants(rule), *row.coefficients)
    assert len(folded) == len(rule.prepared)
    change = rule.change(PRE, POST, WEIGHT, *folded, *row.state)
    if rule.state:
        change, *states = change
        for state, expected in zip(states, row.next_state, strict=True):
            np.testing.assert_allclose(np.broadcast_to(state, (2, 2)), expected, atol=1e-12)
    np.testing.assert_allclose(change, row.change, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "coefficients", "expected"),
    [
        # E post + F = (1·0.5 + 3, 2·3 + 4) = (3.5, 10), times the rate 0.1, or times η = (2, -1)
        ("abcd-bias", ([1.0, 2.0], [3.0, 4.0]), [0.35, 1.0]),
        ("eta-abcd-bias", ([1.0, 2.0], [3.0, 4.0], [2.0, -1.0]), [7.0, -10.0]),
    ],
)
def test_a_bias_follows_its_own_coefficients(name, coefficients, expected):
    rule = RULES.get(name)
    assert rule.prepare_bias is not None
    folded = rule.prepare_bias(rule.rate or 1.0, *(np.array(values) for values in coefficients))
    # To the rule a bias is a weight from a unit that is always 1; its own size does not count here.
    np.testing.assert_allclose(rule.change(1.0, POST[0], 7.0, *folded), expected, atol=1e-12)


def test_every_shipped_rule_has_a_hand_table():
    assert set(TABLE) == {name for name in RULES if not name.startswith("test-")}


def test_the_genome_of_a_connection_by_rule():
    assert RULES.get("eta-bcm").genes(3, 2, bias=False) == {"eta": (3, 2), "theta": (2,)}
    assert RULES.get("abcd").genes(3, 2, bias=True) == dict.fromkeys("ABCD", (3, 2))
    # Of three presynaptic units the last is the bias unit, whose synapses have E and F in place of A to D.
    assert RULES.get("abcd-bias").genes(3, 2, bias=True) == dict.fromkeys("ABCD", (2, 2)) | dict.fromkeys("EF", (2,))
    assert RULES.get("abcd-bias").genes(3, 2, bias=False) == dict.fromkeys("ABCD", (3, 2))


def test_an_unknown_rule_names_the_nearest():
    with pytest.raises(HebbaxError, match=r"unknown rule 'eta-abcb': did you mean 'eta-abcd'"):
        RULES.get("eta-abcb")


def test_a_name_is_taken_once():
    with pytest.raises(HebbaxError, match="rule 'abcd' is registered already"):
        register_rule("abcd", lambda pre, post, weight, a: a, ("a",), equation="")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prepare": lambda rate, a: (a,)}, "needs both prepare and prepared"),
        ({"coefficients": ("A", "A")}, "has two coefficients called 'A': expected different names"),
        ({"coefficients": ("A",), "neuron_coefficients": ("A",)}, "has two coefficients called 'A'"),
        ({"rate": 0.1}, "has a rate that nothing reads"),
        ({"time_constant": 5.0}, "has a time_constant that nothing reads"),
        ({"bias_coefficients": ("e",)}, "needs both bias_coefficients and prepare_bias"),
        ({"coefficients": ()}, "has no coefficients"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(arguments, message):
    arguments = {"coefficients": ("a",), "equation": "", **arguments}
    with pytest.raises(HebbaxError, match=message):
        register_rule("test-refused", lambda *_: 0, **arguments)
    assert "test-refused" not in RULES
