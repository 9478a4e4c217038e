"""The nine rules of the published code of Najarro & Risi (2020, arXiv:2007.02686), by their names there.

Coefficients are in the order of the columns of its files: η before D. A multiplies pre·post, B pre and C post. What
changes a weight is one of two functions that other rules have too: the nine differ in what is folded for it.
"""

from __future__ import annotations

from hebbax.plasticity.rule import Rule


def hebb(pre, post, weight, a):
    """Return A·pre·post."""
    return a * pre * post


def abcd(pre, post, weight, a, b, c, d):
    """Return A·pre·post + B·pre + C·post + D."""
    return post * (a * pre + c) + (b * pre + d)


# η is folded into the terms once per life, which saves a multiplication per synapse and update; float32 may round the
# last bit otherwise than the published η·(…).
def _fold_ad(rate, a, d):
    none = a - a
    return a, none, none, d


def _fold_ad_lr(rate, a, d, eta):
    none = a - a
    return eta * a, none, none, eta * d


def _fold_abc(rate, a, b, c):
    return a, b, c, a - a


def _fold_abc_lr(rate, a, b, c, eta):
    return eta * a, eta * b, eta * c, a - a


def _fold_abcd_lr(rate, a, b, c, eta, d):
    return eta * a, eta * b, eta * c, eta * d


def _fold_d_out(rate, a, b, c, eta, d):
    return eta * a, eta * b, eta * c, d


def _fold_d_in_and_out(rate, a, b, c, eta, d_in, d_out):
    return eta * a, eta * b, eta * c, eta * d_in + d_out


_TERMS = ("A", "B", "C", "D")
_ETA_BEFORE_D = ("A", "B", "C", "eta", "D")

NAJARRO_RULES = {
    rule.name: rule
    for rule in (
        Rule("A", hebb, ("A",), equation="Δw = A·pre·post"),
        Rule("AD", abcd, ("A", "D"), prepare=_fold_ad, prepared=_TERMS, equation="Δw = A·pre·post + D"),
        Rule(
            "AD_lr",
            abcd,
            ("A", "D", "eta"),
            prepare=_fold_ad_lr,
            prepared=_TERMS,
            equation="Δw = η (A·pre·post + D)",
        ),
        Rule(
            "ABC",
            abcd,
            ("A", "B", "C"),
            prepare=_fold_abc,
            prepared=_TERMS,
            equation="Δw = A·pre·post + B·pre + C·post",
        ),
        Rule(
            "ABC_lr",
            abcd,
            ("A", "B", "C", "eta"),
            prepare=_fold_abc_lr,
            prepared=_TERMS,
            equation="Δw = η (A·pre·post + B·pre + C·post)",
        ),
        Rule("ABCD", abcd, _TERMS, equation="Δw = A·pre·post + B·pre + C·post + D"),
        Rule(
            "ABCD_lr",
            abcd,
            _ETA_BEFORE_D,
            prepare=_fold_abcd_lr,
            prepared=_TERMS,
            equation="Δw = η (A·pre·post + B·pre + C·post + D)",
        ),
        Rule(
            "ABCD_lr_D_out",
            abcd,
            _ETA_BEFORE_D,
            prepare=_fold_d_out,
            prepared=_TERMS,
            equation="Δw = η (A·pre·post + B·pre + C·post) + D",
        ),
        Rule(
            "ABCD_lr_D_in_and_out",
            abcd,
            ("A", "B", "C", "eta", "D_in", "D_out"),
            prepare=_fold_d_in_and_out,
            prepared=_TERMS,
            equation="Δw = η (A·pre·post + B·pre + C·post + D_in) + D_out",
        ),
    )
}
"""By name, from one coefficient to six."""
