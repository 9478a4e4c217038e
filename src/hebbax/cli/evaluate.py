"""`hebbax evaluate`: run a controller for many fresh lives and report its returns."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING

from hebbax.cli.output import number, print_facts, waiting
from hebbax.cli.parser import Parser, whole_number
from hebbax.cli.trust import add_scenario_overrides, add_trust_option, open_run
from hebbax.config.engines import SHIPPED
from hebbax.policies.sizes import sizes_in_words

if TYPE_CHECKING:
    from hebbax.runs.evaluation import Evaluation

_DESCRIPTION = """\
Run a stored controller for many lives, each with fresh weights and a fresh reset, on random numbers that no training
uses. RUN is the folder of a run, or zoo:TASK/POLICY for a controller that ships with hebbax (see `hebbax zoo`)."""

_EXAMPLES = """\
  hebbax evaluate runs/mine
  hebbax evaluate runs/mine --genome mean --lifetimes 20 --seed 7
  hebbax evaluate zoo:half_cheetah/han-e --json > evaluation.json"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("evaluate", _DESCRIPTION, _EXAMPLES)
    options.add_argument("target", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    add_scenario_overrides(options)
    options.add_argument("--lifetimes", type=whole_number, default=100, metavar="N", help="lives (default: 100)")
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of these lives (default: 1)")
    add_genome_option(options)
    add_trust_option(options)
    options.add_argument(
        "--engine", default="auto", metavar="ENGINE", help=f"{', '.join(SHIPPED)}, or a plug-in's (default: auto)"
    )
    options.add_argument("--json", action="store_true", help="print one JSON object")
    return options


def add_genome_option(options: Parser) -> None:
    """Add the choice among the genomes of a run."""
    help = "best: the mean genome with the highest evaluation; mean: the newest mean (default: best)"
    options.add_argument("--genome", default="best", metavar="best|mean", help=help)


def run(options: Namespace) -> int:
    """Evaluate; return 0."""
    from hebbax.engines.make_engine import make_engine
    from hebbax.runs.evaluation import evaluate_run

    stored = open_run(options.target, trust=options.trust, overrides=options.overrides)
    stored.controller(options.genome)  # a bad name or size is told before the life is compiled
    waiting(f"running {options.lifetimes} lives; compiling them takes up to 20 s the first time")
    engine = make_engine(stored.task, stored.policy, options.engine)
    evaluation = evaluate_run(stored, engine, genome=options.genome, lifetimes=options.lifetimes, seed=options.seed)
    if options.json:
        print(json.dumps(evaluation.to_json()))
    else:
        print_facts([("controller", options.target), *facts_of(evaluation)])
    return 0


def facts_of(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Return an evaluation as names and values to print."""
    values = evaluation.to_json()
    returns = [value for value in values["returns"] if value is not None]
    interval = values["return_ci95"]
    lengths = values["lengths"]
    return [
        ("task, policy", f"{evaluation.task}, {evaluation.policy} ({evaluation.genome} genome)"),
        ("sizes", sizes_in_words(evaluation.sizes)),
        ("lifetimes", f"{values['lifetimes']} (seed {evaluation.seed})"),
        ("mean return", number(values["return_mean"], 1)),
        *_terms(values["reward_terms"]),
        ("95 % interval over lifetimes", "–" if interval is None else " to ".join(number(v, 1) for v in interval)),
        ("standard deviation", number(values["return_std"], 1)),
        ("lowest, highest", f"{number(min(returns, default=None), 1)}, {number(max(returns, default=None), 1)}"),
        ("ticks of a life", f"{min(lengths)} to {max(lengths)}"),
        ("diverged", str(values["diverged"])),
        *([("damage", evaluation.damage)] if evaluation.damage else []),
        ("terminations", f"{values['terminations']} (termination={values['termination']})"),
    ]


def _terms(terms: dict[str, float | None]) -> list[tuple[str, str]]:
    """Return the means of the reward's terms, where there are several."""
    if len(terms) < 2:
        return []
    return [("of which", ", ".join(f"{name} {number(value, 1)}" for name, value in terms.items()))]
