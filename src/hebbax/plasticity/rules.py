"""The rules that ship with hebbax. Where a published form differs, `docs/coming-from-han.md` says how.

Arithmetic without literals: a Python number would make Numba compute in float64, half as fast. So constant factors are
folded into what `prepare` returns, which is computed once a life.
"""

from __future__ import annotations

from hebbax.plasticity.rule import RULES, Rule, get_rule, register_rule

__all__ = ["RULES", "Rule", "get_rule", "register_rule"]

_FOLDED = ("A", "B", "C", "D")


def _abcd(pre, post, weight, a, b, c, d):
    return post * (a * pre + c) + (b * pre + d)


def _fold_eta(rate, a, b, c, d, eta):
    # Folding the learning rate into the four terms once a life saves a multiplication a synapse and tick.
    return eta * a, eta * b, eta * c, eta * d


def _fold_rate(rate, a, b, c, d):
    return rate * a, rate * b, rate * c, rate * d


register_rule(
    "eta-abcd",
    _abcd,
    (*_FOLDED, "eta"),
    prepare=_fold_eta,
    prepared=_FOLDED,
    equation="Δw = η (A·pre·post + B·pre + C·post + D)",
)
register_rule(
    "abcd",
    _abcd,
    _FOLDED,
    rate=0.1,
    prepare=_fold_rate,
    prepared=_FOLDED,
    equation="Δw = rate (A·pre·post + B·pre + C·post + D)",
)


def _eta_plain(pre, post, weight, eta):
    return eta * pre * post


register_rule("eta-plain", _eta_plain, ("eta",), equation="Δw = η·pre·post")


def _oja(pre, post, weight, a, b, c, d, rate):
    return post * (a * pre + c) + (b * pre + d) - rate * post * post * weight


def _fold_oja(rate, a, b, c, d):
    return rate * a, rate * b, rate * c, rate * d, rate


register_rule(
    "oja-abcd",
    _oja,
    _FOLDED,
    rate=0.1,
    prepare=_fold_oja,
    prepared=(*_FOLDED, "rate"),
    equation="Δw = rate (A·pre·post + B·pre + C·post + D − post²·w)",
)


def _traced(pre, post, weight, a, b, c, d, decay, trace):
    trace = trace - decay * trace + post * (a * pre + c) + (b * pre + d)
    return trace, trace


def _fold_trace(rate, time_constant, a, b, c, d):
    return rate * a, rate * b, rate * c, rate * d, 1.0 / time_constant


register_rule(
    "abcd-trace",
    _traced,
    _FOLDED,
    state=("trace",),
    rate=0.1,
    time_constant=5.0,
    prepare=_fold_trace,
    prepared=(*_FOLDED, "decay"),
    equation="e ← e − e/τ + A·pre·post + B·pre + C·post + D, Δw = rate·e",
)


# A bias is a synapse from a unit that is always 1: with A and B zero, C = E and D = F give E·post + F.
def _fold_bias_rate(rate, e, f):
    none = rate - rate
    return none * e, none * e, rate * e, rate * f


def _fold_bias_eta(rate, e, f, eta):
    none = rate - rate
    return none * e, none * e, eta * e, eta * f


register_rule(
    "abcd-bias",
    _abcd,
    _FOLDED,
    bias_coefficients=("E", "F"),
    rate=0.1,
    prepare=_fold_rate,
    prepared=_FOLDED,
    prepare_bias=_fold_bias_rate,
    equation="Δw = rate (A·pre·post + B·pre + C·post + D), Δbias = rate (E·post + F)",
)
register_rule(
    "eta-abcd-bias",
    _abcd,
    (*_FOLDED, "eta"),
    bias_coefficients=("E", "F", "eta_bias"),
    prepare=_fold_eta,
    prepared=_FOLDED,
    prepare_bias=_fold_bias_eta,
    equation="Δw = η (A·pre·post + B·pre + C·post + D), Δbias = η (E·post + F)",
)


def _bcm(pre, post, weight, rate, theta):
    return rate * pre * post * (post - theta)


def _with_rate(rate, theta):
    return rate, theta


def _with_eta(rate, eta, theta):
    return eta, theta


