"""A plug-in with a part of each kind, as a package of a stranger's would have it."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import jax
import jax.numpy as jnp

import hebbax


def pond():
    return replace(hebbax.make_task("swimmer"), name="pond", length=10)


def decaying(pre, post, weight, a, b):
    return a * pre * post - b * weight


def mean_of_squares(weights, bound):
    return weights / jnp.sqrt(jnp.mean(weights * weights) + 1e-6)


@dataclass(frozen=True)
class Direct(hebbax.Network):
    """Observations to actions, without hidden layers."""

    @property
    def connections(self):
        pre, post = self.sizes[0], self.sizes[-1]
        return (hebbax.Connection("direct", 0, pre, pre, post),)

    @property
    def unit_count(self):
        return self.sizes[0] + self.sizes[-1]

    def forward(self, weights, before, observation):
        return jnp.concatenate([observation, jnp.sin(observation @ weights[0])])


class Walk(NamedTuple):
    mean: jax.Array
    told: jax.Array


@dataclass(frozen=True)
class WalkOptions:
    sigma: float = 0.5
    patience: int = 3


class RandomWalk:
    """The best of a population is the next mean."""

    def __init__(self, population, options):
        self.population, self.options = population, options

    def init(self, key, mean, params):
        return Walk(mean, jnp.zeros((), jnp.int32))

    def ask(self, key, state, params):
        noise = jax.random.normal(key, (self.population, state.mean.size), jnp.float32)
        return state.mean + self.options.sigma / self.options.patience * noise, state

    def tell(self, key, genomes, fitness, state, params):
        return Walk(genomes[jnp.argmin(fitness)], state.told + 1), {}


class Lines:
    """Writes a line a generation."""

    def __init__(self, config, folder, generation, on_note):
        self.path = folder / "lines.txt"

    def log(self, generation, metrics):
        with self.path.open("a") as file:
            file.write(f"{generation}\n")

    def close(self):
        pass


hebbax.register_task("pond", pond)
hebbax.register_rule("decaying", decaying, ("A", "B"), equation="Δw = A·pre·post − B·w")
hebbax.register_normalisation("mean-square", mean_of_squares)
hebbax.register_activation("sine", jnp.sin)
hebbax.register_averaging(
    "newest", hebbax.Averaging(lambda window: 0, lambda w, history, units, tick: history, lambda w, h, units, t: units)
)
hebbax.register_network("direct", Direct)
hebbax.register_preset(
    hebbax.PolicyConfig(name="reflex", network="direct", hidden=[], rule="decaying", normalisation="mean-square")
)
hebbax.register_strategy(
    "random-walk",
    lambda population, size, options: (RandomWalk(population, options), None),
    WalkOptions,
    summary="the best of a population is the next mean",
    reference="a stranger",
)
hebbax.register_tracker("lines", Lines)
hebbax.register_experiment(hebbax.Experiment("stare", "what does it see", module="my_robots"))
