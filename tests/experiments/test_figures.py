"""The figures of the experiments, from the results that are in the repository."""

import re
from pathlib import Path

import pytest

from hebbax.experiments import Result, draw

RESULTS = Path(__file__).parents[2] / "results/experiments/half_cheetah-han-e"


@pytest.mark.parametrize("name", ["saturate", "zero-weights", "interrupt", "lifted", "random-rules"])
def test_no_legend_lies_over_data(name):
    figure = draw(Result.read(RESULTS / f"{name}.json"))

    legends = {ax: legend for ax in figure.axes if (legend := ax.get_legend()) is not None}
    assert legends
    figure.draw_without_rendering()
    for ax, legend in legends.items():
        assert not ax.get_window_extent().overlaps(legend.get_window_extent())


def test_lives_that_recovered_are_counted_below_their_bar():
    result = Result.read(RESULTS / "zero-weights.json")

    ax = draw(result).axes[-1]

    count = result.values["recovery_ticks"]["counted"]
    assert ax.get_xticklabels()[0].get_text() == f"reward rate\n{count} of {len(result.values['recovered']['values'])}"
    assert not ax.texts


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_axis_says_what_it_is_and_of_what(path):
    """A number of ticks that something is a mean of is said with what it counts, and names stand for themselves."""
    figure = draw(Result.read(path))
    panels = [ax for ax in figure.axes if ax.lines or ax.patches or ax.collections]
    assert panels
    for ax in panels:
        assert ax.get_ylabel(), (path.stem, ax.get_title())
        if ax.get_label() == "<colorbar>":
            continue
        named = any(not label.get_text().replace("−", "").replace(".", "").isdigit() for label in ax.get_xticklabels())
        assert ax.get_xlabel() or named, (path.stem, ax.get_title())
        for label in (ax.get_xlabel(), ax.get_ylabel()):
            assert not re.search(r"over \d+( |$)|\ba tick\b|mean of \d+$", label), label


def test_a_reward_rate_is_a_mean_of_so_many_ticks():
    labels = {ax.get_ylabel() for ax in draw(Result.read(RESULTS / "saturate.json")).axes}
    assert "reward per tick, mean of 20 ticks" in labels
