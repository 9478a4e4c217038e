"""What a compiled policy step is: functions over flat float32 buffers and a layout beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hebbax.kernels.weights import draw_no_weights, put_no_weights


@dataclass(frozen=True)
class PolicyStep:
    """A policy compiled for the CPU. All functions share `layout` and `parameters` and allocate nothing.

    - `birth(layout, parameters, genome, key0, key1, slot0, slot1, folded, carry)` fills both buffers for a newborn:
      `folded` with the genome's coefficients as the updates read them, once per life.
    - `act(layout, genome, carry, tick, inputs, action)` runs one pass.
    - `adapt(layout, folded, carry, tick, signal) -> bool` updates the weights if due; False if one is out of bounds.
    - `weights(layout, carry, out)` writes the present weights.
    - `put_weights(layout, carry, weights)` puts others in their place.
    - `draw_weights(layout, parameters, key0, key1, out)` writes fresh weights.
    - `write_activity(layout, carry, inputs, terms)` writes the mean size of the units' activations, observations not,
      as the last term; None where there are no units.
    - `inherit(layout, carry, weights)` gives a newborn what the life before in its slot left; None where nothing lasts.

    All arrays but the layout are float32: `genome` [genome_size], `folded` [folded_size], `carry` [carry_size],
    `inputs` [observations], normalised, `action` [actuators], and `out` and `weights` [weight_count]. `key0` and `key1`
    are the two words of the key that weights are drawn from, `slot0` and `slot1` those of its slot, uint32. `tick`
    counts from 0. `signal` [signals] is the reward of the tick, then its terms where the task has several; [0] where
    `reads_signal` is false.
    """

    birth: Any
    act: Any
    adapt: Any
    weights: Any
    layout: np.ndarray  # int64: sizes, interval and so on, in the order that the step's own file documents
    parameters: np.ndarray  # float32
    carry_size: int
    folded_size: int
    weight_count: int  # weights that change; 0 for a static policy
    put_weights: Any = put_no_weights
    draw_weights: Any = draw_no_weights
    reads_signal: bool = False
    inherit: Any = None
    write_activity: Any = None
