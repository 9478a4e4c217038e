"""One run as a comparison sees it: how its return grew, and where it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.config.train import TrainConfig
from hebbax.errors import HebbaxError, about, unknown_name
from hebbax.runs.belonging import check_record
from hebbax.runs.run_folder import RunFolder, is_run
from hebbax.runs.run_sizes import sizes_of_run
from hebbax.zoo import run_path

METRICS = {
    "mean-genome": "evaluation of the mean genome, fresh lives",
    "population-mean": "mean over the lives of the population",
    "best": "highest evaluation of the mean genome so far",
}
"""What runs are compared by: the last value of one of these."""


@dataclass(frozen=True, eq=False)  # arrays do not compare as one; a curve equals itself
class Curve:
    """One run: `metric` over the generations it has finished."""

    source: str  # folder of the run, or zoo:TASK/POLICY
    config: TrainConfig
    generation: int  # generations finished
    generations: np.ndarray  # int64 [points], finished when the value was taken
    steps: np.ndarray  # float64 [points], control ticks of the population up to then
    values: np.ndarray  # float64 [points], returns; NaN where every life diverged
    diverged: float  # part of the lives behind the last value that diverged
    sizes: Mapping[str, int | None]  # of the policy, by `policies.sizes.SIZES`

    @property
    def finished(self) -> bool:
        """Whether the run has got as far as it was asked to."""
        return self.generation >= self.config.generations

    @property
    def final(self) -> float:
        """The last value; NaN where every life diverged or there is none."""
        return float(self.values[-1]) if len(self.values) else float("nan")


def read_curve(source: str | Path, metric: str = "mean-genome", *, generations: int | None = None) -> Curve:
    """Read a run folder or `zoo:TASK/POLICY`; with `generations`, as if it had been asked for that many.

    A run that was begun with fewer than that counts as unfinished. Reads configuration, record and metrics alone.
    Raises HebbaxError if there is no such run or metric, its files cannot be read, it has no value of the metric at
    that generation, or the metric is of lives of training that are not full ones, or of a race.
    """
    if metric not in METRICS:
        raise unknown_name("metric", metric, METRICS)
    folder = RunFolder.open(run_path(str(source)))
    config = folder.stored_config()
    records = folder.read_metrics("steps", "lives", "diverged", "return_mean", "mean_genome_return")
    check_record(folder, folder.record_if_readable(), config)
    if metric == "population-mean" and not config.training.full:
        raise HebbaxError(
            f"metric=population-mean: {source} trained on lives of other lengths than evaluations have, whose returns "
            "do not compare; nearest valid: mean-genome"
        )
    if metric == "population-mean" and config.training.race is not None:
        raise HebbaxError(
            f"metric=population-mean: {source} trained with a race, in which some genomes have more lives than others, "
            "so that means over lives do not compare; nearest valid: mean-genome"
        )
    if generations is not None:
        config = _with_generations(config, generations)
        _check_value_at(source, records, metric, generations)
        records = [record for record in records if record["generation"] < generations]
    with about(folder.path):
        points, values, diverged = _points(records, metric, config.evaluate_lifetimes)
    steps = np.cumsum([record["steps"] for record in records], dtype=np.float64)
    return Curve(
        source=str(source),
        config=config,
        generation=records[-1]["generation"] + 1 if records else 0,
        generations=np.array([records[point]["generation"] + 1 for point in points], np.int64),
        steps=steps[points] if points else np.zeros(0),
        values=values,
        diverged=diverged,
        sizes=sizes_of_run(folder, config),
    )


def expand_sources(sources: Sequence[str]) -> list[str]:
    """Return the runs that are meant: a folder which is no run itself but holds runs stands for them, in order.

    Raises HebbaxError for a folder whose folders hold runs, naming one that does.
    """
    runs: list[str] = []
    for source in sources:
        path = Path(source)
        if source.startswith("zoo:") or is_run(path):
            runs.append(source)
            continue
        children = sorted(str(config.parent) for config in path.glob("*/config.yaml"))
        if not children and (deeper := sorted(path.glob("*/*/config.yaml"))):
            raise HebbaxError(f"{source} is no run and holds none, but {deeper[0].parent.parent} does: give that")
        runs += children or [source]
    return list(dict.fromkeys(runs))


def _with_generations(config: TrainConfig, generations: int) -> TrainConfig:
    if generations < 1:
        raise HebbaxError(f"generations={generations}: expected a whole number of at least 1; nearest valid: 1")
    return replace(config, generations=generations)


def _check_value_at(source: str | Path, records: Sequence[Mapping[str, Any]], metric: str, generations: int) -> None:
    """Raise HebbaxError where a run has got that far, but its last value would be of an earlier generation."""
    if not records or records[-1]["generation"] + 1 < generations:
        return
    evaluations = [records[point]["generation"] + 1 for point in _records_with_value(records, metric)]
    if generations not in evaluations:
        nearest = min(evaluations, key=lambda other: abs(other - generations), default="none")
        raise HebbaxError(
            f"generations={generations}: {source} has no evaluation of its mean genome there; nearest valid: {nearest}"
        )


def _records_with_value(records: Sequence[Mapping[str, Any]], metric: str) -> list[int]:
    """Return which records hold a value."""
    everywhere = metric == "population-mean"
    # Where every life of an evaluation diverged there is no return, but their number.
    return [number for number, record in enumerate(records) if everywhere or "mean_genome_diverged" in record]


def _points(
    records: Sequence[Mapping[str, Any]], metric: str, evaluate_lifetimes: int
) -> tuple[list[int], np.ndarray, float]:
    """Return which records hold a value, the values [points], and the part of the last one's lives that diverged."""
    points = _records_with_value(records, metric)
    if metric == "population-mean":
        key = "return_mean"
        diverged = [record["diverged"] / record["lives"] for record in records]
    else:
        key = "mean_genome_return"
        diverged = [records[point]["mean_genome_diverged"] / evaluate_lifetimes for point in points]
        if any(share > 1 for share in diverged):
            raise HebbaxError(
                f"mean_genome_diverged of metrics.jsonl: expected at most evaluate_lifetimes={evaluate_lifetimes}"
            )
    values = np.array([np.nan if records[point][key] is None else records[point][key] for point in points], np.float64)
    if metric == "best":
        # As training chooses its best genome: an evaluation with a life that diverged does not count.
        values = np.fmax.accumulate(np.where(np.array(diverged) > 0, np.nan, values)) if points else values
        return points, values, 0.0
    return points, values, diverged[-1] if diverged else 0.0
