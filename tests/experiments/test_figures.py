"""The figures of the experiments, from the results that are in the repository."""

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
