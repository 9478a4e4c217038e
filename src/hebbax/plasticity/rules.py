"""The rules that ship with hebbax. Where a published form differs, `docs/coming-from-han.md` says how.

Those of Najarro & Risi are in `najarro_rules.py`.

Arithmetic without literals: a Python number would make Numba compute in float64, half as fast. So constant factors are
folded into what `prepare` returns, which is computed once per life.
"""

from __future__ import annotations

from collections.abc import Callable

from hebbax.plasticity.gene import Gene
from hebbax.plasticity.najarro_rules import NAJARRO_RULES, abcd, hebb
from hebbax.plasticity.rule import Rule, unchanged
from hebbax.registry import Registry
from hebbax.types import Array

_ABCD_TERMS = ("A", "B", "C", "D")


def _fold_eta(rate, a, b, c, d, eta):
    # Folding the learning rate into the four terms once per life saves a multiplication per synapse and update.
    return eta * a, eta * b, eta * c, eta * d


def _fold_rate(rate, a, b, c, d):
    return rate * a, rate * b, rate * c, rate * d


_ETA_ABCD_RULE = Rule(
    "eta-abcd",
    abcd,
    (*_ABCD_TERMS, "eta"),
    prepare=_fold_eta,
    prepared=_ABCD_TERMS,
    equation="Δw = η (A·pre·post + B·pre + C·post + D)",
)
_ABCD_RULE = Rule(
    "abcd",
    abcd,
    _ABCD_TERMS,
    rate=0.1,
    prepare=_fold_rate,
    prepared=_ABCD_TERMS,
    equation="Δw = rate (A·pre·post + B·pre + C·post + D)",
)


_ETA_PLAIN_RULE = Rule("eta-plain", hebb, ("eta",), equation="Δw = η·pre·post")


def _oja(pre, post, weight, a, b, c, d, rate):
    return post * (a * pre + c) + (b * pre + d) - rate * post * post * weight


def _fold_oja(rate, a, b, c, d):
    return rate * a, rate * b, rate * c, rate * d, rate


_OJA_ABCD_RULE = Rule(
    "oja-abcd",
    _oja,
    _ABCD_TERMS,
    rate=0.1,
    prepare=_fold_oja,
    prepared=(*_ABCD_TERMS, "rate"),
    equation="Δw = rate (A·pre·post + B·pre + C·post + D − post²·w)",
)


def _abcd_trace(pre, post, weight, a, b, c, d, decay, trace):
    trace = trace - decay * trace + post * (a * pre + c) + (b * pre + d)
    return trace, trace


def _fold_trace(rate, time_constant, a, b, c, d):
    return rate * a, rate * b, rate * c, rate * d, 1.0 / time_constant


_ABCD_TRACE_RULE = Rule(
    "abcd-trace",
    _abcd_trace,
    _ABCD_TERMS,
    state=("trace",),
    rate=0.1,
    time_constant=5.0,
    prepare=_fold_trace,
    prepared=(*_ABCD_TERMS, "decay"),
    equation="e ← e − e/τ + A·pre·post + B·pre + C·post + D, Δw = rate·e",
)


# A bias is a synapse from a unit that is always 1: with A and B zero, C = E and D = F give E·post + F.
def _fold_bias_rate(rate, e, f):
    none = rate - rate
    return none * e, none * e, rate * e, rate * f


def _fold_bias_eta(rate, e, f, eta):
    none = rate - rate
    return none * e, none * e, eta * e, eta * f


_ABCD_BIAS_RULE = Rule(
    "abcd-bias",
    abcd,
    _ABCD_TERMS,
    bias_coefficients=("E", "F"),
    rate=0.1,
    prepare=_fold_rate,
    prepared=_ABCD_TERMS,
    prepare_bias=_fold_bias_rate,
    equation="Δw = rate (A·pre·post + B·pre + C·post + D), Δbias = rate (E·post + F)",
)
_ETA_ABCD_BIAS_RULE = Rule(
    "eta-abcd-bias",
    abcd,
    (*_ABCD_TERMS, "eta"),
    bias_coefficients=("E", "F", "eta_bias"),
    prepare=_fold_eta,
    prepared=_ABCD_TERMS,
    prepare_bias=_fold_bias_eta,
    equation="Δw = η (A·pre·post + B·pre + C·post + D), Δbias = η (E·post + F)",
)


