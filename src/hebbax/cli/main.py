"""`hebbax`: finds the subcommand, runs it, and turns a user's error into one line and exit code 2."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from hebbax.cli.keys import told
from hebbax.errors import HebbaxError, one_line, unknown_name
from hebbax.settings import blamed, check_settings

SUBCOMMANDS = {
    "train": "evolve a controller, or go on with a run",
    "evaluate": "run a controller for many lives and report its returns",
    "compare": "put runs side by side, over their seeds",
    "show": "draw a run's learning curve and weights, and film a life",
    "record": "write everything that happens in some lives to a file",
    "analyze": "say what the weights do: fixed point, limit cycle, wandering ...",
    "report": "write a page about a run: its life, weights, verdict and experiments",
    "experiment": "ask a living network something: freeze, saturate, lift, zero weights and more",
    "stress": "put controllers through damages, and say what they keep of their return",
    "play": "open a controller in a browser, and do harm to it while it lives",
    "tasks": "list the robots and goals",
    "new": "make a task of a robot of your own, from its MJCF or URDF",
    "try": "film a robot without a controller, before anyone trains on it",
    "policies": "list the networks and plasticity rules by name",
    "strategies": "list the evolution strategies with their options",
    "export": "write a controller as C, ONNX, NumPy or JSON, for a robot",
    "verify-export": "check that an exported controller is still the same",
    "import": "make a run of a controller that other code has evolved",
    "damages": "list what can happen to a life",
    "reproduce": "run a published experiment, or go on with it, and compare",
    "merge": "merge a controller's rules to a few, as a run to evolve on",
    "genome": "print what the numbers of a genome are",
    "zoo": "list the controllers that ship with hebbax",
    "demo": "evolve a small controller now, and see what it does",
    "doctor": "check this machine and installation",
    "completion": "let your shell complete commands, keys and names",
    "bench": "measure speed and memory on this machine",
}
"""What `hebbax NAME` does; each is the module `hebbax.cli.NAME`, imported only when it is asked for."""

FIRST = {
    "hebbax demo": "evolve a controller in one to two minutes, and see what it does",
    "hebbax train task=half_cheetah policy=han-e --run runs/first": "evolve one of your own; Ctrl-C keeps what it has",
    "hebbax report runs/first": "a page about it: the robot moving beside its weights",
    "hebbax stress runs/first": "break the robot in many ways, and see what is kept",
    "hebbax compare runs/first zoo:half_cheetah/han-e": "put it beside another",
}
"""The five commands to begin with, in the order in which one can type them."""

_MODULES = {
    "try": "try_task",
    "import": "import_controller",
    "verify-export": "verify_export",
}
"""Of commands that no module can be called: words of Python, and what is no word."""

USER_ERROR = 2
INTERRUPTED = 130  # as a shell reports a process that Ctrl-C ended

# A full disk or quota, the limit of a file's size, a disk that can only be read: no fault of hebbax, whatever it wrote.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def module_of(name: str) -> str:
    """Return the module of a subcommand."""
    return f"hebbax.cli.{_MODULES.get(name, name)}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line, that of the process or another, and return its exit code."""
    if argv is None and "_ARGCOMPLETE" in os.environ:  # a shell asks what a line can go on as
        from hebbax.cli.completion import complete

        complete()
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may not know every sign that we print
    try:
        code = _run(arguments, own_process=argv is None)
        sys.stdout.flush()  # here, where a reader that has gone is dealt with
        return code
    except HebbaxError as error:
        print(f"hebbax: {told(error)}", file=sys.stderr)
        return USER_ERROR
    except MemoryError as error:
        what = one_line(error).rstrip(".")
        hint = "expected what this machine's memory holds; try fewer lives, or shorter ones"
        print(f"hebbax: {what}: {hint}", file=sys.stderr)
        return USER_ERROR
    except Warning as warning:
        what = f"{type(warning).__name__}: {one_line(warning)}"
        print(f"hebbax: {what}: warnings are errors here; unset PYTHONWARNINGS, or leave -W out", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        print("hebbax: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as in `hebbax tasks | head -1`
        _forget_stdout()
        return 1
    except OSError as error:
        return _unwritten(error)


def _open_what_is_closed() -> None:
    """Have streams that the caller has closed go nowhere: what is opened next would get their place otherwise."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115


def _unwritten(error: OSError) -> int:
    """Say that the output, or a file, cannot be written; raise what is of another kind."""
    from hebbax.files.atomic_write import write_error

    line = str(write_error(Path(error.filename or "a file"), error))
    if error.filename is None and _stdout_fails():
        _forget_stdout()
        line = f"cannot write the output: {error.strerror or one_line(error)}; make room, or choose another file"
    elif error.errno not in _NO_ROOM:
        raise error
    with suppress(OSError):
        print(f"hebbax: {line}", file=sys.stderr)
    return USER_ERROR


def _stdout_fails() -> bool:
    """Whether no more can be printed: what could not be written may have gone from the buffer, so a line is tried."""
    try:
        print(flush=True)
    except OSError:
        return True
    return False


def _forget_stdout() -> None:
    # Python flushes stdout once more at exit, which must not complain again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def first_steps() -> str:
    """Return what `hebbax` alone prints: what a newcomer needs."""
    width = max(map(len, FIRST))
    listed = "\n".join(f"  {line:<{width}}  {what}" for line, what in FIRST.items())
    return f"""Evolve, understand and break plastic neural controllers for robots. Begin with:

{listed}

`hebbax --help` lists all commands, `hebbax COMMAND --help` what each can do; `hebbax doctor` checks this machine."""


def usage() -> str:
    """Return what `hebbax --help` prints."""
    width = max(map(len, SUBCOMMANDS))
    listed = "\n".join(f"  {name:<{width}}  {what}" for name, what in SUBCOMMANDS.items())
    return f"""usage: hebbax COMMAND ...

Evolve, understand and break plastic neural controllers for robots.

commands:
{listed}

examples:
  hebbax demo
  hebbax train task=half_cheetah policy=han-e generations=150
  hebbax COMMAND --help

options:
  -h, --help  show this help
  --version   show the version"""


def _run(arguments: list[str], own_process: bool) -> int:
    if not arguments:
        print(first_steps())
        return 0
    name = arguments[0]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name == "--version":
        from hebbax._version import __version__

        print(f"hebbax {__version__}")
        return 0
    if name not in SUBCOMMANDS:
        kind, known = ("option", ("--help", "--version")) if name.startswith("-") else ("command", SUBCOMMANDS)
        raise unknown_name(kind, name, known)
    module = import_module(module_of(name))
    try:
        options = module.parser().read(arguments[1:])
    except SystemExit as exit:  # argparse has printed the subcommand's help
        return int(exit.code or 0)
    from hebbax.cli.output import log_as_notes

    options.own_process = own_process
    log_as_notes()
    if name != "doctor":  # which says what is wrong, beside all else
        check_settings(os.environ)
    try:
        return module.run(options)
    except (ValueError, RuntimeError, ImportError) as error:
        if isinstance(error, HebbaxError) or (refusal := blamed(error, os.environ)) is None:
            raise
        raise refusal from error


if __name__ == "__main__":
    sys.exit(main())
