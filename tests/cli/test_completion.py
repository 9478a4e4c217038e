"""Completion: what a shell asks as it asks it, and the lines that each shell is given."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from argcomplete.finders import CompletionFinder

from hebbax.cli.completion import ASKED, SHELLS, complete
from hebbax.zoo import zoo_names


def asked(line: str) -> dict[str, str]:
    """Return the variables by which a shell asks what a line can go on as, in argcomplete's protocol."""
    return {
        ASKED: "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }


@pytest.fixture
def completed(monkeypatch, tmp_path) -> Callable[[str], list[str]]:
    """Return what a line can go on as, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    # Would take file descriptor 9, which is somebody else's in a process of tests.
    monkeypatch.setattr(CompletionFinder, "_init_debug_stream", lambda _: None)

    def ask(line: str) -> list[str]:
        for name, value in asked(line).items():
            monkeypatch.setenv(name, value)
        answer = io.StringIO()
        with pytest.raises(SystemExit, match=r"^0$"):
            complete(answer, sys.exit)
        return [name.rstrip() for name in answer.getvalue().split("\n")]

    return ask


def test_a_shell_that_asks_the_program_gets_an_answer_and_nothing_else(tmp_path):
    answer = tmp_path / "answer"
    code = "import sys; from hebbax.cli.main import main; sys.argv[0] = 'hebbax'; main()"
    variables = os.environ | asked("hebbax ev") | {"_ARGCOMPLETE_STDOUT_FILENAME": str(answer)}
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "")
    assert answer.read_text().rstrip() == "evaluate"


def test_a_command_is_completed_until_it_is_whole(completed):
    assert completed("hebbax tra") == completed("hebbax train") == ["train"]


def test_options_are_those_of_the_command(completed):
    assert completed("hebbax evaluate --li") == ["--lifetimes"]


@pytest.mark.parametrize(
    ("line", "among"),
    [
        ("hebbax train pol", {"policy=", "policy.window=", "policy.rule="}),
        ("hebbax train task=half", {"task=half_cheetah"}),
        ("hebbax train task=swimmer policy=han-", {"policy=han-a", "policy=han-e"}),
        ("hebbax evaluate runs/first task=sw", {"task=swimmer"}),
        ("hebbax try half", {"half_cheetah"}),
        ("hebbax experiment fre", {"freeze"}),
        ("hebbax reproduce han-gym", {"han-gymnasium"}),
    ],
)
def test_names_and_keys_are_completed(completed, line, among):
    found = completed(line)

    assert among <= set(found)
    last = line.rpartition(" ")[2]
    assert all(answer.startswith(last) for answer in found)


def test_runs_are_folders_and_what_ships(completed, tmp_path):
    (tmp_path / "zebra").mkdir()

    assert set(completed("hebbax show z")) == {"zebra/", *(f"zoo:{name}" for name in zoo_names())}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_its_lines(hebbax, shell):
    ran = hebbax("completion", shell)

    assert (ran.code, ran.error) == (0, "")
    assert "_ARGCOMPLETE" in ran.out
    assert "hebbax" in ran.out


def test_bash_completes_by_these_lines(hebbax, tmp_path):
    (tmp_path / "lines").write_text(hebbax("completion", "bash").out)
    assert subprocess.run(["bash", "-n", tmp_path / "lines"]).returncode == 0


def test_an_unknown_shell_is_told_the_known_ones(hebbax):
    ran = hebbax("completion", "tcsh")

    assert ran.code == 2
    assert "'tcsh'" in ran.error
    assert all(shell in ran.error for shell in SHELLS)
