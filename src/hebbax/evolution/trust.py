"""Whether what is stored may have modules imported: importing runs their code, and a run may be a stranger's.

A stored configuration names what it needs, such as `gymnasium/MODULE:ENV_ID`. Its modules are imported only if the
caller names them or trusts the run, has imported them already, or has trusted this run before. Whatever opens
something stored asks `check_trust` before it makes a task. Other parts that name modules are added to
`required_modules`. Names of parts that plug-ins brought are no modules: `registry.py` imports what is installed,
whatever a run names.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from hebbax.config.train import TrainConfig, flat_dict, from_dict, to_dict
from hebbax.config.training import FULL
from hebbax.errors import HebbaxError
from hebbax.tasks.external.task import module_of

Trust: TypeAlias = bool | Collection[str]
"""True for all modules that a run wants, or the names of those that it may have."""


@dataclass(frozen=True)
class RequiredModule:
    """A module that a stored configuration would have imported."""

    module: str
    part: str  # which part of the configuration names it


def required_modules(config: TrainConfig) -> tuple[RequiredModule, ...]:
    """Return the modules that a configuration would have imported, none for what hebbax has itself."""
    name = module_of(config.task.name)
    return () if name is None else (RequiredModule(name, f"task {config.task.name}"),)


def modules_of(config: TrainConfig) -> frozenset[str]:
    """Return the names of those modules, as `check_trust` takes them from who has written the configuration."""
    return frozenset(one.module for one in required_modules(config))


def check_trust(config: TrainConfig, path: Path, trust: Trust = False) -> None:
    """Raise HebbaxError, naming module and reason, unless all that a stored configuration wants may be imported.

    `path` is that of the run's folder or of the file that holds the configuration. Nothing is imported here.
    """
    names = (trust,) if isinstance(trust, str) else trust
    for one in required_modules(config):
        allowed = names if isinstance(names, bool) else one.module in names
        if not (allowed or one.module in sys.modules or _is_remembered(config, path)):
            raise HebbaxError(
                f"{path} would run code of module {one.module!r}, which {one.part} of this run would import: if you "
                f"trust it, add --trust to the command (in Python trust=True, or import {one.module} first)"
            )


def remember_trust(config: TrainConfig, path: Path, on_note: Callable[[str], None]) -> None:
    """Remember that a stored configuration is trusted under this path; one that wants nothing needs none.

    Where nothing can be remembered, that is told to `on_note` in one line.
    """
    if not required_modules(config) or _is_remembered(config, path):
        return
    try:
        file = _file()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as stream:  # one write per line: no process loses what another adds
            stream.write(f"{_entry(config, path)}\n")
    except (OSError, RuntimeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        on_note(f"that you trust {path} cannot be remembered ({reason}): it holds for this command alone")


def _is_remembered(config: TrainConfig, path: Path) -> bool:
    try:
        lines = _file().read_text("utf-8").splitlines()
    except FileNotFoundError:
        return False
    except RuntimeError:  # there is no home: nothing was ever remembered
        return False
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
        raise HebbaxError(f"cannot read {_file()}, which holds what you trust: {reason}; mend or remove it") from error
    return _entry(config, path) in lines


def _entry(config: TrainConfig, path: Path) -> str:
    return f"{_identity(config)} {json.dumps(os.path.realpath(path))}"


def _identity(config: TrainConfig) -> str:
    """Return a hash of what a run is, and not of how far it is, nor of keys that only a newer hebbax knows."""
    # Before there was a choice, lives of training were full ones: what was trusted then still is.
    default = flat_dict(from_dict({**to_dict(TrainConfig()), "training": {"ticks": FULL}}))
    values = flat_dict(from_dict(to_dict(config)))
    identity = {key: value for key, value in values.items() if key != "generations" and value != default.get(key)}
    identity["modules"] = sorted(modules_of(config))
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def _file() -> Path:
    """Return where trust is remembered. Raises RuntimeError where the user has no home."""
    state = os.environ.get("XDG_STATE_HOME", "")  # a relative one is to be ignored, says the XDG specification
    base = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    return base / "hebbax" / "trusted-runs.txt"
