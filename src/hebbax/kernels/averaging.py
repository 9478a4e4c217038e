"""The averagings, compiled: what a pass keeps of its units, and the means that an update sees.

`remember(layout, carry, tick, units_at, group)` keeps the units of a pass, and `mean(layout, carry, tick, group)`
returns where in the carry the means of all units stand; `group` is the number of the plasticity.
"""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import kernel
from hebbax.kernels.layout import GROUP_HISTORY_AT, GROUP_WINDOW, UNITS, UNITS_AT, of_group
from hebbax.kernels.regions import read_unit, write_unit

_ONE, _ZERO = np.float32(1.0), np.float32(0.0)


@kernel
def _remember_nothing(layout, carry, tick, units_at, group):
    pass


@kernel
def _remember_tick(layout, carry, tick, units_at, group):
    row_at = of_group(layout, group, GROUP_HISTORY_AT) + (tick % of_group(layout, group, GROUP_WINDOW)) * layout[UNITS]
    for j in range(layout[UNITS]):
        write_unit(carry, row_at + j, read_unit(carry, units_at + j))


@kernel
def _remember_mean(layout, carry, tick, units_at, group):
    means_at = of_group(layout, group, GROUP_HISTORY_AT)
    part = _ONE / np.float32(of_group(layout, group, GROUP_WINDOW))
    for j in range(layout[UNITS]):
        mean = read_unit(carry, means_at + j)
        write_unit(carry, means_at + j, mean + (read_unit(carry, units_at + j) - mean) * part)


@kernel
def _mean_direct(layout, carry, tick, group):
    return layout[UNITS_AT]


@kernel
def _mean_of_ticks(layout, carry, tick, group):
    # The sum is taken anew at each update: a running sum would drift, and an update reads far more than this.
    size, history_at = layout[UNITS], of_group(layout, group, GROUP_HISTORY_AT)
    means_at = layout[UNITS_AT] + size
    for j in range(size):
        write_unit(carry, means_at + j, _ZERO)
    count = min(tick + 1, of_group(layout, group, GROUP_WINDOW))
    for row in range(count):
        row_at = history_at + row * size
        for j in range(size):
            write_unit(carry, means_at + j, read_unit(carry, means_at + j) + read_unit(carry, row_at + j))
    part = _ONE / np.float32(count)
    for j in range(size):
        write_unit(carry, means_at + j, read_unit(carry, means_at + j) * part)
    return means_at


@kernel
def _mean_exponential(layout, carry, tick, group):
    size, history_at = layout[UNITS], of_group(layout, group, GROUP_HISTORY_AT)
    means_at = layout[UNITS_AT] + size
    total_weight = 1.0 - (1.0 - 1.0 / of_group(layout, group, GROUP_WINDOW)) ** (tick + 1)
    factor = np.float32(1.0 / total_weight)
    for j in range(size):
        write_unit(carry, means_at + j, read_unit(carry, history_at + j) * factor)
    return means_at


COMPILED_AVERAGINGS = {
    "direct": (_remember_nothing, _mean_direct),
    "moving-average": (_remember_tick, _mean_of_ticks),
    "exponential": (_remember_mean, _mean_exponential),
}
