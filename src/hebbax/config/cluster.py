"""Where the lives of `engine=ray` are lived: as a user writes it, under `ray.`."""

from __future__ import annotations

from dataclasses import dataclass

from hebbax.errors import HebbaxError, check_whole, unknown_name

AUTO, REQUIRE, OFF = "auto", "require", "off"
SAME_BITS = (AUTO, REQUIRE, OFF)
"""What a cluster of several kinds of machine is: worth a line, an error, or nobody's business."""

MOST_WORKERS = 100_000


@dataclass(frozen=True)
class RayConfig:
    """A cluster, as far as hebbax has to know it.

    >>> RayConfig(workers=2).same_bits
    'auto'
    """

    address: str | None = None  # none for this machine alone, auto for the cluster that it is part of, or HOST:PORT
    workers: int | None = None  # none for one on every node; each is a process with threads for its share of the cores
    same_bits: str = AUTO  # one of SAME_BITS


def check_ray(config: RayConfig) -> None:
    """Raise HebbaxError for a number out of range, a word that is none, and an address of another form."""
    if config.workers is not None:
        check_whole("ray.workers", config.workers, 1, MOST_WORKERS)
    if config.same_bits not in SAME_BITS:
        raise unknown_name("ray.same_bits", config.same_bits, SAME_BITS)
    if config.address not in (None, AUTO) and port_of(config.address) is None:
        raise HebbaxError(
            f"ray.address={config.address}: expected auto, HOST:PORT such as 10.0.0.1:6379, or null for this machine"
        )


def port_of(address: str) -> tuple[str, int] | None:
    """Return the host and the port of an address HOST:PORT, or None for another form.

    >>> port_of("10.0.0.1:6379")
    ('10.0.0.1', 6379)
    """
    host, _, port = address.rpartition(":")
    return (host, int(port)) if host and port.isdecimal() and 0 < int(port) < 2**16 else None
