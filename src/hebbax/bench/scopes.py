"""`scopes`: what coefficients that synapses share, and modulations, cost a policy, against one set per synapse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hebbax.bench.measure import alternate, rates, ratios, summary
from hebbax.bench.report import Report, Settings, Table, Tell
from hebbax.bench.synapses import PolicyAlone, policy_loop
from hebbax.bench.words import rate, with_interval
from hebbax.errors import HebbaxError
from hebbax.kernels.compile_step import compile_step
from hebbax.networks.mlp import Mlp
from hebbax.plasticity.gene import SCOPES, Gene
from hebbax.plasticity.modulation import MODULATIONS
from hebbax.plasticity.rules import RULES, register_rule
from hebbax.policies.policy import Plasticity, Policy
from hebbax.policies.sizes import sizes_of

NETWORK = (28, 128, 64, 8)  # of `closed-loop`'s quadruped: 12,288 synapses, so 61,440 coefficients of eta-abcd
RANK_ONE, REFERENCE = "rank-one", "synapse"
_SPREAD, _TABLE = 0.05, 16
_POLICIES, _TICKS = 16, 1000
_ROUNDS = 51  # they are short
_RULE = "bench-rank-one"
_TERMS = ("A", "B", "C", "D", "eta")
_PARTS = ("ticks", "lives")  # without and with a birth before each life
_COLUMNS = ("scope", "evolved numbers", "ticks/s", "of synapse", "with births, ticks/s", "of synapse, with births")


def _change(pre, post, weight, a, b, c, d):
    return post * (a * pre + c) + (b * pre + d)


def _fold(rate, a, b, c, d, eta, a_post, b_post, c_post, d_post, eta_post):
    eta = eta * eta_post
    return eta * a * a_post, eta * b * b_post, eta * c * c_post, eta * d * d_post


def policies() -> dict[str, Policy]:
    """Return the policy of every scope and modulation, of rule nchl, and of a user's, eta-abcd of rank one."""
    if _RULE not in RULES:
        rows, columns = ([Gene(f"{term}_{scope}", scope) for term in _TERMS] for scope in ("pre", "post"))
        equation = (
            "Δw = η (A·pre·post + B·pre + C·post + D), each coefficient the product of one of pre and one of post"
        )
        register_rule(_RULE, _change, (*rows, *columns), equation=equation, prepare=_fold, prepared=_TERMS[:4])
    rules = {scope: Plasticity(scope=scope, table=_TABLE) for scope in SCOPES}
    rules[RANK_ONE], rules["nchl"] = Plasticity(_RULE), Plasticity("nchl")
    rules |= {kind: Plasticity(modulation=kind) for kind in MODULATIONS if kind != "none"}
    return {name: Policy(name, Mlp(NETWORK), plasticity) for name, plasticity in rules.items()}


def measure(settings: Settings, tell: Tell) -> Report:
    """Measure the policies over whole lives and without their births, in turns."""
    count, ticks = min(settings.population or _POLICIES, _POLICIES), settings.ticks or _TICKS
    inputs = np.random.default_rng(0).standard_normal((ticks, NETWORK[0]), np.float32)
    made, sides = policies(), {}
    for name, policy in made.items():
        tell(f"{name}: first run, which compiles")
        alone = PolicyAlone(policy, _genomes(policy, count), inputs, policy_loop(compile_step(policy)))
        if alone.run() != count * ticks:
            raise HebbaxError(f"the policy with scope {name} diverged: nothing to measure")
        sides[name, "ticks"], sides[name, "lives"] = alone.run, _lives(alone)
    rounds = settings.rounds(_ROUNDS)
    tell(f"{rounds} rounds of {', '.join(made)}")
    seconds = alternate(sides, rounds)
    results: dict[str, Any] = {
        "network": list(NETWORK),
        "rule": "eta-abcd",
        "table": _TABLE,
        "genomes": f"coefficients drawn from N(0, {_SPREAD}²), those of rank one with factors from N(0, {_SPREAD})",
        "inputs": "drawn from N(0, 1)",
        "policies": count,
        "ticks": ticks,
        "scopes": {name: _result(name, made[name], seconds, count * ticks) for name in made},
    }
    return Report(results, [_table(results)])


def _genomes(policy: Policy, count: int) -> np.ndarray:
    spread = np.float32(np.sqrt(_SPREAD) if policy.name == RANK_ONE else _SPREAD)
    return spread * np.random.default_rng(1).standard_normal((count, policy.genome_size), np.float32)


def _lives(alone: PolicyAlone) -> Callable[[], int]:
    def live() -> int:
        alone.birth()
        return alone.run()

    return live


def _result(name: str, policy: Policy, seconds: dict[tuple[str, str], list[float]], ticks: int) -> dict[str, Any]:
    found: dict[str, Any] = {**sizes_of(policy)}
    for part in _PARTS:
        found[part] = {
            "seconds": seconds[name, part],
            "ticks_per_second": summary(rates(seconds[name, part], ticks)),
            "ratio": summary(ratios(seconds[REFERENCE, part], seconds[name, part])),
        }
    return found


def _table(results: dict[str, Any]) -> Table:
    rows = []
    for name, found in results["scopes"].items():
        cells = [[rate(found[part]["ticks_per_second"]), with_interval(found[part]["ratio"], 3)] for part in _PARTS]
        rows.append([name, f"{found['evolved_numbers']:,}", *cells[0], *cells[1]])
    sizes = "-".join(map(str, results["network"]))
    title = f"policies {sizes} alone on one thread, eta-abcd, {results['policies']} lives of {results['ticks']} ticks"
    return Table(title, _COLUMNS, rows, _COLUMNS[1:])