_BCM = "pre·post·(post − θ)"  # Bienenstock, Cooper & Munro (1982)
register_rule(
    "bcm",
    _bcm,
    (),
    neuron_coefficients=("theta",),
    rate=0.1,
    prepare=_with_rate,
    prepared=("rate", "theta"),
    equation=f"Δw = rate·{_BCM}",
)
register_rule(
    "eta-bcm",
    _bcm,
    ("eta",),
    neuron_coefficients=("theta",),
    prepare=_with_eta,
    prepared=("eta", "theta"),
    equation=f"Δw = η·{_BCM}",
)


def _sliding_bcm(pre, post, weight, rate, theta, speed, power):
    power = power + speed * (post * post - power)
    return rate * pre * post * (post - theta * power), power


def _sliding_rate(rate, time_constant, theta):
    return rate, theta, 1.0 / time_constant


def _sliding_eta(rate, time_constant, eta, theta):
    return eta, theta, 1.0 / time_constant


_POWER, _SLIDING = "p ← p + (post² − p)/τ", "pre·post·(post − θ·p)"
register_rule(
    "bcm-sliding",
    _sliding_bcm,
    (),
    neuron_coefficients=("theta",),
    state=("power",),
    rate=0.1,
    time_constant=20.0,
    prepare=_sliding_rate,
    prepared=("rate", "theta", "speed"),
    equation=f"{_POWER}, Δw = rate·{_SLIDING}",
)
register_rule(
    "eta-bcm-sliding",
    _sliding_bcm,
    ("eta",),
    neuron_coefficients=("theta",),
    state=("power",),
    time_constant=20.0,
    prepare=_sliding_eta,
    prepared=("eta", "theta", "speed"),
    equation=f"{_POWER}, Δw = η·{_SLIDING}",
)


def _gdhl(pre, post, weight, pp, pn, np, nn, sp, sn, ps, ns, pre_before, post_before):
    # A fall is a positive number here. In the published code it is a negative one, so its pn, np, sn and ns have the
    # opposite sign; pp, nn, sp and ps are the same. Stored genomes rely on ours.
    # d + |d| and |d| − d are twice the positive and negative part of d; the factors are folded into the coefficients.
    rise_pre, fall_pre = pre - pre_before + abs(pre - pre_before), abs(pre - pre_before) - (pre - pre_before)
    rise_post, fall_post = post - post_before + abs(post - post_before), abs(post - post_before) - (post - post_before)
    both = rise_pre * (pp * rise_post + pn * fall_post) + fall_pre * (np * rise_post + nn * fall_post)
    return both + pre * (sp * rise_post + sn * fall_post) + post * (ps * rise_pre + ns * fall_pre), pre, post


def _fold_gdhl(rate, pp, pn, np, nn, sp, sn, ps, ns):
    quarter, half = 0.25 * rate, 0.5 * rate
    return quarter * pp, quarter * pn, quarter * np, quarter * nn, half * sp, half * sn, half * ps, half * ns


def _fold_eta_gdhl(rate, pp, pn, np, nn, sp, sn, ps, ns, eta):
    quarter, half = 0.25 * eta, 0.5 * eta
    return quarter * pp, quarter * pn, quarter * np, quarter * nn, half * sp, half * sn, half * ps, half * ns


_TERMS = ("pp", "pn", "np", "nn", "sp", "sn", "ps", "ns")
_GDHL = (
    "(pp·pre⁺post⁺ + pn·pre⁺post⁻ + np·pre⁻post⁺ + nn·pre⁻post⁻ + sp·pre·post⁺ + sn·pre·post⁻ + ps·pre⁺post + "
    "ns·pre⁻post), ⁺ and ⁻ the rise and fall since the update before"
)
register_rule(
    "gdhl",
    _gdhl,
    _TERMS,
    state=("pre_before", "post_before"),
    rate=0.1,
    prepare=_fold_gdhl,
    prepared=_TERMS,
    equation=f"Δw = rate {_GDHL}",
)
register_rule(
    "eta-gdhl",
    _gdhl,
    (*_TERMS, "eta"),
    state=("pre_before", "post_before"),
    prepare=_fold_eta_gdhl,
    prepared=_TERMS,
    equation=f"Δw = η {_GDHL}",
)
