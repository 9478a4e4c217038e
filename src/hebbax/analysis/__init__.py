"""What lives and runs say: whole analyses of a controller's lives, the gait of one, and statistics over few runs.

Names are resolved when they are first used: processes that only compute load neither JAX nor a simulator.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hebbax.analysis.analyze import analyze_recording as analyze_recording
    from hebbax.analysis.analyze import analyze_source as analyze_source
    from hebbax.analysis.frame import Frame as Frame
    from hebbax.analysis.frame import frame_of as frame_of
    from hebbax.analysis.gait import Gait as Gait
    from hebbax.analysis.gait import measure_gait as measure_gait
    from hebbax.analysis.statistics import bootstrap_interval as bootstrap_interval
    from hebbax.analysis.statistics import interquartile_mean as interquartile_mean
    from hebbax.analysis.statistics import probability_of_improvement as probability_of_improvement

_HOME = {
    "Frame": "frame",
    "Gait": "gait",
    "analyze_recording": "analyze",
    "analyze_source": "analyze",
    "bootstrap_interval": "statistics",
    "frame_of": "frame",
    "interquartile_mean": "statistics",
    "measure_gait": "gait",
    "probability_of_improvement": "statistics",
}

__all__ = [
    "Frame",
    "Gait",
    "analyze_recording",
    "analyze_source",
    "bootstrap_interval",
    "frame_of",
    "interquartile_mean",
    "measure_gait",
    "probability_of_improvement",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hebbax.analysis' has no attribute {name!r}")
    value = getattr(import_module(f"hebbax.analysis.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
