"""Finding the subcommand, helping, and failing well."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from importlib import import_module

import pytest

from hebbax._version import __version__
from hebbax.cli import main as main_module
from hebbax.cli import tasks

HEAVY = ("jax", "numba", "mujoco", "numpy", "hydra", "rich", "matplotlib", "evosax", "yaml")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--version"]], ids=str)
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import json, sys\n"
        "from hebbax.cli.main import main\n"
        f"code = main({arguments!r})\n"
        f"print(json.dumps([code, [name for name in {HEAVY} if name in sys.modules]]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout.splitlines()[-1]) == [0, []]


@pytest.mark.parametrize("name", main_module.SUBCOMMANDS)
def test_help_of_each_subcommand_imports_nothing_heavy_and_has_examples(name):
    code = (
        "import sys\n"
        "from hebbax.cli.main import main\n"
        f"assert main([{name!r}, '--help']) == 0\n"
        f"assert not [name for name in {HEAVY} if name in sys.modules]\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert f"usage: hebbax {name}" in done.stdout
    assert f"\nexamples:\n  hebbax {name}" in done.stdout


def test_alone_it_shows_the_five_commands_to_begin_with(hebbax):
    ran = hebbax()

    assert (ran.code, ran.error) == (0, "")
    lines = re.findall(r"^  (hebbax .*?)  +\S", ran.out, re.MULTILINE)
    assert lines == [*main_module.FIRST]
    assert len(lines) == 5
    for line in lines:
        name, *arguments = shlex.split(line)[1:]
        import_module(main_module.module_of(name)).parser().read(arguments)
    assert "`hebbax --help` lists all commands" in ran.out
    assert "`hebbax doctor`" in ran.out


def test_help_lists_all(hebbax):
    ran = hebbax("--help")

    assert ran == hebbax("-h")
    assert ran.code == 0
    for name in main_module.SUBCOMMANDS:
        assert f"\n  {name} " in ran.out


def test_version(hebbax):
    assert hebbax("--version") == (0, f"hebbax {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--run"], "--run: expected one argument: see `hebbax train --help`"),
        (["evaluate"], "the following arguments are required: RUN: see `hebbax evaluate --help`"),
        (["evaluate", "a", "b"], "'b' is one argument too many: see `hebbax evaluate --help`"),
        (["evaluate", "a", "--json=yes"], "--json: ignored explicit argument 'yes': see `hebbax evaluate --help`"),
        (
            ["evaluate", "a", "--seed", "x"],
            "--seed: expected a whole number, not 'x': see `hebbax evaluate --help`",
        ),
        (["show", "a", "--seconds", "0"], "--seconds: expected a number above 0, not '0': see `hebbax show --help`"),
        (["policies", "--task", "swimer"], "unknown task 'swimer': did you mean 'swimmer'?"),
    ],
)
def test_message_of_what_is_wrong(hebbax, arguments, message):
    assert hebbax(*arguments) == (2, "", f"hebbax: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "unknown command 'trian': did you mean 'train'"),
        (["--verison"], "unknown option '--verison': did you mean '--version'"),
        (["train", "--rum", "x"], "unknown option '--rum': did you mean '--run'"),
        (["evaluate", "a", "--lifetime=3"], "unknown option '--lifetime': did you mean '--lifetimes'"),
    ],
)
def test_nearest_name(hebbax, arguments, message):
    ran = hebbax(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert ran.error.startswith(f"hebbax: {message}")
    assert ran.error.count("\n") == 1


def test_a_bug_keeps_its_traceback(hebbax, monkeypatch):
    def broken():
        raise RuntimeError("a bug")

    monkeypatch.setattr(tasks, "describe_tasks", broken)

    with pytest.raises(RuntimeError, match="a bug"):
        hebbax("tasks")


def test_more_than_the_memory_holds(hebbax, monkeypatch):
    def too_much(_options):
        raise MemoryError("Unable to allocate 67.1 GiB for an array")

    monkeypatch.setattr(tasks, "run", too_much)

    ran = hebbax("tasks")

    what = "Unable to allocate 67.1 GiB for an array: expected what this machine's memory holds; try fewer lives"
    assert (ran.code, ran.error) == (2, f"hebbax: {what}, or shorter ones\n")


def test_ctrl_c_outside_training(hebbax, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(tasks, "describe_tasks", interrupted)

    assert hebbax("tasks") == (130, "", "hebbax: interrupted\n")


def test_the_reader_of_the_output_may_go_away():
    command = [sys.executable, "-m", "hebbax.cli.main", "--help"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    child.stdout.close()  # long before a Python process can have printed anything
    _, error = child.communicate(timeout=60)

    assert error == ""
    assert child.returncode == 1


def test_a_terminal_without_our_signs_gets_question_marks():
    command = [sys.executable, "-m", "hebbax.cli.main", "trian→"]
    done = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii:strict"})

    assert done.returncode == 2
    assert done.stderr.startswith(b"hebbax: unknown command 'trian?': did you mean 'train'")
