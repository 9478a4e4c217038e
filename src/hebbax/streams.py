"""What a life's key is folded with, one number a purpose, so that no two purposes share a random number."""

from __future__ import annotations

WEIGHT_STREAM, BODY_STREAM, RESTART_STREAM, EVENT_STREAM = range(4)
"""Its initial weights, the birth of its body, its body's later births, what events draw."""

OBSERVATION_STREAM, OUTCOME_STREAM = 4, 5
"""The noise of a task's `observe` and of its `outcome`; then with the tick."""
