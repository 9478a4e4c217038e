"""Every published experiment that can be repeated, by name."""

from __future__ import annotations

from hebbax.errors import unknown_name
from hebbax.reproduction import han_ant, han_attractors, han_freeze, han_go1, han_gymnasium, han_perturbation
from hebbax.reproduction.experiment import Budget, Experiment

EXPERIMENTS: dict[str, Experiment] = {
    "han-gymnasium": han_gymnasium.EXPERIMENT,
    "han-ant": han_ant.EXPERIMENT,
    "han-perturbation": han_perturbation.EXPERIMENT,
    "han-attractors": han_attractors.EXPERIMENT,
    "han-freeze": han_freeze.EXPERIMENT,
    "han-go1": han_go1.EXPERIMENT,
}


def experiment_named(name: str) -> Experiment:
    """Return an experiment. Raises HebbaxError with the nearest name."""
    if name not in EXPERIMENTS:
        raise unknown_name("experiment", name, EXPERIMENTS)
    return EXPERIMENTS[name]


def budget_named(experiment: Experiment, name: str) -> Budget:
    """Return a budget of an experiment. Raises HebbaxError with the nearest name."""
    if name not in experiment.budgets:
        raise unknown_name("budget", name, experiment.budgets)
    return experiment.budgets[name]
