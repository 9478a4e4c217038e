"""`hebbax play`: what it needs, and what it says."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from hebbax.cli.main import main
from hebbax.cli.play import FASTEST, SLOWEST, where
from hebbax.play.panels import _SPEEDS


@pytest.fixture
def without_viser(monkeypatch):
    monkeypatch.setitem(sys.modules, "viser", None)


def test_a_missing_extra_is_named_in_one_line(without_viser, capsys):
    assert main(["play", "zoo:half_cheetah/han-e"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "hebbax: playing needs viser (import of viser halted; None in sys.modules): pip install 'viser>=1.1,<2'"
    ]


def test_where_the_page_is_also_from_another_machine():
    here, there = where("127.0.0.1", 8081, "T").splitlines()
    assert here.startswith("open http://localhost:8081/?token=T ")
    assert "ssh -L 8081:localhost:8081 " in there
    assert there.endswith(" open http://localhost:8081/?token=T there")
    assert where("10.1.2.3", 80, "T").startswith("open http://10.1.2.3:80/?token=T ")
    assert where("2001:db8::1", 80, "T").startswith("open http://[2001:db8::1]:80/?token=T ")
    assert where("0.0.0.0", 80, "T").endswith(f" http://{socket.gethostname()}:80/?token=T")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--port=99999", "port=99999: expected 0 to 65535; nearest valid: 65535"),
        ("--port=-1", "port=-1: expected 0 to 65535; nearest valid: 0"),
        (
            "--speed=0",
            "--speed: expected a number above 0, not '0'; the slowest on the page is 0.05, real time is 1: "
            "see `hebbax play --help`",
        ),
        (
            "--speed=1000",
            "--speed: expected 0.05 to 4, not '1000'; nearest valid: 4: see `hebbax play --help`",
        ),
        (
            "--speed=0.001",
            "--speed: expected 0.05 to 4, not '0.001'; nearest valid: 0.05: see `hebbax play --help`",
        ),
    ],
)
def test_what_can_be_given_instead_is_told(option, message, capsys):
    assert main(["play", "zoo:half_cheetah/han-e", option]) == 2
    assert capsys.readouterr().err == f"hebbax: {message}\n"


def test_speeds_are_those_of_the_slider():
    assert _SPEEDS == (SLOWEST, FASTEST)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["zoo:half_cheetah/nothing"], "'half_cheetah/nothing'"),
        (["zoo:half_cheetah/han-e", "--genome", "worst"], "unknown genome 'worst'"),
        (["zoo:half_cheetah/han-e", "--speed", "0"], "expected a number above 0, not '0'"),
    ],
)
def test_what_cannot_be_played_is_an_error(arguments, message, capsys):
    pytest.importorskip("viser", minversion="1.1")
    assert main(["play", *arguments]) == 2
    # Before it there may be a note: the zoo was evolved on another processor.
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("hebbax: ")
    assert message in error


@pytest.mark.slow
def test_it_serves_a_page_until_it_is_interrupted():
    pytest.importorskip("viser", minversion="1.1")
    command = [sys.executable, "-m", "hebbax", "play", "zoo:half_cheetah/han-e", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as it:
        assert it.stdout is not None
        url = it.stdout.readline().split()[1]
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert b"<html" in answer.read().lower()
        it.send_signal(signal.SIGINT)
        assert it.wait(30) == 0
