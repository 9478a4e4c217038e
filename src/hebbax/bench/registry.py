"""Benchmarks by name; each is the module of that name, imported only when it runs."""

from __future__ import annotations

from hebbax.errors import unknown_name

BENCHMARKS = {
    "closed-loop": "whole lives against MuJoCo alone on the same controls",
    "peers": "whole lives against the same policy on Gymnasium's vector environments, EnvPool and MJX",
    "generation": "where the time of a generation goes",
    "scaling": "population, threads and network width; cost of a synapse",
    "scopes": "coefficients that synapses share, against one set per synapse",
    "ants": "lives of `ant_run` against those of Gymnasium's ant, and against MuJoCo alone",
    "variants": "lives under three variants of damage in one batch, against as many of the whole robot",
    "startup": "from launch to help, to a list, and to the first finished generation",
    "solve": "from launch to a running HalfCheetah with the defaults, ten seeds; with --peers, others beside it",
    "walk": "from launch to a Go1 that walks with the defaults, five seeds",
    "go1": "lives of `go1_walk` against MuJoCo alone",
    "car": "frames a second of the car that drives by pixels, whole lives and their parts",
    "gymnasium": "a step of our environments of Gymnasium, against the bodies alone and Gymnasium's own",
    "recording": "what keeping everything costs, and how long an analysis takes",
    "memory": "peak memory of generations of 200 and 10,000 genomes of 458,690 coefficients, and their noise",
}


def benchmark_names(names: list[str]) -> list[str]:
    """Return the chosen benchmarks, or all where none is chosen. Raises HebbaxError with the nearest names."""
    for name in names:
        if name not in BENCHMARKS:
            raise unknown_name("benchmark", name, BENCHMARKS)
    return list(dict.fromkeys(names)) or list(BENCHMARKS)
