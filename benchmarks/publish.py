"""Make again everything that is published about shipped controllers: cards, experiments, stress, page, pictures.

    python benchmarks/publish.py                    # all parts, about half an hour on two cores
    python benchmarks/publish.py experiments page   # these

Run it from a clone, after `benchmarks/zoo.py RUN` has shipped a controller. What is written by hand about the numbers,
in docs/experiments.md above all, is then to be read again: the sentences of the experiments are printed.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from tests.browser import Page, find_chromium, run_chromium  # noqa: E402

from hebbax.play.server import PlayServer  # noqa: E402
from hebbax.play.session import Session  # noqa: E402
from hebbax.report.film.film import render_filmstrip  # noqa: E402
from hebbax.report.plots.weight_images import plot_weights  # noqa: E402
from hebbax.report.show import record_life  # noqa: E402
from hebbax.report.style import save_figure  # noqa: E402
from hebbax.runs.stored_run import StoredRun  # noqa: E402
from hebbax.zoo import zoo_names  # noqa: E402

SHIPPED = "zoo:half_cheetah/han-e"
NAME = "half_cheetah-han-e"
CONDITION_B = "runs/cheetah-b"
"""Beside the shipped one in `interrupt`; evolved by the command of docs/experiments.md."""

MADE = Path("runs/published")
STRESSED = {
    "half_cheetah": [SHIPPED, "zoo:half_cheetah/mlp"],
    "hopper": ["zoo:hopper/han-b", "zoo:hopper/mlp"],
    "walker2d": ["zoo:walker2d/han-b", "zoo:walker2d/mlp"],
    "swimmer": ["zoo:swimmer/han-e", "zoo:swimmer/mlp"],
    "ant_run": ["zoo:ant_run/han-b", "zoo:ant_run/mlp"],
    "cheetah_run": ["zoo:cheetah_run/han-e", "zoo:cheetah_run/mlp"],
    "go1_walk": ["zoo:go1_walk/han-e", "zoo:go1_walk/mlp"],
    "go1_walk_economical": ["zoo:go1_walk_economical/han-e", "zoo:go1_walk_economical/mlp"],
}
"""Controllers side by side in a stress test, by task; those that do not ship are left out."""

MOMENTS = np.arange(200, 212, 2)  # ticks of the frames above the weights, a tenth of a second apart


def hebbax(*arguments: str) -> str:
    """Run a command in the clone, and return what it printed."""
    print("$ hebbax", *arguments, flush=True)
    command = [sys.executable, "-m", "hebbax", *arguments]
    return subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout


def cards() -> None:
    """Evaluate and check every shipped controller."""
    subprocess.run([sys.executable, ROOT / "benchmarks/zoo.py"], check=True, cwd=ROOT)


def experiments() -> None:
    """Make every experiment on the shipped half cheetah; `interrupt` with condition B beside it."""
    if not (ROOT / CONDITION_B).exists():
        hebbax("train", "task=half_cheetah", "policy=han-b", "generations=100", "seed=0", "--run", CONDITION_B)
    made = ROOT / MADE / "experiments"
    hebbax("experiment", "all", SHIPPED, "--out", str(MADE / "experiments"))
    hebbax("experiment", "interrupt", SHIPPED, CONDITION_B, "--out", str(MADE / "experiments"))
    for path in sorted(made.glob("*.json")):
        shutil.copy(path, ROOT / "results/experiments" / NAME / path.name)
        shutil.copy(path.with_suffix(".png"), ROOT / "docs/images/experiments" / f"{path.stem}.png")
        print(f"{path.stem}: {json.loads(path.read_text())['sentence']}")


def stress() -> None:
    """Put what ships of each task under stress, side by side."""
    for task, names in STRESSED.items():
        there = [name for name in names if name.removeprefix("zoo:") in zoo_names()]
        if there:
            hebbax("stress", *there, "--out", f"results/stress/{task}")
    shutil.copy(ROOT / "results/stress/half_cheetah/stress.png", ROOT / "docs/images/stress-half-cheetah.png")


def page() -> None:
    """Make the page of the shipped half cheetah, with its experiments."""
    results = f"results/experiments/{NAME}"
    hebbax("report", SHIPPED, "--no-video", "--experiments", results, "--out", f"docs/reports/{NAME}.html")


def pictures() -> None:
    """Draw the picture of the README: a run, and the weights of the life that it is of."""
    run = StoredRun.open(SHIPPED, on_note=print)
    _, record = record_life(run)
    title = f"{run.task.name}, {run.policy.name}: weights of one life"
    shapes, names = run.policy.layer_shapes, run.policy.layer_names
    figure = plot_weights(record.weights, shapes, run.task.control_period, layer_names=names, title=title)
    with tempfile.TemporaryDirectory() as folder:
        model, film, weights = (Path(folder) / name for name in ("model.mjb", "film.png", "weights.png"))
        run.task.world.save_model(model)
        render_filmstrip(model, record.qpos[MOMENTS], film, width=200, height=146)
        save_figure(figure, weights)
        above, below = Image.open(film).convert("RGB"), Image.open(weights).convert("RGB")
    above = above.resize((below.width, round(above.height * below.width / above.width)))
    whole = Image.new("RGB", (below.width, above.height + below.height), "white")
    whole.paste(above, (0, 0))
    whole.paste(below, (0, above.height))
    _save(whole, "half-cheetah")


def screenshots() -> None:
    """Take the pictures of a report's player and of `hebbax play`, in a headless Chromium."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("no Chromium here: install one, or name the other parts")
    report = ROOT / MADE / "report.html"
    hebbax("report", SHIPPED, "--out", str(report.relative_to(ROOT)))
    with run_chromium(chromium) as browser:
        with browser.page(1080, 945) as shown:
            shown.open(report.as_uri())
            shown.wait_for("document.getElementById('readout').textContent")
            shown.evaluate(
                "(() => { const s = document.getElementById('moment'); s.value = 160;"
                " s.dispatchEvent(new Event('input'));"
                " const h = [...document.querySelectorAll('h2')].find(e => e.textContent.includes('One life'));"
                " window.scrollTo({top: h.getBoundingClientRect().top + window.scrollY - 6, behavior: 'instant'}); })()"
            )
            shown.wait_for("!document.getElementById('film') || !document.getElementById('film').seeking")
            _save(Image.open(io.BytesIO(shown.screenshot())).convert("RGB"), "report")
        with browser.page(1280, 840) as shown:
            _save(_playing(shown), "play")


