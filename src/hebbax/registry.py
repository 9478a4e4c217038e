"""Parts by name: ours, a script's, and those of plug-ins, which are packages with an entry point in the group `hebbax`.

Plug-ins are imported once in a process, when a name is missed or names are listed for the first time: what ships needs
none of them. Which modules these are, only the metadata of installed packages says, never a name that was looked up.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hebbax.errors import HebbaxError, one_line, unknown_name

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "hebbax"
"""The group of entry points; each is a module whose import registers what it has."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Registry(Generic[T]):
    """The parts of one kind by name, in the order in which they were registered; ours are the first."""

    def __init__(
        self,
        kind: str,
        ours: Mapping[str, T] | None = None,
        *,
        pattern: str = r"\w[\w.-]*",
        form: str = "letters, digits, '.', '_' and '-'",
    ) -> None:
        self.kind = kind  # in the words of an error, such as "task"
        self._parts: dict[str, T] = dict(ours or {})
        self._origins: dict[str, str] = {}
        self._ours = frozenset(self._parts)
        self._pattern, self._form = pattern, form  # of names, as a regular expression and in words

    def register(self, name: str, part: T) -> None:
        """Add a part under a name; one that the caller's own program has registered before is replaced.

        So a cell of a notebook can be run again. Raises HebbaxError for the name of a part that ships or that a plug-in
        brought, and for one that no command could hold.
        """
        if not (isinstance(name, str) and re.fullmatch(self._pattern, name)):
            raise HebbaxError(f"{self.kind} {name!r}: expected a name of {self._form}")
        plugin = _UNDER_WAY.get()
        own = plugin is None and name not in self._ours and name not in self._origins
        if name in self._parts and not own:
            package = f" by {self._origins[name]}" if name in self._origins else ""
            raise HebbaxError(f"{self.kind} {name!r} is registered already{package}: choose another name")
        self._parts[name] = part
        if plugin is not None:
            self._origins[name] = plugin.package
            plugin.added.append((self, name))

    def get(self, name: str) -> T:
        """Return the part of a name. Raises HebbaxError with the nearest names."""
        if not isinstance(name, str) or name not in self:
            raise unknown_name(self.kind, name, self)
        return self._parts[name]

    def names(self) -> tuple[str, ...]:
        """Return all names."""
        return tuple(self)

    def items(self) -> tuple[tuple[str, T], ...]:
        """Return all names with their parts."""
        load_plugins()
        return tuple(self._parts.items())

    def values(self) -> tuple[T, ...]:
        """Return all parts."""
        return tuple(part for _, part in self.items())

    def origin(self, name: str) -> str | None:
        """Return the package whose plug-in brought a name; None for ours, and for what a script has registered."""
        return self._origins.get(name)

    def __getitem__(self, name: str) -> T:
        return self.get(name)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        if name not in self._parts:
            load_plugins()
        return name in self._parts

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.items())

    def __len__(self) -> int:
        return len(self.items())

    def _forget(self, name: str) -> None:
        del self._parts[name]
        del self._origins[name]


@dataclass
class _Plugin:
    """A plug-in whose import is under way, and what it has registered."""

    package: str
    added: list[tuple[Registry[Any], str]] = field(default_factory=list)


_UNDER_WAY: ContextVar[_Plugin | None] = ContextVar("plug-in under way", default=None)
_LOCK = threading.RLock()
_loaded = False


def load_plugins() -> None:
    """Import the plug-ins that are installed, if that has not been done in this process.

    One that cannot be used is one warning that names its package, its entry point and the reason, and leaves nothing
    registered: half a plug-in would answer to some of its names.
    """
    global _loaded
    with _LOCK:
        if _loaded:
            return
        _loaded = True  # first: what a plug-in looks up while it is imported finds what there is until then
        try:
            plugins = sorted(_entry_points(), key=lambda point: (_package(point), point.name))
        except Exception as error:  # any: the metadata is other packages'
            logger.warning(
                "plug-ins are not used: the installed packages' entry points cannot be read: %s", _told(error)
            )
            return
        for plugin in plugins:
            _load(plugin)


def installed_plugins() -> dict[str, str]:
    """Return the version of each package that has an entry point in the group, "unknown" where it says none."""
    points = sorted(_entry_points(), key=_package)
    return {_package(point): "unknown" if point.dist is None else str(point.dist.version) for point in points}


def _entry_points() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points  # here, because it takes as long as all the rest of this module

    return entry_points(group=GROUP)


def _load(point: EntryPoint) -> None:
    plugin = _Plugin(_package(point))
    token = _UNDER_WAY.set(plugin)
    whole = False
    try:
        import_module(_installed(point).module)
        whole = True
    except (Exception, SystemExit) as error:  # any: it is another's code
        name = f"{plugin.package} ({point.name} = {point.value})"
        logger.warning("plug-in %s is not used: %s", name, _told(error))
    finally:
        _UNDER_WAY.reset(token)
        if not whole:
            for registry, name in plugin.added:
                registry._forget(name)


def _installed(point: EntryPoint) -> EntryPoint:
    """Return an entry point as it is installed. Raises HebbaxError for one that is not, or that is no module."""
    from importlib.metadata import distributions  # here, as in `_entry_points`

    # `python -m` looks for packages in the current folder too, which may be that of a run that somebody has sent. Or it
    # is the folder from which a package was installed: then what setuptools left there comes first.
    if point.dist is not None and _is_current(point.dist.locate_file("")):
        elsewhere = [folder for folder in sys.path if not _is_current(folder)]
        others = (package.entry_points for package in distributions(name=point.dist.name, path=elsewhere))
        same = [other for points in others for other in points if (other.group, other.name) == (GROUP, point.name)]
        if not same:
            raise HebbaxError("it lies in the current folder and is not installed: pip install it")
        point = same[0]
    if point.attr:
        raise HebbaxError(f"expected a module whose import registers what it has, such as {point.module!r}")
    return point


def _is_current(folder: object) -> bool:
    return os.path.realpath(str(folder)) == os.path.realpath(os.curdir)


def _package(point: EntryPoint) -> str:
    return str(point.dist.name) if point.dist is not None else point.module


def _told(error: BaseException) -> str:
    """Return what went wrong in another's code, in one line: the type of its error, unless it is ours, and its text."""
    line = one_line(error)
    return line if isinstance(error, HebbaxError) or line == type(error).__name__ else f"{type(error).__name__}: {line}"
