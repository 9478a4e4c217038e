import imageio.v3 as imageio
import pytest
from matplotlib.figure import Figure

from hebbax.errors import HebbaxError
from hebbax.report.style import save_figure, save_vector_figure


def test_a_figure_is_saved_as_a_png_of_150_dots_per_inch(tmp_path):
    path = tmp_path / "new" / "curve.png"

    save_figure(Figure(figsize=(2, 1)), path)

    assert imageio.imread(path).shape[:2] == (150, 300)
    assert [entry.name for entry in path.parent.iterdir()] == ["curve.png"]


def test_a_figure_that_cannot_be_written_is_an_error_of_one_line(tmp_path):
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(HebbaxError, match=r"taken") as caught:
        save_figure(Figure(), tmp_path / "taken" / "curve.png")

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("ending", "begin"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_vector_figure_is_the_same_bytes_each_time(tmp_path, ending, begin):
    paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for path in paths:
        figure = Figure(figsize=(2, 1))
        figure.subplots().plot([1, 2], [3, 5])
        save_vector_figure(figure, path)

    first, second = (path.read_bytes() for path in paths)
    assert first.startswith(begin)
    assert first == second


def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(HebbaxError, match="cannot write a figure as 'gif': expected svg or pdf"):
        save_vector_figure(Figure(), tmp_path / "curve.gif")
