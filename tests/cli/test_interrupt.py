"""The first signal asks, the second ends."""

from __future__ import annotations

import os
import signal

import pytest

from hebbax.cli.interrupt import interruption


def test_first_asks_second_ends(monkeypatch, capsys):
    class Ended(BaseException):
        pass

    def end(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(os, "_exit", end)
    before = signal.getsignal(signal.SIGINT)
    asked = []
    with interruption() as state:
        state.when_asked(lambda: asked.append("stop"))
        assert (state.signal, state.exit_code) == (None, 0)
        signal.raise_signal(signal.SIGINT)
        assert asked == ["stop"]
        assert (state.signal, state.exit_code) == (signal.SIGINT, 130)
        with pytest.raises(Ended, match="130"):
            signal.raise_signal(signal.SIGINT)

    assert asked == ["stop"]
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().err == "stopping; Ctrl-C again to stop at once\n"


def test_a_terminal_that_closes_asks_too(monkeypatch):
    class Gone:
        def write(self, text: str) -> None:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("sys.stderr", Gone())
    asked = []
    with interruption() as state:
        state.when_asked(lambda: asked.append("stop"))
        signal.raise_signal(signal.SIGHUP)

    assert (asked, state.exit_code) == (["stop"], 129)


def test_what_nohup_has_had_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruption() as state:
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert state.signal is None


def test_a_signal_before_there_is_anything_to_stop():
    asked = []
    with interruption() as state:
        signal.raise_signal(signal.SIGTERM)
        state.when_asked(lambda: asked.append("stop"))

    assert asked == ["stop"]
    assert state.exit_code == 143
