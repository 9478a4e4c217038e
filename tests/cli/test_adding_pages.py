"""docs/adding-*.md as a reader follows them: the listing is installed, and the page's commands are run, shortened."""

from __future__ import annotations

import re
from pathlib import Path

import jax
import numpy as np
import pytest
from consoles import sessions, shape_of, shortened

from hebbax.engines.make_engine import make_engine
from hebbax.engines.scenario import Scenario

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("adding-*.md"))


def test_there_are_five_of_at_most_sixty_lines():
    lines = {page.name: page.read_text("utf-8").count("\n") for page in PAGES}
    assert len(lines) == 5
    assert {name: count for name, count in lines.items() if count > 60} == {}


@pytest.mark.usefixtures("wide_terminal")  # which a page shows
@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_show_what_it_says(hebbax, install_page, page):
    install_page(page)
    assert len(sessions(page)) >= 2
    for words, seen in sessions(page):
        ran = hebbax(*shortened(words))
        assert ran.code == 0, (words, ran.error)
        # Notes tell of another processor than the zoo's, or of a machine that cannot film MuJoCo's models.
        assert [line for line in ran.error.splitlines() if not line.startswith("note: ")] == []
        assert [line for line in seen if shape_of(line) not in shape_of(ran.out)] == [], ran.out


@pytest.mark.parametrize("page", [page for page in PAGES if "engine" not in page.name], ids=lambda page: page.stem)
@pytest.mark.usefixtures("wide_terminal")  # which a page shows
def test_the_first_command_of_a_page_lists_what_it_brought(hebbax, install_page, page):
    install_page(page)
    words, seen = sessions(page)[0]
    ran = hebbax(*words)
    assert (ran.code, ran.error) == (0, "")
    assert seen
    assert [line for line in seen if shape_of(line) not in shape_of(ran.out)] == [], ran.out


def test_the_engine_of_its_page_lives_the_lives_of_the_one_it_asks(
    install_page, swimmer, han_e, genomes, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    install_page(DOCS / "adding-an-engine.md")
    counted, native = make_engine(swimmer, han_e, "counted", 1), make_engine(swimmer, han_e, "native", 1)
    key, scenario = jax.random.key(3), Scenario(ticks=12)
    lives = [engine.evaluate(genomes, key, scenario, lifetimes=2) for engine in (counted, native)]
    np.testing.assert_array_equal(lives[0].returns, lives[1].returns)
    assert re.fullmatch(r"12,144,0,\d+\.\d{3}\n", (tmp_path / "lives.csv").read_text())
    (_, record), parts = counted.record(genomes[0], key, scenario), counted.stream(genomes[0], key, scenario, chunk=5)
    np.testing.assert_array_equal(np.concatenate([part.rewards for part, _ in parts]), record.rewards)
    with counted.twins(genomes[0], key, scenario) as twins:
        assert twins is not None


TRAIN = ("train", "strategy.population=4", "task.ticks=60", "generations=1", "threads=1")
HELPER = "def squared(x):\n    return np.sum(x * x)\n\ndef reset"
CHEETAH = ("evaluate", "zoo:half_cheetah/han-e", "--lifetimes", "1")
MISTAKES = {
    "a-task-size": (", memory))", "))", ("tasks", "rail")),
    "a-world-sizes": ("noise.uniform[:2]", "noise.uniform[:3]", ("tasks", "puck")),
    "a-world-tuple": ("return Puck(state.position + period * velocity, velocity)", "return velocity, velocity", None),
    "a-rule-name": ('register_rule("fading", ', 'register_rule("other", ', (*TRAIN, "policy.rule=fading")),
    "a-damage-value": ("", "", (*CHEETAH, "damage=tire(1.5)")),
    "a-damage-state": ("1.0)), state", "1.0)), state[:1]", (*CHEETAH, "damage=tire(0.5)")),
    "an-engine-lacks": ("def twins", "def _twins", (*TRAIN, "task=swimmer", "engine=counted")),
}
"""What is edited in the listing of a page, and the command that then says one of its mistakes."""

UNCOMPILED = {
    "a-task-helper": ("np.sum(action * action)", "squared(action)", (*TRAIN, "task=rail", "policy=han-e")),
    "a-rule-argument": ('("A", "B"), equation', '("A",), equation', (*TRAIN, "task=swimmer", "policy=fader")),
}
"""Those that are seen where the life is compiled."""


def check_mistake(hebbax, install_page, caplog, name: str, edit: tuple[str, str, tuple[str, ...] | None]) -> None:
    """Make a mistake, and assert that what is said stands in the page, or the page's words in it."""
    page = next(page for page in PAGES if name.startswith(page.stem.removeprefix("adding-")))
    old, new, words = edit

    def mistaken(listing: str) -> str:
        assert old in listing
        return listing.replace(old, new, 1).replace("def reset", HELPER if "squared" in new else "def reset")

    install_page(page, mistaken)
    ran = hebbax(*(words or ("tasks", "puck")))
    assert ran.code == 2
    assert ran.error.splitlines()[-1].startswith("hebbax: ")
    bullets = re.findall(r"^- `(.+?)(?: …)?`: ", page.read_text("utf-8"), re.MULTILINE)
    told = ran.error + caplog.text  # where a note goes in this process
    assert len([bullet for bullet in bullets if bullet in told]) == 1, (bullets, told)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_as_the_page_says(hebbax, install_page, caplog, name):
    check_mistake(hebbax, install_page, caplog, name, MISTAKES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", UNCOMPILED)
def test_a_mistake_that_the_compiler_finds_is_told_as_the_page_says(hebbax, install_page, caplog, name):
    check_mistake(hebbax, install_page, caplog, name, UNCOMPILED[name])
