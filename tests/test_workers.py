"""Processes beside this one: what they import, and when they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from hebbax.workers import worker_pool

UNGUARDED = """
import os, sys
from hebbax.workers import worker_pool
print("imported", flush=True)
with worker_pool(2) as pool:
    print(pool.submit(os.getenv, "OPENBLAS_NUM_THREADS").result(), flush=True)
    print(__file__ == sys.argv[0], __spec__, flush=True)
"""

WAITING = """
import sys, time
from hebbax.workers import worker_pool
with worker_pool(2) as pool:
    sleeping = [pool.submit(time.sleep, 600) for _ in range(2)]
    print(*(process.pid for process in pool._processes.values()), flush=True)
    time.sleep(600)
"""


def test_a_script_without_a_guard_runs_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "3"}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, env=environment, check=False
    )
    assert (done.stdout, done.stderr) == ("imported\n1\nTrue None\n", "")


def ended(process: int) -> bool:
    """Whether a process has ended, of which nobody may have taken notice."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="asks Linux")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGHUP"])
def test_they_end_with_their_parent(name):
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(word) for word in parent.stdout.readline().split()]
        assert len(workers) == 2
        parent.send_signal(getattr(signal, name))
        parent.wait()
        until = time.monotonic() + 30
        try:
            while not all(ended(process) for process in workers):
                assert time.monotonic() < until, "they live on"
                time.sleep(0.05)
        finally:
            for process in workers:
                if not ended(process):
                    os.kill(process, signal.SIGKILL)


def test_an_error_of_a_task_is_raised_where_it_is_waited_for():
    with worker_pool(1) as pool:
        with pytest.raises(ZeroDivisionError):
            pool.submit(divmod, 1, 0).result()
        assert pool.submit(abs, -3).result() == 3
