"""Tables fit where they are printed, and nothing of them is lost."""

from __future__ import annotations

import re
import sys

import pytest

from hebbax.cli.output import print_facts, print_table

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def terminal(monkeypatch):
    """Let what is printed go to a terminal of so many columns."""

    def of(columns: int) -> None:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", str(columns))

    return of


def lines_of(capsys) -> list[str]:
    return [line.rstrip() for line in ESCAPES.sub("", capsys.readouterr().out).splitlines()]


NUMBERS = ["12,345", "−0.0123", "1,234,567.8"]
ROW = ["zoo:half_cheetah/han-e", *NUMBERS, "hebbax train task=half_cheetah policy=han-e 'policy.hidden=[b,c]' " * 3]
COLUMNS = ["controller", "mean return", "standard deviation", "lifetimes", "evolved by"]


@pytest.mark.parametrize("width", [60, 80, 100, 120, 300])
def test_a_table_is_as_wide_as_the_terminal_and_words_and_numbers_stay_whole(terminal, capsys, width):
    terminal(width)
    print_table(COLUMNS, [ROW, ROW], right=COLUMNS[1:4])

    lines = lines_of(capsys)
    assert max(map(len, lines)) <= max(width, 68)  # what names, numbers and the words of headers need
    assert width >= 300 or max(map(len, lines)) > 0.8 * width
    words = [word for line in lines for word in line.split()]
    for word in (*" ".join(COLUMNS).split(), ROW[0], *NUMBERS):
        assert word in words, word
    if width >= 80:
        assert set(ROW[-1].split()) <= set(words)
    begin = next(line.index("evolved") for line in lines if "evolved" in line)
    rule = next(number for number, line in enumerate(lines) if line.startswith("─"))
    assert "".join(line[begin:].replace(" ", "") for line in lines[rule + 1 :]) == 2 * ROW[-1].replace(" ", "")


@pytest.mark.parametrize(
    "command",
    [
        ("tasks",),
        ("tasks", "ant"),
        ("policies",),
        ("policies", "--task", "humanoid"),
        ("strategies",),
        ("damages",),
        ("zoo",),
        ("genome", "zoo:half_cheetah/han-e"),
    ],
    ids=" ".join,
)
def test_tables_of_commands_are_at_most_100_columns_wide_when_piped(hebbax, command):
    printed = hebbax(*command).out
    lines = printed.splitlines()
    begin, end = lines.index(""), len(lines) - 1 - lines[::-1].index("")
    assert end - begin > 3
    assert max(map(len, lines[begin:end])) <= 100


def test_a_word_longer_than_a_column_may_be_is_cut_and_not_left_out(capsys):
    print_table(["name", "path", "what"], [["n" * 30, "x" * 90, "y" * 80]])

    lines = lines_of(capsys)
    assert max(map(len, lines)) <= 100
    assert any("n" * 30 in line for line in lines)  # what is first is to be copied
    assert "".join(lines[3:]).count("x") == 90
    assert "".join(lines[3:]).count("y") == 80


def test_a_word_breaks_after_its_hyphen_where_it_has_to(terminal, capsys):
    terminal(40)
    print_table(["name", "what", "why"], [["n" * 10, "moving-average of 10", "unforeseeable-consequences here"]])

    words = [word for line in lines_of(capsys) for word in line.split()]
    assert {"moving-", "average", "of", "10", "here"} <= set(words)


def test_a_table_whose_numbers_have_no_room_is_wider(terminal, capsys):
    terminal(40)
    print_table(["name", "a", "b"], [["n" * 20, "1" * 20, "2" * 20]], right=("a", "b"))
    assert f"{'n' * 20}  {'1' * 20}  {'2' * 20}" in lines_of(capsys)


def test_a_long_value_goes_on_below_its_beginning_on_a_terminal_and_is_one_line_elsewhere(terminal, capsys):
    value = "a value of many words " * 6
    print_facts([("name", "short"), ("longer name", value.strip())])
    assert lines_of(capsys)[1] == f"longer name  {value.strip()}"

    terminal(60)
    print_facts([("name", "short"), ("longer name", value.strip())])
    first, *others = lines_of(capsys)
    assert first == "name         short"
    assert len(others) > 2
    assert all(line[:13] in ("longer name  ", " " * 13) and line[13] != " " and len(line) <= 60 for line in others)
    assert " ".join(line[13:] for line in others) == value.strip()
