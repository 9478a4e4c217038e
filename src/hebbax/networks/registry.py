"""Networks by name."""

from __future__ import annotations

from hebbax.networks.conv import Conv
from hebbax.networks.elman import Elman
from hebbax.networks.fcrnn import Fcrnn
from hebbax.networks.gru import Gru
from hebbax.networks.lstm import Lstm
from hebbax.networks.mlp import Mlp
from hebbax.networks.network import Network
from hebbax.networks.skip_lstm import SkipLstm
from hebbax.registry import Registry

NETWORKS: Registry[type[Network]] = Registry(
    "network",
    {"mlp": Mlp, "elman": Elman, "fcrnn": Fcrnn, "gru": Gru, "lstm": Lstm, "skip-lstm": SkipLstm, "conv": Conv},
)


def register_network(name: str, network: type[Network]) -> None:
    """Add a kind of network, or replace one of your own: a dataclass that derives from `Network`.

    With steps (`Network.steps`) it runs on every engine; with a `forward` of its own on the lockstep engine. Raises
    HebbaxError for a name that ships or is a plug-in's.
    """
    NETWORKS.register(name, network)
