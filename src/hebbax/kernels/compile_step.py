"""Which policies have a compiled step, and the step."""

from __future__ import annotations

from hebbax.errors import HebbaxError
from hebbax.kernels.network_step import compile_network_step, has_network_step
from hebbax.kernels.policy_step import PolicyStep
from hebbax.kernels.replay import compile_replay
from hebbax.policies.any_policy import AnyPolicy
from hebbax.policies.open_loop import Replay
from hebbax.policies.policy import Policy


def has_step(policy: AnyPolicy) -> bool:
    """Whether a policy has a compiled step; any other runs on the lockstep engine."""
    return isinstance(policy, Replay) or (isinstance(policy, Policy) and has_network_step(policy))


def compile_step(policy: AnyPolicy) -> PolicyStep:
    """Return the compiled step of a policy. Raises HebbaxError if there is none."""
    if isinstance(policy, Replay):
        return compile_replay(policy)
    if isinstance(policy, Policy) and has_network_step(policy):
        return compile_network_step(policy)
    raise HebbaxError(f"policy {policy.name!r} has no compiled step: use the lockstep engine (engine=lockstep)")
