"""A pytest plugin: end the tests with an error after `--time-limit` seconds, and name those that took longest.

The seconds are of two cores, and twice as many on one. What runs tests in processes of their own ends these too, so a
test that hangs is an error as a suite that has grown slow is.
"""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any

import pytest

from hebbax.cores import available_cores

_CORES = 2
_NAMED = 10


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--time-limit", type=float, default=0.0, metavar="SECONDS", help="of two cores; 0 for no limit")


def pytest_configure(config: pytest.Config) -> None:
    limit = config.getoption("--time-limit") * max(1.0, _CORES / available_cores())
    if limit > 0 and not hasattr(config, "workerinput"):  # only in the process that the others report to
        config.pluginmanager.register(_TimeLimit(limit), "time-limit-of-all-tests")


class _TimeLimit:
    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.seconds: Counter[str] = Counter()
        self.running: dict[str, None] = {}
        self.over = False

    def pytest_sessionstart(self) -> None:
        signal.signal(signal.SIGALRM, self._end)
        signal.setitimer(signal.ITIMER_REAL, self.limit)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.running[nodeid] = None

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.running.pop(nodeid, None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self.over:
            return
        terminalreporter.section(f"error: the tests took longer than {self.limit:.0f} s", red=True)
        for nodeid in self.running:
            terminalreporter.line(f"still running  {nodeid}")
        for nodeid, seconds in self.seconds.most_common(_NAMED):
            terminalreporter.line(f"{seconds:11.1f} s  {nodeid}")

    def _end(self, *_: Any) -> None:
        self.over = True
        pytest.exit(f"the tests took longer than {self.limit:.0f} s", returncode=pytest.ExitCode.TESTS_FAILED)