def _playing(shown: Page) -> Image.Image:
    """Return a picture of a life whose weights were drawn anew a while ago."""
    session = Session.of_run(StoredRun.open(SHIPPED, on_note=print))
    server, stop = PlayServer(session, port=0), threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    button = "[...document.querySelectorAll('button')].find(e => e.textContent.trim() === {!r})"
    try:
        shown.open(f"http://127.0.0.1:{server.port}/?token={server.token}")
        shown.wait_for("document.body.textContent.includes('life 0 of seed 1')")
        while session.tick < 280:
            shown.evaluate("new Promise(done => setTimeout(done, 100))")
        shown.click_on(button.format("Draw anew"))
        shown.evaluate("document.querySelector('.mantine-Notification-closeButton')?.click()")  # of slow drawing
        while session.tick < 470:
            shown.evaluate("new Promise(done => setTimeout(done, 100))")
        return Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
    finally:
        stop.set()
        thread.join()


def notebooks() -> None:
    """Run every notebook from top to bottom, and store what it shows."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        about = dict(notebook.metadata)
        with tempfile.TemporaryDirectory() as folder:
            resources = {"metadata": {"path": folder}}
            client = NotebookClient(
                notebook, timeout=900, record_timing=False, coalesce_streams=True, resources=resources
            )
            client.execute()
        notebook.metadata = nbformat.from_dict(about)
        for cell in notebook.cells:
            cell.metadata = nbformat.from_dict({})
        nbformat.write(notebook, path)
        print(path.relative_to(ROOT))


def _save(picture: Image.Image, name: str) -> None:
    path = ROOT / "docs/images" / f"{name}.png"
    picture.quantize(256).save(path, optimize=True)
    print(path.relative_to(ROOT))


PARTS: dict[str, Callable[[], None]] = {
    part.__name__: part for part in (cards, experiments, stress, page, pictures, screenshots, notebooks)
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=", ".join(PARTS))
    (ROOT / MADE).mkdir(parents=True, exist_ok=True)
    for name in options.parse_args().parts or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
