"""The page about the strategies tells of each with its options and defaults."""

import re
from pathlib import Path

import pytest

from hebbax.config.strategy_table import DECAY_SHAPES, OPTIMISERS, STRATEGIES

PAGE = (Path(__file__).parents[2] / "docs/strategies.md").read_text("utf-8")


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_options_and_defaults_of_each(name):
    told = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section(name), re.MULTILINE)
    defaults = STRATEGIES.get(name).defaults.items()
    assert told == [(option, "by genome size" if value is None else str(value)) for option, value in defaults]


def test_every_strategy_is_compared():
    assert re.findall(r"^\| `([a-z-]+)` \|", section("Which one"), re.MULTILINE) == list(STRATEGIES)


def test_every_shape_and_optimiser_is_told():
    assert re.findall(r"^\| `(\w+)` \|", section("Schedules"), re.MULTILINE) == list(DECAY_SHAPES)
    assert all(f"`{optimiser}`" in section("openai-es") for optimiser in OPTIMISERS)
