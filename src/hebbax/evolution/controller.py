"""What evolution leaves behind: a genome, and the observation statistics that it expects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hebbax.evolution.statistics import ObservationStatistics


@dataclass(frozen=True)
class Controller:
    """A genome with the observation statistics that it expects."""

    genome: np.ndarray  # [genome_size], float32
    statistics: ObservationStatistics


@dataclass(frozen=True)
class Best:
    """The mean genome of the generation with the highest evaluation so far: never the luckiest sample."""

    controller: Controller
    generation: int  # generations finished when it was the mean
    return_mean: float  # over the lives of its evaluation
