"""Experiments on a living network: each a function `run(context) -> Result`, and `draw(result) -> Figure`.

from hebbax.experiments import Context, draw, run_experiment
context = Context.open("zoo:half_cheetah/han-e", lifetimes=20)
result = run_experiment("freeze", context)
print(result.sentence)
draw(result)
"""

from hebbax.experiments.context import Context
from hebbax.experiments.registry import EXPERIMENTS, Experiment, applicable, draw, run_experiment
from hebbax.experiments.result import Result
from hebbax.experiments.store import save_result

__all__ = ["EXPERIMENTS", "Context", "Experiment", "Result", "applicable", "draw", "run_experiment", "save_result"]
