"""Networks by name."""

from __future__ import annotations

from hebbax.errors import unknown_name
from hebbax.networks.elman import Elman
from hebbax.networks.fcrnn import Fcrnn
from hebbax.networks.gru import Gru
from hebbax.networks.lstm import Lstm
from hebbax.networks.mlp import Mlp
from hebbax.networks.network import Network

NETWORKS: dict[str, type[Network]] = {"mlp": Mlp, "elman": Elman, "fcrnn": Fcrnn, "gru": Gru, "lstm": Lstm}


def get_network(name: str) -> type[Network]:
    """Return a network's class by name. Raises HebbaxError with the nearest names."""
    if name not in NETWORKS:
        raise unknown_name("network", name, NETWORKS)
    return NETWORKS[name]
