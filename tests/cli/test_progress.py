"""What a training shows of itself."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
import rich

from hebbax.cli import progress
from hebbax.cli.output import duration, returned
from hebbax.cli.progress import Clock, sparkline, training_progress


@pytest.fixture
def now(monkeypatch) -> list[float]:
    """The time, which tests can set."""
    time = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: time[0])
    return time


def generation(number: int, **changes: Any) -> dict[str, Any]:
    metrics = {
        "generation": number,
        "training_ticks": 1000,
        "return_mean": 10.0 * number,
        "return_max": 1234.5,
        "mean_genome_return": None,
        "diverged": 0,
        "lives": 64,
        "steps_per_second": 30123.4,
        "seconds": 2.0,
    }
    return metrics | changes


def test_time_left_leaves_out_the_generation_that_compiles():
    clock = Clock(0, 100)
    clock.advance(generation(0, seconds=60.0))
    assert clock.left == "– left"
    clock.advance(generation(1, seconds=2.0))
    clock.advance(generation(2, seconds=4.0))

    # 97 generations of 3 s.
    assert clock.left == "4 min 51 s left"
    assert (clock.position, clock.part, clock.over) == ("generation 3/100", 0.03, False)


def test_last_generation_of_a_resumed_run():
    clock = Clock(4, 5)
    clock.advance(generation(4))

    assert (clock.position, clock.part, clock.over) == ("generation 5/5", 1.0, True)


def test_a_limit_counts_from_the_end_of_the_first_generation(now):
    clock = Clock(0, 1000, 90.0)
    now[0] += 20.0
    clock.advance(generation(0))
    now[0] += 30.0
    clock.advance(generation(1))
    assert (clock.position, clock.part, clock.left, clock.over) == ("generation 2", 1 / 3, "1 min 00 s left", False)
    now[0] += 60.0
    assert clock.over


def test_lines_are_seconds_apart_and_the_last_is_always_there(now, capsys):
    with training_progress(Clock(0, 4)) as show:
        show(generation(0, mean_genome_return=-5.0))
        now[0] += 2.0
        show(generation(1))
        now[0] += 2.0
        show(generation(2, diverged=3))
        show(generation(3, return_mean=None, return_max=None, diverged=64))

    assert capsys.readouterr().out.splitlines() == [
        "preparing the life for this task and policy (up to 20 s the first time, then kept) ...",
        "generation 1/4  mean 0.0  best 1,234  mean genome -5.0  30,123 steps/s  – left",
        "generation 3/4  mean 20.0  best 1,234  diverged 3 of 64  mean genome -5.0  30,123 steps/s  2 s left",
        "generation 4/4  mean –  best –  diverged 64 of 64  mean genome -5.0  30,123 steps/s  0 s left",
    ]


def test_display_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    rich.get_console()  # something before, whose output was no terminal
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    for name, value in {"TERM": "xterm", "COLUMNS": "100", "LINES": "30"}.items():
        monkeypatch.setenv(name, value)
    with training_progress(Clock(0, 2)) as show:
        show(generation(0))
        show(generation(1, mean_genome_return=42.0))

    last = terminal.getvalue().rpartition("generation 2/2")[2]
    assert "preparing the life" in terminal.getvalue()
    assert "30,123 steps/s" in last
    assert "return  mean 10.0  best 1,234  mean genome 42.0" in last
    assert "▁█" in last


def test_sparkline():
    # Seven steps from 0 to 7, an eighth of the height each.
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([5, 5]) == "▁▁"
    assert sparkline([100, 0, 7], width=2) == "▁█"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (599, "9 min 59 s"), (601, "10 min"), (3660, "1 h 01 min")],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (9.96, "10.0"), (-1234.6, "-1,235"), (0.0, "0.0")])
def test_returned(value, text):
    assert returned(value) == text


@pytest.mark.parametrize(
    ("engine", "said"),
    [("vector", "compiling the policy ..."), ("lockstep", "up to a minute"), ("mine", "preparing the engine mine")],
)
def test_what_is_said_first_depends_on_the_engine(capsys, engine, said):
    with training_progress(Clock(0, 2), engine):
        pass
    assert said in capsys.readouterr().out


def test_a_change_of_the_length_of_lives_is_told_at_once(now, capsys):
    with training_progress(Clock(0, 9)) as show:
        for number, ticks in enumerate([200, 200, 300, 300, 1]):
            show(generation(number, training_ticks=ticks))

    told = [line for line in capsys.readouterr().out.splitlines() if "lives of" in line]
    assert told == ["generation 3/9  lives of 300 ticks from here on", "generation 5/9  lives of 1 tick from here on"]
