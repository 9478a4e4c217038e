"""The page of a robot of one's own: its commands, typed as its reader does, show what it says."""

from __future__ import annotations

import re
from pathlib import Path

import mujoco
import pytest
from consoles import sessions, shape_of, shortened

PAGE = Path(__file__).parents[2] / "docs/your-own-robot.md"


@pytest.fixture
def model(tmp_path) -> Path:
    """The model that the page lists, in the folder where commands run."""
    path = tmp_path / "crawler.xml"
    path.write_text(re.findall(r"^```xml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0], "utf-8")
    return path


def of_the_crawler() -> list[tuple[list[str], list[str]]]:
    return [(words, seen) for words, seen in sessions(PAGE) if "crawler" in " ".join(words)]


def check(hebbax, words: list[str], seen: list[str]) -> None:
    ran = hebbax(*shortened(words))
    assert ran.code == 0, (words, ran.error)
    assert [line for line in seen if shape_of(line) not in shape_of(ran.out)] == [], ran.out


@pytest.mark.usefixtures("wide_terminal")  # which a page shows
def test_the_first_commands_make_the_task_and_tell_of_it(hebbax, install_package, model, tmp_path):
    (new, written), (tasks, told), *_ = of_the_crawler()
    check(hebbax, new, written)
    install_package(tmp_path / "crawler")
    check(hebbax, tasks, told)


@pytest.mark.slow
@pytest.mark.usefixtures("wide_terminal")
def test_every_command_shows_what_the_page_says(hebbax, install_package, model, tmp_path):
    new, *others = of_the_crawler()
    check(hebbax, *new)
    install_package(tmp_path / "crawler")
    assert len(others) >= 5
    for words, seen in others:
        check(hebbax, words, seen)


def test_a_urdf_becomes_what_the_page_says(hebbax, others_robots, tmp_path, monkeypatch):
    others_robots.write_urdf(tmp_path)
    (words,) = (words for words, _ in sessions(PAGE) if "biped" in words)
    assert hebbax(*words).code == 0
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    exec(code, {})
    assert mujoco.MjModel.from_xml_path("biped.xml").njnt == 2
