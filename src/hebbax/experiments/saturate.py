"""`saturate`: how long until a controller recovers from outputs that were pinned to their bound for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hebbax.damage.events import Event
from hebbax.experiments.context import Context
from hebbax.experiments.recovery import ONSET, RECOVERY, draw_recovery, measure_recovery, recovery_sentence
from hebbax.experiments.result import Result
from hebbax.experiments.words import of_lives, with_interval

LASTS = 0.1
"""Part of the life that it lasts: with 1,000 ticks from tick 300 to 400, as in Najarro and Risi (2020)."""

BOUND = 1.0
"""Of tanh and of the sigmoid, which actions come from."""

VALUES = RECOVERY


def run(context: Context) -> Result:
    """Pin every output to its bound for a tenth of the life, and measure the recovery.

    Plasticity sees the pinned life too. So, where weights change, a control holds them as they are meanwhile.
    """
    onset, duration = context.at(ONSET), context.at(LASTS)
    pin = Event("pin-actuator", onset, duration, value=BOUND)
    plastic = bool(context.policy.plastic)
    control = [pin, Event("freeze-plasticity", onset, duration)] if plastic else []
    values = measure_recovery(context, [pin], onset, duration, control)
    after = f"After all outputs were pinned to {BOUND:g} for {duration} ticks"
    sentence = recovery_sentence(values, context.lifetimes, after)
    if plastic:
        sentence += f" {_control_sentence(values['control'])}"
    return Result.of("saturate", context, sentence, values)


def _control_sentence(control: Mapping[str, Any]) -> str:
    recoveries = control["recovered"]["values"]
    count = int(np.sum(recoveries))
    after = f", after {with_interval(control['recovery_ticks'], unit='ticks')}" if count else ""
    return f"With the weights held as they were meanwhile, it is back in {of_lives(count, len(recoveries))}{after}."


def draw(result: Result) -> Figure:
    """Draw the recovery."""
    return draw_recovery(result, "How long until it recovers from saturated outputs?", "outputs pinned")
