"""The command line of `hebbax bench`: what is chosen, what is told, what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hebbax.bench import run as run_module
from hebbax.bench.registry import BENCHMARKS
from hebbax.bench.report import QUICK, Report, Settings, Table
from hebbax.cli import bench
from hebbax.cli.main import main


@pytest.fixture(autouse=True)
def _quiet_machine(monkeypatch):
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))


@pytest.fixture
def ran(monkeypatch) -> list[tuple[str, Settings, Path]]:
    """Which benchmarks were run, in place of running them."""
    found = []

    def run_benchmark(name, settings, command, out, tell):
        found.append((name, settings, out))
        return Report({}, [Table("a title", ("side", "speed"), [["one", "1,000"]], ("speed",))])

    monkeypatch.setattr(run_module, "run_benchmark", run_benchmark)
    return found


def test_alone_it_runs_everything(ran, capsys):
    assert main(["bench"]) == 0

    assert ran == [(name, Settings(None, None, None), Path("benchmarks/results")) for name in BENCHMARKS]
    printed = capsys.readouterr().out
    assert "closed-loop: a title\n" in printed
    assert "\nbenchmarks/results/closed-loop.json\n" in printed


def test_choice_and_settings(ran):
    arguments = ["bench", "scaling", "--ticks", "7", "peers", "scaling", "--quick", "--out", "there"]

    assert main(arguments) == 0

    settings = Settings(QUICK.repeats, QUICK.population, 7)
    assert ran == [("scaling", settings, Path("there")), ("peers", settings, Path("there"))]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sclaing"], "unknown benchmark 'sclaing': did you mean 'scaling'?"),
        (["--repeats", "0"], "--repeats 0: expected a whole number of at least 1; nearest valid: 1"),
        (["--population", "-1"], "--population -1: expected a whole number of at least 1; nearest valid: 1"),
        (["memory", "--out", "taken"], "cannot make the folder taken: File exists; choose another with --out"),
    ],
)
def test_message_of_what_is_wrong(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("taken").touch()

    assert main(["bench", *arguments]) == 2

    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"hebbax: {message}\n")


def test_a_busy_machine_is_told(ran, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "getloadavg", lambda: (12.34, 0.0, 0.0))
    monkeypatch.setattr(bench, "available_cores", lambda: 2)

    assert main(["bench", "memory", "--out", str(tmp_path)]) == 0

    assert capsys.readouterr().err == (
        "note: load average 12.3 on 2 cores: other processes are running, so do not rely on these results\n"
    )


def test_the_readme_names_every_benchmark():
    readme = (Path(__file__).parents[2] / "benchmarks/README.md").read_text()

    for name in BENCHMARKS:
        assert f"\n## {name}\n" in readme
        assert f"\n$ hebbax bench {name}\n" in readme
