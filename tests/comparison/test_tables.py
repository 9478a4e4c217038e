"""A comparison as rows, Markdown, JSON and figure."""

from __future__ import annotations

import json

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from hebbax.comparison.comparison import compare
from hebbax.comparison.curves import read_curve
from hebbax.comparison.figure import plot_comparison_curves
from hebbax.comparison.tables import check_baseline, json_of, markdown_of, remarks_of, rows_of, write_comparison
from hebbax.config.strategy import StrategyConfig
from hebbax.config.training import TrainingConfig
from hebbax.errors import HebbaxError
from hebbax.report.style import save_figure

FEW, MANY = [10.0, 2000.0], [0.0, 0, 1, 0, 0]


@pytest.fixture
def tables(write_run):
    """Two seeds of han-e, the second in the thousands, and five of mlp."""
    paths = [write_run(f"e{seed}", [0.0, final], seed=seed) for seed, final in enumerate(FEW)]
    paths += [write_run(f"m{seed}", [0.0, final], seed=seed, policy="mlp") for seed, final in enumerate(MANY)]
    return compare([read_curve(path, "population-mean") for path in paths])


def test_few_seeds_are_single_results_and_many_have_statistics(tables):
    columns, rows = rows_of(tables[0])

    assert columns == [
        "policy",
        "evolved numbers",
        "weights",
        "plastic state",
        "seeds",
        "mean",
        "95 % interval",
        "interquartile mean",
        "95 % interval of it",
        "single results",
    ]
    assert rows == [
        ["han-e", "800", "160", "160", "2", "–", "–", "–", "–", "10.0 (seed 0); 2,000 (seed 1)"],
        # Of the middle three: none of five resampled runs succeed, or up to three, as the binomial has it: 2 of 3.
        ["mlp", "800", "800", "0", "5", "0.2", "0.0 to 0.6", "0.0", "0.0 to 0.7", ""],
    ]


def test_groups_with_statistics_are_held_against_the_baseline(write_run):
    finals = {"han-e": [1.0, 2, 3, 4, 5], "mlp": [6.0, 7, 8, 9, 10]}
    paths = [write_run(f"{p}{s}", [v], seed=s, policy=p) for p, vs in finals.items() for s, v in enumerate(vs)]
    (table,) = compare([read_curve(path, "population-mean") for path in paths])

    columns, rows = rows_of(table)
    assert columns[-1] == "P(better than han-e)"
    assert [row[-1] for row in rows] == ["–", "1.00 (1.00 to 1.00)"]
    columns, rows = rows_of(table, "mlp")
    assert columns[-1] == "P(better than mlp)"
    assert [row[-1] for row in rows] == ["0.00 (0.00 to 0.00)", "–"]


def test_an_unknown_baseline(tables):
    check_baseline(tables, None)
    check_baseline(tables, "mlp")
    with pytest.raises(HebbaxError, match="unknown baseline 'mpl': did you mean 'mlp'"):
        check_baseline(tables, "mpl")


def test_what_does_not_count_is_said(write_run):
    paths = [
        write_run("late", [5.0], seed=0, generations=4),
        write_run("gone", [None] * 4, seed=1),
    ]
    (table,) = compare([read_curve(path, "population-mean") for path in paths])

    assert remarks_of(table) == [
        f"unfinished, not counted: han-e seed 0 ({paths[0]}): generation 1 of 4, 5.0 so far",
        f"no return, not counted: han-e seed 1 ({paths[1]}): every life at the end diverged",
    ]
    assert rows_of(table)[1] == [["han-e", "800", "160", "160", "0", "–"]]


def test_lives_that_diverged_at_the_end_are_said(write_run):
    path = write_run("run", [1.0], evaluations={1: 5.0}, evaluations_diverged=4, evaluate_lifetimes=16)
    (table,) = compare([read_curve(path)])

    assert remarks_of(table) == [f"han-e seed 0 ({path}): 25% of the lives at the end diverged and are left out"]


def test_markdown(tables):
    lines = markdown_of(tables, "population-mean").splitlines()

    assert lines[0].startswith("Return: mean over the lives of the population (`population-mean`), at the end of each")
    assert "### swimmer, termination=end" in lines
    assert "| mlp | 800 | 800 | 0 | 5 | 0.2 | 0.0 to 0.6 | 0.0 | 0.0 to 0.7 |  |" in lines


def test_json(tables):
    values = json_of(tables, "population-mean")

    json.dumps(values, allow_nan=False)
    assert values.keys() == {"metric", "generations", "tables"}
    (table,) = values["tables"]
    assert table.keys() == {"task", "settings", "groups", "improvements"}
    few, many = table["groups"]
    assert (few["evolved_numbers"], few["weights"], few["plastic_state"]) == (800, 160, 160)
    assert (few["seeds"], few["returns"], few["mean"], few["interquartile_mean_ci95"]) == ([0, 1], FEW, None, None)
    assert (many["mean"], many["mean_ci95"]) == (pytest.approx(0.2), pytest.approx([0, 0.6]))
    assert few["runs"][1] | {"run": ""} == {
        "run": "",
        "seed": 1,
        "generation": 2,
        "generations": 2,
        "return": 2000.0,
        "diverged": 0.0,
    }
    assert table["improvements"] == [], "a group with two seeds improves on nothing"


def line(axes, label):
    return next(drawn for drawn in axes.get_lines() if drawn.get_label() == label)


