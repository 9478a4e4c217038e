"""`hebbax play`: a living controller in a browser, and buttons to do harm to it."""

from __future__ import annotations

import threading
from argparse import ArgumentTypeError, Namespace

from hebbax.cli.evaluate import add_genome_option
from hebbax.cli.interrupt import interruption
from hebbax.cli.output import waiting
from hebbax.cli.parser import Parser, positive_number, whole_number
from hebbax.cli.trust import add_scenario_overrides, add_trust_option, open_run
from hebbax.installing import pip_install_extra

SLOWEST, FASTEST = 0.05, 4.0
"""Times real time, where the slider of the page begins and ends."""

_DESCRIPTION = f"""\
Open a controller in a browser and watch it live: its body, its weights, how fast they change and where they go. Push
it, kill an actuator, set weights to zero, draw them anew, or freeze its plasticity while it lives. The life is the
first that `hebbax evaluate` runs with the same seed, and it goes on until it is stopped. Needs viser:
{pip_install_extra("viewer")}."""

_EXAMPLES = """\
  hebbax play zoo:half_cheetah/han-e
  hebbax play runs/mine --genome mean --seed 7 --speed 0.5
  hebbax play runs/mine --port 9000"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("play", _DESCRIPTION, _EXAMPLES)
    options.add_argument("target", metavar="RUN", help="folder of a run, or zoo:TASK/POLICY")
    add_scenario_overrides(options)
    options.add_argument("--port", type=whole_number, default=8080, metavar="N", help="of the page (default: 8080)")
    options.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="to listen on; 0.0.0.0 lets every machine of the network ask (default: 127.0.0.1)",
    )
    options.add_argument("--seed", type=whole_number, default=1, metavar="N", help="of the lives (default: 1)")
    add_genome_option(options)
    add_trust_option(options)
    options.add_argument("--speed", type=_speed, default=1.0, metavar="X", help="times real time (default: 1.0)")
    return options


def _speed(text: str) -> float:
    """Return the speed that an option gives."""
    try:
        speed = positive_number(text)
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"{error}; the slowest on the page is {SLOWEST}, real time is 1") from None
    nearest = min(max(speed, SLOWEST), FASTEST)
    if speed != nearest:
        raise ArgumentTypeError(f"expected {SLOWEST:g} to {FASTEST:g}, not {text!r}; nearest valid: {nearest:g}")
    return speed


def run(options: Namespace) -> int:
    """Play until Ctrl-C or SIGTERM; return 0."""
    from hebbax.play.server import PlayServer, check_port, import_viser

    check_port(options.port)
    import_viser()  # what is missing is told before a life is compiled
    from hebbax.play.session import Session

    stored = open_run(options.target, trust=options.trust, overrides=options.overrides)
    stored.controller(options.genome)
    waiting("waking a controller; compiling its life takes up to 20 s the first time")
    session = Session.of_run(stored, genome=options.genome, seed=options.seed)
    server = PlayServer(session, host=options.host, port=options.port, speed=options.speed)
    stop = threading.Event()
    with interruption() as asked:
        asked.when_asked(stop.set)
        print(where(options.host, server.port, server.token), flush=True)
        server.run(stop)
    return 0


def where(host: str, port: int, token: str) -> str:
    """Return where the page is, with its token, also for someone who sits at another machine."""
    import getpass
    import socket

    named = "localhost" if host in ("127.0.0.1", "localhost", "0.0.0.0", "::", "::1") else host
    named = f"[{named}]" if ":" in named else named  # an IPv6 address in a URL, and for ssh
    here, machine = f"open http://{named}:{port}/?token={token} in a browser; Ctrl-C ends it", socket.gethostname()
    if host in ("0.0.0.0", "::"):
        return f"{here}\nfrom another machine: http://{machine}:{port}/?token={token}"
    return (
        f"{here}\nfrom another machine: ssh -L {port}:{named}:{port} {getpass.getuser()}@{machine}, "
        f"then open http://localhost:{port}/?token={token} there"
    )
