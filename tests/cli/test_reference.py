"""The reference of the command line that the site is built with."""

from __future__ import annotations

import re
import shlex
from html import unescape
from importlib import import_module
from pathlib import Path

import yaml

from hebbax.cli.main import SUBCOMMANDS, module_of
from hebbax.cli.reference import on_page_markdown, reference

ROOT = Path(__file__).resolve().parents[2]


def test_every_command_and_option_is_in_it():
    sections = dict(re.findall(r"^## ([\w-]+)\n(.*?)(?=^## |\Z)", reference(), re.MULTILINE | re.DOTALL))

    assert list(sections) == list(SUBCOMMANDS)
    for name, section in sections.items():
        for action in import_module(module_of(name)).parser()._actions:
            if action.help and "--help" not in action.option_strings:
                told = [action.help.replace("%%", "%"), *action.option_strings]
                assert all(text in unescape(section) for text in told), (name, action.dest)


def test_examples_are_commands():
    examples = re.findall(r"^\$ hebbax (.*)$", reference(), re.MULTILINE)

    assert len(examples) > len(SUBCOMMANDS)
    assert {shlex.split(example)[0] for example in examples} == set(SUBCOMMANDS)


def test_nothing_of_a_description_is_markup():
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", reference(), flags=re.DOTALL)

    assert not re.search(r"<[a-z]", prose)
    assert "report-&#60;task&#62;-&#60;policy&#62;.html" in prose


def test_the_site_puts_it_where_the_page_says():
    hooks = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["hooks"]
    assert hooks == ["src/hebbax/cli/reference.py"]
    page = (ROOT / "docs/command-line.md").read_text("utf-8")

    built = on_page_markdown(page, page=None, config=None, files=None)

    assert built == page[: page.index("<!-- commands")] + reference() + "\n"
    assert on_page_markdown("another page") == "another page"
