"""Cores by affinity and quota, with the files of real control groups laid out in a temporary folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hebbax import cores
from hebbax.cores import available_cores, available_memory, cgroup_quota

V1_GROUPS = "5:memory:/box\n4:cpu,cpuacct:/box\n3:cpuset:/box\n"


def system(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def v1(folder: str, quota: int, period: int = 100_000) -> dict[str, str]:
    return {f"{folder}/cpu.cfs_quota_us": f"{quota}\n", f"{folder}/cpu.cfs_period_us": f"{period}\n"}


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        pytest.param({}, None, id="no control groups"),
        pytest.param({"proc/self/cgroup": "0::/\n"}, None, id="version 2 at its root, which has no file"),
        pytest.param({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, None, id="no limit"),
        pytest.param({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5, id="container"),
        pytest.param(
            {
                "proc/self/cgroup": "0::/user.slice/job\n",
                "sys/fs/cgroup/user.slice/cpu.max": "300000 100000\n",
                "sys/fs/cgroup/user.slice/job/cpu.max": "800000 100000\n",
            },
            3.0,
            id="the group above allows less",
        ),
        pytest.param(
            {"proc/self/cgroup": "0::/docker/1f3a\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"},
            0.5,
            id="named as the host sees it, mounted as the container does",
        ),
        pytest.param(
            {"proc/self/cgroup": V1_GROUPS} | v1("sys/fs/cgroup/cpu,cpuacct/box", 250_000), 2.5, id="version 1"
        ),
        pytest.param(
            {"proc/self/cgroup": V1_GROUPS} | v1("sys/fs/cgroup/cpu", 400_000, 200_000), 2.0, id="version 1 link"
        ),
        pytest.param({"proc/self/cgroup": V1_GROUPS} | v1("sys/fs/cgroup/cpu/box", -1), None, id="version 1, no limit"),
        pytest.param(
            {"proc/self/cgroup": V1_GROUPS} | v1("sys/fs/cgroup/cpuset/box", 100_000), None, id="not the CPU group"
        ),
        pytest.param(
            {"proc/self/cgroup": V1_GROUPS + "0::/box\n"} | v1("sys/fs/cgroup/cpu/box", 700_000),
            7.0,
            id="both versions",
        ),
        pytest.param({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "odd\n"}, None, id="unknown form"),
    ],
)
def test_quota(tmp_path: Path, files: dict[str, str], quota: float | None) -> None:
    assert cgroup_quota(system(tmp_path, files)) == quota


@pytest.mark.parametrize(
    ("affinity", "quota", "expected"),
    [(8, None, 8), (8, 2.0, 2), (8, 2.1, 3), (8, 0.3, 1), (2, 6.0, 2), (1, None, 1)],
)
def test_fewer_of_affinity_and_quota_rounded_up(
    monkeypatch: pytest.MonkeyPatch, affinity: int, quota: float | None, expected: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(affinity)), raising=False)
    monkeypatch.setattr(cores, "cgroup_quota", lambda: quota)
    assert available_cores() == expected


def test_system_without_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(cores, "cgroup_quota", lambda: None)
    monkeypatch.setattr(os, "cpu_count", lambda: 10)
    assert available_cores() == 10
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert available_cores() == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no CPU affinity")
def test_affinity_of_this_process_is_respected() -> None:
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert available_cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)


@pytest.mark.parametrize(
    ("files", "memory"),
    [
        pytest.param({}, 8_000, id="no control groups"),
        pytest.param({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 8_000, id="no limit"),
        pytest.param(
            {
                "proc/self/cgroup": "0::/user.slice/job\n",
                "sys/fs/cgroup/user.slice/memory.max": "3000\n",
                "sys/fs/cgroup/user.slice/job/memory.max": "5000\n",
            },
            3_000,
            id="the group above allows less",
        ),
        pytest.param(
            {"proc/self/cgroup": V1_GROUPS, "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "2000\n"},
            2_000,
            id="version 1",
        ),
        pytest.param(
            {"proc/self/cgroup": V1_GROUPS, "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{2**63 - 4096}\n"},
            8_000,
            id="version 1, no limit",
        ),
    ],
)
def test_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], memory: int) -> None:
    sizes = {"SC_PAGE_SIZE": 4, "SC_PHYS_PAGES": 2_000}
    monkeypatch.setattr(os, "sysconf", lambda name: sizes[name], raising=False)
    assert available_memory(system(tmp_path, files)) == memory


def test_memory_of_a_system_that_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert available_memory(tmp_path) is None