def test_curves_are_lines_below_five_seeds_and_a_mean_with_its_band_from_there_on(tables):
    figure = plot_comparison_curves(tables)
    (axes,) = figure.axes

    assert len(axes.get_lines()) == 3, "two seeds of han-e, one mean of mlp"
    np.testing.assert_array_equal(line(axes, "han-e").get_xydata(), [[1, 0], [2, 10]])
    np.testing.assert_allclose(line(axes, "mlp").get_xydata(), [[1, 0], [2, 0.2]])
    (band,) = [drawn for drawn in axes.collections if isinstance(drawn, PolyCollection)]
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices.round(6).tolist()}
    assert corners == {(1, 0), (2, 0), (2, 0.6)}
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["han-e", "mlp"]


def test_curves_over_steps(tables):
    (axes,) = plot_comparison_curves(tables, across="steps").axes

    assert line(axes, "mlp").get_xdata().tolist() == [1000, 2000]
    with pytest.raises(HebbaxError, match="unknown axis 'step': did you mean 'steps'"):
        plot_comparison_curves(tables, across="step")


def test_curves_are_over_steps_where_generations_cost_more_or_less(write_run):
    runs = [("full", TrainingConfig()), ("growing", TrainingConfig("growing"))]
    paths = [write_run(name, [0.0, 1.0], evaluations={1: 0.0, 2: 1.0}, training=training) for name, training in runs]
    for sources, label in ((paths[:1], "generation"), (paths, "control ticks")):
        (axes,) = plot_comparison_curves(compare([read_curve(path) for path in sources])).axes
        assert axes.get_xlabel() == label


def test_an_unfinished_seed_is_a_line_beside_the_band(write_run):
    paths = [write_run(f"m{seed}", [0.0, 1.0], seed=seed) for seed in range(5)]
    late = write_run("late", [7.0], seed=5, generations=2)
    figure = plot_comparison_curves(compare([read_curve(path, "population-mean") for path in [*paths, late]]))

    lines = [drawn.get_xydata().tolist() for drawn in figure.axes[0].get_lines()]
    assert sorted(lines) == [[[1, 0], [2, 1]], [[1, 7]]]


def test_a_group_has_one_colour_in_all_panels(write_run):
    paths = [
        write_run("a", [1.0], policy="mlp"),
        write_run("b", [1.0], task="half_cheetah"),
        write_run("c", [1.0], policy="mlp", task="half_cheetah"),
    ]
    figure = plot_comparison_curves(compare([read_curve(path, "population-mean") for path in paths]))

    first, second = figure.axes
    assert line(first, "mlp").get_color() == line(second, "mlp").get_color() != line(second, "han-e").get_color()


def test_nothing_to_draw(write_run):
    tables = compare([read_curve(write_run("run", [], generations=3))])

    with pytest.raises(HebbaxError, match="there is no learning curve to draw: no run has finished a generation yet"):
        plot_comparison_curves(tables)


def test_no_return_to_draw_does_not_keep_the_tables_back(write_run, tmp_path):
    tables = compare([read_curve(write_run("run", [1.0], evaluations={1: None}, evaluations_diverged=16))])
    write_comparison(tmp_path / "out", tables, "mean-genome")

    (axes,) = plot_comparison_curves(tables).axes
    assert [text.get_text() for text in axes.texts] == ["no run has a return"]
    assert "every life at the end diverged" in (tmp_path / "out/comparison.md").read_text()


def test_the_generation_that_is_compared_is_said(write_run):
    tables = compare([read_curve(write_run("run", [1.0, 2.0]), "population-mean", generations=1)])

    assert "at generation 1 of each run" in markdown_of(tables, "population-mean", generations=1)
    assert json_of(tables, "population-mean", 1)["generations"] == 1


def test_the_files(tables, tmp_path):
    told = []
    write_comparison(tmp_path / "out", tables, "population-mean", on_file=told.append)

    assert [path.name for path in told] == [
        "comparison.md",
        "comparison.json",
        "learning-curves.png",
        "learning-curves.svg",
    ]
    assert json.loads(told[1].read_text()) == json_of(tables, "population-mean")
    assert told[2].read_bytes().startswith(b"\x89PNG")
    assert told[3].read_text().rstrip().endswith("</svg>")


def test_the_same_runs_give_the_same_files(tables, tmp_path):
    for name in ("one", "two"):
        write_comparison(tmp_path / name, tables, "population-mean")

    for file in ("comparison.json", "learning-curves.svg"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_long_names_are_below_the_panels_and_leave_them_their_room(write_run, tmp_path, recwarn):
    policies = ("han-e", "gru-hebbian", "mlp")
    settings = [{"policy": policy, "strategy": StrategyConfig("pgpe")} for policy in policies]
    settings += [{"strategy": StrategyConfig("openai-es", 32, learning_rate=0.05, decay_generations=9), "lifetimes": 3}]
    paths = [write_run(f"run{place}", [1.0, 2.0], **setting) for place, setting in enumerate(settings)]
    figure = plot_comparison_curves(compare([read_curve(path, "population-mean") for path in paths]))
    save_figure(figure, tmp_path / "curves.png")

    assert [str(warning.message) for warning in recwarn] == []
    (axes,), (legend,) = figure.axes, figure.legends
    panel, names = axes.get_tightbbox(), legend.get_window_extent()
    assert panel is not None
    assert names.y1 <= panel.y0 + 1  # pixel: the frames touch
    assert names.y0 >= 0
    assert names.x1 <= figure.bbox.width
    assert axes.get_position().width * figure.get_figwidth() > 4
    assert axes.get_position().height * figure.get_figheight() > 2.5
