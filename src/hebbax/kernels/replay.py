"""The compiled step of an open-loop policy."""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import compiled, copy
from hebbax.kernels.policy_step import PolicyStep
from hebbax.policies.open_loop import Replay


def compile_replay(policy: Replay) -> PolicyStep:
    """Return the compiled step of a replay."""
    return PolicyStep(_birth, _act, _adapt, _weights, np.zeros(0, np.int64), np.zeros(0, np.float32), 0, 0, 0)


@compiled
def _birth(layout, parameters, genome, key0, key1, slot0, slot1, folded, carry):
    pass


@compiled
def _act(layout, genome, carry, tick, inputs, action):
    start = tick * action.shape[0]
    copy(genome[start : start + action.shape[0]], action)


@compiled
def _adapt(layout, folded, carry, tick, signal):
    return True


@compiled
def _weights(layout, carry, out):
    pass
