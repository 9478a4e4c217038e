"""What the weights of a life end on: verdicts, periods, exponents, basins and components of weight trajectories.

These are functions of arrays, [ticks, weights] for most: nothing here runs a life. `verdict` and `principal_components`
are the functions of those names, not the modules: `from hebbax.attractors.verdict import Verdict` finds the module.
"""

from hebbax.attractors.basin import Basin, Return, measure_basin
from hebbax.attractors.han_ratio import PublishedRatio, published_ratio
from hebbax.attractors.lyapunov import Lyapunov, lyapunov_of_growth, lyapunov_of_map, lyapunov_of_pairs
from hebbax.attractors.principal_components import PrincipalComponents, principal_components
from hebbax.attractors.recurrence import (
    Recurrence,
    SelfDistance,
    period_by_autocorrelation,
    period_by_return_map,
    self_distance,
)
from hebbax.attractors.spectra import Peak, Spectrum, amplitude_spectrum, dominant_frequency
from hebbax.attractors.thresholds import Thresholds
from hebbax.attractors.trajectory import WeightSpeed, weight_speed
from hebbax.attractors.verdict import LABELS, Verdict, verdict

__all__ = [
    "LABELS",
    "Basin",
    "Lyapunov",
    "Peak",
    "PrincipalComponents",
    "PublishedRatio",
    "Recurrence",
    "Return",
    "SelfDistance",
    "Spectrum",
    "Thresholds",
    "Verdict",
    "WeightSpeed",
    "amplitude_spectrum",
    "dominant_frequency",
    "lyapunov_of_growth",
    "lyapunov_of_map",
    "lyapunov_of_pairs",
    "measure_basin",
    "period_by_autocorrelation",
    "period_by_return_map",
    "principal_components",
    "published_ratio",
    "self_distance",
    "verdict",
    "weight_speed",
]
