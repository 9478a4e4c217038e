"""Every published experiment that can be repeated, by name."""

from __future__ import annotations

from hebbax.errors import unknown_name
from hebbax.reproduction import (
    beyond,
    han_ant,
    han_attractors,
    han_freeze,
    han_go1,
    han_gymnasium,
    han_perturbation,
    leung_lifted,
    leung_normalisation,
    leung_ood,
    leung_pca,
    leung_ratio,
    leung_transfer,
    najarro_ablation,
    najarro_car,
    najarro_car_ablation,
    najarro_car_coefficients,
    najarro_car_coevolve,
    najarro_car_curves,
    najarro_car_pca,
    najarro_coefficients,
    najarro_coevolve,
    najarro_curves,
    najarro_freeze,
    najarro_init,
    najarro_pca,
    najarro_saturate,
    najarro_table1,
    najarro_weights,
    najarro_zero,
)
from hebbax.reproduction.experiment import Budget, Experiment

EXPERIMENTS: dict[str, Experiment] = {
    "han-gymnasium": han_gymnasium.EXPERIMENT,
    "han-ant": han_ant.EXPERIMENT,
    "han-perturbation": han_perturbation.EXPERIMENT,
    "han-attractors": han_attractors.EXPERIMENT,
    "han-freeze": han_freeze.EXPERIMENT,
    "han-go1": han_go1.EXPERIMENT,
    "najarro-table1": najarro_table1.EXPERIMENT,
    "najarro-ablation": najarro_ablation.EXPERIMENT,
    "najarro-coevolve": najarro_coevolve.EXPERIMENT,
    "najarro-freeze": najarro_freeze.EXPERIMENT,
    "najarro-saturate": najarro_saturate.EXPERIMENT,
    "najarro-zero": najarro_zero.EXPERIMENT,
    "najarro-pca": najarro_pca.EXPERIMENT,
    "najarro-init": najarro_init.EXPERIMENT,
    "najarro-coefficients": najarro_coefficients.EXPERIMENT,
    "najarro-curves": najarro_curves.EXPERIMENT,
    "najarro-weights": najarro_weights.EXPERIMENT,
    "beyond": beyond.EXPERIMENT,
    "najarro-car": najarro_car.EXPERIMENT,
    "najarro-car-ablation": najarro_car_ablation.EXPERIMENT,
    "najarro-car-coevolve": najarro_car_coevolve.EXPERIMENT,
    "najarro-car-pca": najarro_car_pca.EXPERIMENT,
    "najarro-car-coefficients": najarro_car_coefficients.EXPERIMENT,
    "najarro-car-curves": najarro_car_curves.EXPERIMENT,
    "leung-ood": leung_ood.EXPERIMENT,
    "leung-normalisation": leung_normalisation.EXPERIMENT,
    "leung-pca": leung_pca.EXPERIMENT,
    "leung-lifted": leung_lifted.EXPERIMENT,
    "leung-ratio": leung_ratio.EXPERIMENT,
    "leung-transfer": leung_transfer.EXPERIMENT,
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
