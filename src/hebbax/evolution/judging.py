"""What has been learnt so far, judged: full lives of the controller that counts, and the best of them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from hebbax.config.train import TrainConfig
from hebbax.damage.events import Event
from hebbax.engines.engine import Engine
from hebbax.engines.scenario import Scenario, in_turn
from hebbax.evolution.statistics import Best, Controller
from hebbax.evolution.summary import summary_of
from hebbax.keys import stream
from hebbax.types import Lives


class Judge:
    """Evaluates the controllers of one run, from generation to generation."""

    def __init__(
        self, config: TrainConfig, engine: Engine, key: jax.Array, variants: Sequence[Sequence[Event]]
    ) -> None:
        self.config, self.engine, self.key, self.variants = config, engine, key, variants

    def due(self, generation: int) -> bool:
        """Whether the controller is to be evaluated after so many generations."""
        config = self.config
        return generation == 1 or generation % config.evaluate_every == 0 or generation == config.generations

    def lives(self, controller: Controller, generation: int) -> Lives:
        """Return lives of a controller: full ones, whatever those of training are."""
        config = self.config
        damages = in_turn(self.variants, config.evaluate_lifetimes)
        return self.engine.evaluate(
            controller.genome[None],
            stream(self.key, "mean genome", generation),
            Scenario(config.task.ticks, controller.statistics.normaliser(), config.termination, damages),
            lifetimes=config.evaluate_lifetimes,
        )

    def judged(
        self, best: Best | None, controller: Controller, generation: int, lives: Lives
    ) -> tuple[Best | None, dict[str, Any]]:
        """Return the best, which is the controller where its lives say so, and the metrics of these."""
        summary = summary_of(lives, self.engine.task.terms)
        value = summary["return_mean"]  # of the lives that did not diverge
        if not lives.diverged.any() and (best is None or value > best.return_mean):
            best = Best(controller, generation, value)
        told = {"reward_terms": "terms", "diverged": "diverged", "terminations": "terminations"}
        metrics = {"mean_genome_return": value, **{f"mean_genome_{name}": summary[key] for key, name in told.items()}}
        return best, metrics