def _bcm(pre, post, weight, rate, theta):
    return rate * pre * post * (post - theta)


def _fold_bcm(rate, theta):
    return rate, theta


def _fold_eta_bcm(rate, eta, theta):
    return eta, theta


_BCM = "pre·post·(post − θ)"  # Bienenstock, Cooper & Munro (1982)
_BCM_RULE = Rule(
    "bcm",
    _bcm,
    (),
    neuron_coefficients=("theta",),
    rate=0.1,
    prepare=_fold_bcm,
    prepared=("rate", "theta"),
    equation=f"Δw = rate·{_BCM}",
)
_ETA_BCM_RULE = Rule(
    "eta-bcm",
    _bcm,
    ("eta",),
    neuron_coefficients=("theta",),
    prepare=_fold_eta_bcm,
    prepared=("eta", "theta"),
    equation=f"Δw = η·{_BCM}",
)


def _sliding_bcm(pre, post, weight, rate, theta, speed, power):
    power = power + speed * (post * post - power)
    return rate * pre * post * (post - theta * power), power


def _fold_sliding_bcm(rate, time_constant, theta):
    return rate, theta, 1.0 / time_constant


def _fold_eta_sliding_bcm(rate, time_constant, eta, theta):
    return eta, theta, 1.0 / time_constant


