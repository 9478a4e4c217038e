"""How many cores and how much memory this process may use: of the machine, and what containers and clusters allow."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path


def available_cores() -> int:
    """Return the number of cores worth starting threads for, at least 1."""
    cores, quota = schedulable_cores(), cgroup_quota()
    # A quota is above 0, so rounding up gives at least 1.
    return cores if quota is None else min(cores, math.ceil(quota))


def schedulable_cores() -> int:
    """Return the number of cores that threads of this process may run on, whatever their share of the time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # macOS has neither affinity nor cgroups


def keep_algebra_on_one_thread() -> None:
    """Leave the cores to our own threads and processes, where the user has not said otherwise.

    Those of the linear algebra, whose matrices are small here, would only fight over them. NumPy reads it once.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def cgroup_quota(root: Path = Path("/")) -> float | None:
    """Return how many cores the control group of this process may keep busy, or None where there is no limit.

    The group and all above it count, in version 1 and 2. `root` is where proc/ and sys/ are found.
    """
    limits = [limit for folder in _group_folders(root) if (limit := _limit(folder)) is not None]
    return min(limits, default=None)


def available_memory(root: Path = Path("/")) -> int | None:
    """Return the bytes of memory that this process may fill, or None where the system does not say.

    They are the machine's, or fewer where the control group of this process, or one above it, has a limit. `root` is
    where proc/ and sys/ are found.
    """
    try:
        machine = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    except (ValueError, OSError, AttributeError):  # names that a system does not know
        machine = []
    limits = []
    for folder in _group_folders(root, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            limit = _read(folder / name).strip()
            limits += [int(limit)] if limit.isdecimal() else []  # "max" in version 2, a huge number in version 1
    return min([*machine, *limits], default=None)


def _group_folders(root: Path, controller: str = "cpu") -> Iterator[Path]:
    """Yield the group of this process for a controller, and its parents, under every place where it may be mounted."""
    mounts = root / "sys/fs/cgroup"
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if controllers == "":
            places = [mounts, mounts / "unified"]  # version 2, alone or beside version 1
        elif controller in controllers.split(","):
            places = [mounts / controllers, mounts / controller]
        else:
            continue
        # In a container the group may be named as the host sees it while only its own part is mounted: the walk up
        # ends at the mount itself, which is that part.
        relative = Path(group.strip("/"))
        yield from (place / part for place in places for part in (relative, *relative.parents))


def _limit(folder: Path) -> float | None:
    """Return the quota of one group in cores."""
    if not (words := _read(folder / "cpu.max").split()):
        words = [_read(folder / "cpu.cfs_quota_us").strip(), _read(folder / "cpu.cfs_period_us").strip()]
    try:
        quota, period = (int(word) for word in words)
    except ValueError:  # "max" in version 2, no file in version 1
        return None
    return quota / period if quota > 0 and period > 0 else None  # version 1 says -1 for no limit


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
