"""Commands that are killed at any moment, and what must be left: nothing half-made, nobody alive, a way to go on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hebbax.recording.reader import open_recording
from hebbax.runs.checkpoint import read_checkpoint

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
TINY = ("task=swimmer", "task.ticks=20", "strategy.population=4", "evaluate_lifetimes=2", "threads=1")
TRAINED = (*TINY, "generations=12", "checkpoint_every=2", "seed=3")
RUN = "finished"  # a finished run that lies beside
_MARK = "HEBBAX_TEST_MARK"
_LONGEST = 300.0  # s, of a command that nobody kills


@dataclass(frozen=True)
class Victim:
    """A command, how to go on after it was killed, and the files that must be the same in the end."""

    name: str
    first: tuple[str, ...]
    again: Callable[[Path], tuple[str, ...]]
    results: tuple[str, ...]  # patterns below the folder
    content: Callable[[Path], object]  # what must be the same, of one of the results
    kills: int  # of a hundred
    agrees: Callable[[Any, Any], bool] = lambda found, whole: found == whole  # of what a kill left with the whole


def _resumed(folder: Path) -> tuple[str, ...]:
    """Resume what there is; a run that was killed before it was one begins anew, and one that was too quick is done."""
    if list((folder / "run/checkpoints").glob("*12.safetensors")):
        return "evaluate", "run", "--lifetimes", "1"
    if list((folder / "run/checkpoints").glob("*.safetensors")):
        return "train", "--resume", "run"
    return "train", *TRAINED, "--run", "run"


def _resumed_large(folder: Path) -> tuple[str, ...]:
    if list((folder / "run/checkpoints").glob("*03.safetensors")):
        return "evaluate", "run", "--lifetimes", "1"
    if list((folder / "run/checkpoints").glob("*.safetensors")):
        return "train", "--resume", "run"
    return "train", *LARGE, "--run", "run"


def _tensors(path: Path) -> object:
    return {name: tensor.tobytes() for name, tensor in read_checkpoint(path).tensors.items()}


def _recorded_anew(folder: Path) -> tuple[str, ...]:
    (folder / "lives.h5").unlink(missing_ok=True)  # Ctrl-C keeps the lives that have ended, and no file is replaced
    return RECORD


def _same(*command: str) -> Callable[[Path], tuple[str, ...]]:
    return lambda folder: command


def _analysis(path: Path) -> object:
    document = json.loads(path.read_text())
    return document["lives"]


def _page(path: Path) -> object:
    text = path.read_text()
    assert text.rstrip().endswith("</html>")
    return len(text) // 2000  # times and versions differ from page to page


def _recording(path: Path) -> object:
    with open_recording(path) as recording:
        return {life.number: life.total_return for life in recording if life.end != "stopped"}  # which Ctrl-C cuts


LARGE = (*TRAINED, "policy.hidden=[150,150]", "generations=3", "checkpoint_every=1")  # in parts of at most 1 MB
SWEEP = ("train", "-m", *TINY, "generations=6", "checkpoint_every=2", "seed=3,4", "--run", "sweep")
RECORD = ("record", RUN, "--lifetimes", "4", "--out", "lives.h5")
ANALYZE = ("analyze", RUN, "--lifetimes", "4", "--ticks", "60", "--out", "analysis")
REPORT = ("report", RUN, "--lifetimes", "2", "--no-video", "--out", "page.html")

VICTIMS = (
    Victim(
        "train",
        ("train", *TRAINED, "--run", "run"),
        _resumed,
        ("run/checkpoints/*12.safetensors",),
        Path.read_bytes,
        30,
    ),
    Victim(
        "train in parts",
        ("train", *LARGE, "--run", "run"),
        _resumed_large,
        ("run/checkpoints/*03.safetensors",),
        _tensors,
        8,
    ),
    Victim("sweep", SWEEP, _same(*SWEEP), ("sweep/*/checkpoints/*06.safetensors",), Path.read_bytes, 20),
    Victim(
        "record",
        RECORD,
        _recorded_anew,
        ("lives.h5",),
        _recording,
        25,
        lambda found, whole: found.items() <= whole.items(),  # lives are kept as they end, whichever is first
    ),
    Victim("analyze", ANALYZE, _same(*ANALYZE), ("analysis/analysis.json",), _analysis, 15),
    Victim("report", REPORT, _same(*REPORT), ("page.html",), _page, 10),
)


_LIMITED = """
import resource, runpy, sys
room = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
runpy.run_module("hebbax", run_name="__main__", alter_sys=True)
"""


def run(arguments: tuple[str, ...], folder: Path, room: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, where no file may hold more than `room` bytes."""
    started = ["-m", "hebbax"] if room is None else ["-c", _LIMITED, str(room)]
    command = [sys.executable, *started, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_LONGEST, check=False)


