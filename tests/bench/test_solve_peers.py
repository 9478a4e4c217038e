"""Others' software beside hebbax: each really learns HalfCheetah in its own process, for a moment."""

from __future__ import annotations

import pytest

from hebbax.bench.solve import CASE
from hebbax.bench.solve_peers import PEERS, run_peer

_SIDE = {"seconds": 20.0, "until": -1e9, "every": 0.0}  # every return is enough, so it ends with its second evaluation


@pytest.mark.slow
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_learns_until_its_goal(name):
    if (package := PEERS[name][1]) is not None:
        pytest.importorskip(package)

    run = run_peer(name, {**CASE, "lives": 2}, _SIDE, seed=3)

    first, second = run["evaluations"]
    assert first["steps"] == 0
    assert second["steps"] > 0
    assert 0 < first["seconds"] < second["seconds"]
    assert -1000 < first["return_mean"] < 1000
