"""The policy on its own: the compiled step over recorded observations, without a body."""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.bench.controls import Controls
from hebbax.compiling.compiler import compiled, copy
from hebbax.engines.lives import read_only
from hebbax.kernels.compile_step import compile_step
from hebbax.kernels.policy_step import PolicyStep

_LIVES = 16


def policy_loop(step: PolicyStep) -> Any:
    """Return the compiled `loop(layout, genome, folded, carry, inputs [ticks, observations], action) -> ticks`."""
    act, adapt = step.act, step.adapt

    @compiled
    def loop(layout, genome, folded, carry, inputs, action):
        units, no_signal = np.empty(inputs.shape[1], np.float32), np.empty(0, np.float32)
        for tick in range(inputs.shape[0]):
            copy(inputs[tick], units)
            act(layout, genome, carry, tick, units, action)
            if not adapt(layout, folded, carry, tick, no_signal):
                return tick
        return inputs.shape[0]

    return loop


class PolicyAlone:
    """Up to 16 policies that see the same observations, one after the other on one thread.

    They are born here, and at each run live on with the weights that the last one left: a birth costs as much as many
    ticks, and is not what is measured.
    """

    def __init__(self, controls: Controls, inputs: np.ndarray, loop: Any) -> None:
        step = compile_step(controls.policy)
        self.layout, self.loop, self.inputs = step.layout, loop, inputs
        self.action = np.zeros(controls.task.action_size, np.float32)
        self.genomes = [read_only(genome) for genome in controls.genomes[:_LIVES]]
        self.folded = np.zeros((len(self.genomes), step.folded_size), np.float32)
        self.carries = np.zeros((len(self.genomes), step.carry_size), np.float32)
        for index, genome in enumerate(self.genomes):
            folded, carry = self.folded[index], self.carries[index]
            step.birth(step.layout, step.parameters, genome, *(np.uint32(0), np.uint32(index)) * 2, folded, carry)
        self.synapse_ticks = len(self.genomes) * len(inputs) * controls.policy.weight_count

    def run(self) -> int:
        """Run all policies over all observations; return the ticks that they lasted."""
        ticks = 0
        for genome, folded, carry in zip(self.genomes, self.folded, self.carries, strict=True):
            ticks += self.loop(self.layout, genome, folded, carry, self.inputs, self.action)
        return ticks