def killed(arguments: tuple[str, ...], folder: Path, sent: signal.Signals, seconds: float) -> set[int]:
    """Start a command and send it a signal after so many seconds; return processes of its that outlive it."""
    mark = uuid.uuid4().hex
    child = subprocess.Popen(
        [sys.executable, "-m", "hebbax", *arguments],
        cwd=folder,
        env={**os.environ, _MARK: mark},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(sent)
        child.wait(timeout=60)
    end = time.monotonic() + 15
    while (left := set(_marked(mark))) and time.monotonic() < end:
        time.sleep(0.1)
    for process in left:
        os.kill(process, signal.SIGKILL)
    return left


def _marked(mark: str) -> Iterator[int]:
    needle = f"{_MARK}={mark}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found = needle in path.read_bytes()
        except OSError:  # it has ended meanwhile, or is another's
            continue
        if found:
            yield int(path.parent.name)


def fault_of(victim: Victim, folder: Path, whole: dict[str, object], seconds: float, seed: int) -> str | None:
    """Kill a command, look at what it left, go on, and compare with `whole`; return what is wrong, or None."""
    rng = random.Random(seed)
    sent, after = rng.choice(SIGNALS), rng.uniform(0.1, seconds)
    told = f"{victim.name}: {sent.name} after {after:.2f} s"
    if left := killed(victim.first, folder, sent, after):
        return f"{told}: processes {left} are left"
    if wrong := disagreement(victim, folder, whole):
        return f"{told}: {wrong}"
    ended = run(victim.again(folder), folder)
    if ended.returncode != 0 or "Traceback" in ended.stderr:
        return f"{told}: going on returned {ended.returncode}: {ended.stderr[-300:]}"
    if contents(victim, folder) != whole:
        return f"{told}: going on ended with something else"
    stray = [path.name for path in folder.rglob("*") if path.name.startswith(".") and path.suffix in (".part", ".tmp")]
    return f"{told}: {stray} is left" if stray else None


def disagreement(victim: Victim, folder: Path, whole: dict[str, object]) -> str | None:
    """Return which result of a command that was ended is there and not as in `whole`, or None."""
    for path in _results(victim, folder):
        name = str(path.relative_to(folder))
        if not victim.agrees(found := victim.content(path), whole[name]):
            return f"{name} is there and holds {found!r:.100}"
    return None


def whole_results(victim: Victim, folder: Path) -> tuple[dict[str, object], float]:
    """Run a command to its end; return what its results hold, and how long it took."""
    begin = time.monotonic()
    ended = run(victim.first, folder)
    assert ended.returncode == 0, ended.stderr
    return contents(victim, folder), time.monotonic() - begin


def contents(victim: Victim, folder: Path) -> dict[str, object]:
    """Return what the results in a folder hold, by their names in it."""
    return {str(path.relative_to(folder)): victim.content(path) for path in _results(victim, folder)}


def _results(victim: Victim, folder: Path) -> list[Path]:
    return sorted(path for pattern in victim.results for path in folder.glob(pattern))
