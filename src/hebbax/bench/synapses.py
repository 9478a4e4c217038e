"""The policy on its own: the compiled step over recorded observations, without a body."""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.compiling.compiler import compiled, copy
from hebbax.engines.gate import read_only
from hebbax.kernels.compile_step import compile_step
from hebbax.kernels.policy_step import PolicyStep
from hebbax.policies.policy import Policy

_LIVES = 16
_PAGE = 4096  # bytes


def policy_loop(step: PolicyStep) -> Any:
    """Return the compiled `loop(layout, genome, folded, carry, inputs [ticks, observations], action) -> ticks`."""
    act, adapt = step.act, step.adapt

    @compiled
    def loop(layout, genome, folded, carry, inputs, action):
        units, signal = np.empty(inputs.shape[1], np.float32), np.empty(1, np.float32)
        for tick in range(inputs.shape[0]):
            copy(inputs[tick], units)
            act(layout, genome, carry, tick, units, action)
            signal[0] = inputs[tick, 0]  # a reward, for those that hear one
            if not adapt(layout, folded, carry, tick, signal):
                return tick
        return inputs.shape[0]

    return loop


def _at_a_page(shape: tuple[int, int]) -> np.ndarray:
    """Return zeros, float32, that begin where a page of memory does.

    How buffers lie to each other within a page makes the same code up to a sixth faster or slower.
    """
    size = shape[0] * shape[1]
    block = np.zeros(size + _PAGE // 4, np.float32)
    first = -block.ctypes.data % _PAGE // 4
    return block[first : first + size].reshape(shape)


class PolicyAlone:
    """Up to 16 policies that see the same observations, one after the other on one thread.

    They are born here, and at each run live on with the weights that the last one left: a birth costs as much as many
    ticks, and is measured by itself.

    `genomes` is float32 [genomes, genome_size], `inputs` float32 [ticks, observations].
    """

    def __init__(self, policy: Policy, genomes: np.ndarray, inputs: np.ndarray, loop: Any) -> None:
        self.step = step = compile_step(policy)
        self.loop, self.inputs = loop, inputs
        self.action = np.zeros(policy.network.sizes[-1], np.float32)
        self.genomes = [read_only(genome) for genome in genomes[:_LIVES]]
        self.folded = _at_a_page((len(self.genomes), step.folded_size))
        self.carries = _at_a_page((len(self.genomes), step.carry_size))
        self.synapse_ticks = len(self.genomes) * len(inputs) * policy.weight_count
        self.birth()

    def birth(self) -> None:
        """Give all policies new weights, the same at each birth, and fold their coefficients."""
        step = self.step
        for index, (genome, folded, carry) in enumerate(zip(self.genomes, self.folded, self.carries, strict=True)):
            step.birth(step.layout, step.parameters, genome, *(np.uint32(0), np.uint32(index)) * 2, folded, carry)

    def run(self) -> int:
        """Run all policies over all observations; return the ticks that they lasted."""
        ticks = 0
        for genome, folded, carry in zip(self.genomes, self.folded, self.carries, strict=True):
            ticks += self.loop(self.step.layout, genome, folded, carry, self.inputs, self.action)
        return ticks
