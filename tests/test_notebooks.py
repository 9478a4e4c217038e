"""The notebooks: each runs from its first cell to its last, and holds the outputs of a clean run.

To store one anew after an edit, run it from top to bottom, without what an editor adds: `NotebookClient` with
`record_timing=False` and `coalesce_streams=True`, then empty metadata of the cells.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NAMES = ["01-first-steps", "02-attractors", "03-experiments"]
MOST_BYTES = 300_000
MOST_CELLS = 18  # of which half are code

every_notebook = pytest.mark.parametrize("name", NAMES)


def read(name: str) -> NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kinds(cell: NotebookNode) -> list[tuple[str, ...]]:
    """Return what kinds of output a code cell has: the stream's name, or the formats in which something is shown."""
    return [
        (output.output_type, *([output.name] if "name" in output else sorted(output.data))) for output in cell.outputs
    ]


def texts(notebook: NotebookNode) -> str:
    """Return all that is written in a notebook and its outputs, without the bytes of pictures."""
    shown = [cell.source for cell in notebook.cells]
    for cell in code_cells(notebook):
        for output in cell.outputs:
            data = {"text/plain": output.text} if "text" in output else output.data
            shown += [text for kind, text in data.items() if kind.startswith("text/")]
    return "\n".join(shown)


def test_every_notebook_is_tested():
    assert [path.stem for path in sorted(FOLDER.glob("*.ipynb"))] == NAMES
    assert all(f"{name}.ipynb" in (FOLDER.parent / "README.md").read_text("utf-8") for name in NAMES)


@every_notebook
def test_a_notebook_is_small_and_clean(name):
    notebook = read(name)
    nbformat.validate(notebook)
    assert (FOLDER / f"{name}.ipynb").stat().st_size <= MOST_BYTES
    assert len(notebook.cells) <= MOST_CELLS
    assert notebook.metadata.kernelspec == {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert [dict(cell.metadata) for cell in notebook.cells] == [{}] * len(notebook.cells)
    folders = re.findall(r"(?<![\w.~/])/(?:home|root|work|Users|tmp|mnt|opt|var)\b|[A-Z]:\\", texts(notebook))
    assert folders == []


@every_notebook
def test_a_notebook_was_run_from_top_to_bottom(name):
    cells = code_cells(read(name))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    shown = [kind for cell in cells for kind in kinds(cell)]
    assert ("stream", "stderr") not in shown
    assert sum("image/png" in kind for kind in shown) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_and_shows_what_is_stored_in_it(name, tmp_path, monkeypatch):
    for variable in ("TMPDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = read(name)
    stored = [kinds(cell) for cell in code_cells(notebook)]
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=600, coalesce_streams=True, resources=resources).execute()
    assert [kinds(cell) for cell in code_cells(notebook)] == stored
