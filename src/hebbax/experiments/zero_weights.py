"""`zero-weights`: how long until a controller recovers from a third of its weights put to zero at one tick."""

from __future__ import annotations

from matplotlib.figure import Figure

from hebbax.damage.events import Event
from hebbax.experiments.context import Context
from hebbax.experiments.recovery import ONSET, RECOVERY, draw_recovery, measure_recovery, recovery_sentence
from hebbax.experiments.result import Result

SHARE = 1 / 3
"""Of the weights of all layers together, drawn anew in every life; as in Najarro and Risi (2020)."""

VALUES = RECOVERY


def run(context: Context) -> Result:
    """Put a third of the weights to zero, and measure the recovery."""
    onset = context.at(ONSET)
    values = measure_recovery(context, [Event("zero-weights", onset, value=SHARE)], onset, 0)
    after = "After a third of the weights was put to zero at one tick"
    return Result.of("zero-weights", context, recovery_sentence(values, context.lifetimes, after), values)


def draw(result: Result) -> Figure:
    """Draw the recovery."""
    return draw_recovery(result, "How long until it recovers from lost weights?", "a third put to zero")
