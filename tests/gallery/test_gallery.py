"""The gallery: what its pictures are made of, and the page about a controller."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from hebbax.errors import HebbaxError
from hebbax.gallery.gallery import PAGE, kept_by_suite, small_png, stress_chart, write_gallery
from hebbax.runs.identity import controller_sha256
from hebbax.runs.stored_run import StoredRun

ROOT = Path(__file__).parents[2]
NAME = "zoo:swimmer/han-e"


def outcome(suite: str | None, retained: float | None) -> dict:
    return {"suite": suite, "name": "case", "retained": retained, "return_mean": 1.0}


OUTCOMES = [outcome(None, 1.0), outcome("sensors", 0.9), outcome("sensors", 0.1), outcome("physics", None)]


def test_what_is_kept_leaves_out_what_has_no_share_and_the_lives_unharmed():
    assert kept_by_suite(OUTCOMES) == {"sensors": [0.9, 0.1]}


def test_the_chart_has_each_case_and_their_mean():
    (axes,) = stress_chart([*OUTCOMES, outcome("actuators", 3.0)]).axes

    points = [line.get_xdata() for line in axes.get_lines() if line.get_linestyle() == "None"]
    assert [list(map(float, one)) for one in points] == [[0.9, 0.1], [0.5], [1.2], [1.2]]  # no farther than its end
    assert [label.get_text() for label in axes.get_yticklabels()] == ["sensors", "actuators"]


def test_pictures_have_few_colours():
    picture = Image.open(io.BytesIO(small_png(stress_chart(OUTCOMES))))

    assert picture.format == "PNG"
    assert picture.mode == "P"


@pytest.fixture
def stressed(tmp_path) -> Path:
    """Results of `hebbax stress` about two controllers, one of them the one that ships."""
    controller = StoredRun.open(NAME, on_note=lambda line: None).controller()
    own = controller_sha256(controller.genome, controller.statistics.normaliser())
    controllers = [
        {"controller_sha256": sha, "outcomes": OUTCOMES[: 2 + place]} for place, sha in enumerate(["0", own])
    ]
    folder = tmp_path / "stress/swimmer"
    folder.mkdir(parents=True)
    (folder / "stress.json").write_text(json.dumps({"controllers": controllers}))
    return tmp_path / "stress"


@pytest.mark.slow
def test_the_page_about_a_controller(stressed, tmp_path):
    files, notes = [], []

    page = write_gallery(
        [NAME],
        tmp_path / "gallery",
        lifetimes=2,
        stressed=stressed,
        typed=["hebbax", "zoo", "--gallery", "gallery"],
        on_file=files.append,
        on_note=notes.append,
    ).read_text("utf-8")

    assert f"## {NAME}\n\n160 weights that change, by 800 evolved numbers." in page
    assert "It keeps at least 80 % of its return in 1 of 2 cases of stress." in page
    assert re.search(r"The weights end on: [\w ]+ in \d", page)
    assert "\n$ hebbax zoo --gallery gallery\n" in page
    assert "| evolved by | `hebbax train task=swimmer" in page
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", page)
    assert {tmp_path / "gallery" / name for name in (*pictures, PAGE)} == set(files)
    assert {"swimmer-han-e-weights.png", "swimmer-han-e-stress.png"} <= set(pictures)
    assert all("no swimmer-han-e-film.webp" in note or "since this controller" in note for note in notes)


def test_a_name_that_does_not_ship_is_told_the_nearest(tmp_path):
    with pytest.raises(HebbaxError, match="did you mean 'swimmer/han-e'"):
        write_gallery(["zoo:swimmer/han-f"], tmp_path, on_file=print, on_note=print)


def test_there_has_to_be_a_folder_of_stress_tests(hebbax):
    ran = hebbax("zoo", "--gallery", "gallery", "--stress", "nowhere")

    assert (ran.code, ran.out) == (2, "")
    assert ran.error == "hebbax: no folder nowhere: expected one that `hebbax stress` has written\n"


@pytest.mark.parametrize("option", ["--stress", "--lifetimes"])
def test_options_of_the_gallery_are_none_of_the_list(hebbax, option):
    ran = hebbax("zoo", option, "5")

    assert (ran.code, ran.out) == (2, "")
    assert f"{option} 5: expected only with --gallery" in ran.error


def test_the_committed_page_is_small_and_about_all_that_ships():
    folder = ROOT / "docs/gallery"
    told = re.findall(r"^## (zoo:.*)$", (folder / PAGE).read_text("utf-8"), re.MULTILINE)
    assert told == sorted(told)
    assert len(told) >= 6
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 2_000_000