_POWER, _SLIDING = "p ← p + (post² − p)/τ", "pre·post·(post − θ·p)"
_BCM_SLIDING_RULE = Rule(
    "bcm-sliding",
    _sliding_bcm,
    (),
    neuron_coefficients=("theta",),
    state=("power",),
    rate=0.1,
    time_constant=20.0,
    prepare=_fold_sliding_bcm,
    prepared=("rate", "theta", "speed"),
    equation=f"{_POWER}, Δw = rate·{_SLIDING}",
)
_ETA_BCM_SLIDING_RULE = Rule(
    "eta-bcm-sliding",
    _sliding_bcm,
    ("eta",),
    neuron_coefficients=("theta",),
    state=("power",),
    time_constant=20.0,
    prepare=_fold_eta_sliding_bcm,
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


_GDHL_TERMS = ("pp", "pn", "np", "nn", "sp", "sn", "ps", "ns")
_GDHL = (
    "(pp·pre⁺post⁺ + pn·pre⁺post⁻ + np·pre⁻post⁺ + nn·pre⁻post⁻ + sp·pre·post⁺ + sn·pre·post⁻ + ps·pre⁺post + "
    "ns·pre⁻post), ⁺ and ⁻ the rise and fall since the update before"
)
_GDHL_RULE = Rule(
    "gdhl",
    _gdhl,
    _GDHL_TERMS,
    state=("pre_before", "post_before"),
    rate=0.1,
    prepare=_fold_gdhl,
    prepared=_GDHL_TERMS,
    equation=f"Δw = rate {_GDHL}",
)
_ETA_GDHL_RULE = Rule(
    "eta-gdhl",
    _gdhl,
    (*_GDHL_TERMS, "eta"),
    state=("pre_before", "post_before"),
    prepare=_fold_eta_gdhl,
    prepared=_GDHL_TERMS,
    equation=f"Δw = η {_GDHL}",
)


def _fold_rank_one(rate, a, b, c, d, a_post, b_post, c_post, d_post):
    return a * a_post, b * b_post, c * c_post, d * d_post


# Wang et al. (2022) call it a decomposed rule. A learning rate of rank one would be folded into each of the four.
_RANK_ONE_RULE = Rule(
    "rank-one",
    abcd,
    tuple(Gene(f"{term}_{side}", side) for side in ("pre", "post") for term in _ABCD_TERMS),
    prepare=_fold_rank_one,
    prepared=_ABCD_TERMS,
    equation="Δw = A·pre·post + B·pre + C·post + D, each coefficient the product of one of pre and one of post",
)


def _fold_nchl(rate, a, b, c_pre, c_post, d_pre, d_post, eta_pre, eta_post):
    eta = 0.5 * (eta_pre + eta_post)
    return eta * c_pre * c_post, eta * a, eta * b, eta * d_pre * d_post


# Ferigo, Cunegatti & Iacca (2024): A of the presynaptic and B of the postsynaptic neuron, C, D and η of both.
_NCHL_RULE = Rule(
    "nchl",
    abcd,
    (Gene("A", "pre"), Gene("B", "post"), Gene("C", "neuron"), Gene("D", "neuron"), Gene("eta", "neuron")),
    prepare=_fold_nchl,
    prepared=_ABCD_TERMS,
    equation="Δw = ½(η_pre + η_post) (C_pre·C_post·pre·post + A·pre + B·post + D_pre·D_post)",
)

RULES: Registry[Rule] = Registry(
    "rule",
    {
        rule.name: rule
        for rule in (
            _ETA_ABCD_RULE,
            _ABCD_RULE,
            _ETA_PLAIN_RULE,
            _OJA_ABCD_RULE,
            _ABCD_TRACE_RULE,
            _ABCD_BIAS_RULE,
            _ETA_ABCD_BIAS_RULE,
            _BCM_RULE,
            _ETA_BCM_RULE,
            _BCM_SLIDING_RULE,
            _ETA_BCM_SLIDING_RULE,
            _GDHL_RULE,
            _ETA_GDHL_RULE,
            _RANK_ONE_RULE,
            _NCHL_RULE,
        )
    }
    | NAJARRO_RULES,
)


def register_rule(
    name: str,
    change: Callable[..., object],
    coefficients: tuple[str | Gene, ...],
    *,
    equation: str,
    neuron_coefficients: tuple[str, ...] = (),
    bias_coefficients: tuple[str, ...] = (),
    state: tuple[str, ...] = (),
    rate: float | None = None,
    time_constant: float | None = None,
    prepare: Callable[..., tuple[Array, ...]] | None = None,
    prepared: tuple[str, ...] | None = None,
    prepare_bias: Callable[..., tuple[Array, ...]] | None = None,
    signal: tuple[str, ...] = (),
) -> Rule:
    """Add a rule under a name, or replace one of your own, and return it.

    Args:
        name: what configurations call the rule.
        change: `change(pre, post, weight, *folded, *state, *signal)`, the change of one weight, and after it the
            synapse's next state if the rule has any.
        coefficients: names, each of one evolved number per synapse, in the order of the genome; or a `Gene(name,
            scope)` for one that a neuron, a layer or the network shares.
        equation: the rule as a formula, for reports.
        neuron_coefficients: names, each of one evolved number per postsynaptic neuron.
        bias_coefficients: names of what the synapses of a bias have in place of the others.
        state: names, each of one number per synapse, zero at birth.
        rate: default of the learning rate that all synapses share; None where the rule has none.
        time_constant: default of the state's time constant, in updates; None where the rule has none.
        prepare: `prepare(rate, *coefficients, *neuron_coefficients)`, run once per life, which returns what `change`
            reads as `folded`; `prepare(rate, time_constant, ...)` with a time constant. None leaves the coefficients
            as they are.
        prepared: the names of what `prepare` returns.
        prepare_bias: `prepare_bias(rate, *bias_coefficients)`, which returns as much for the synapses of a bias.
        signal: what it hears of the tick just lived, one number each: "reward", or names of the task's reward terms.

    Returns:
        The rule. Raises HebbaxError for a name that ships or is a plug-in's, and as `Rule` does.
    """
    rule = Rule(
        name=name,
        change=change,
        coefficients=coefficients,
        equation=equation,
        neuron_coefficients=neuron_coefficients,
        bias_coefficients=bias_coefficients,
        state=state,
        rate=rate,
        time_constant=time_constant,
        prepare=prepare or unchanged,
        prepared=prepared or (),
        prepare_bias=prepare_bias,
        signal=signal,
    )
    RULES.register(name, rule)
    return rule
