"""The files of a plug-in that is a robot of somebody's own: what they say, beside the task and the model."""

from __future__ import annotations

from hebbax.installing import pip_install
from hebbax.worlds.mujoco.anatomy.anatomy import Anatomy


def pyproject(name: str) -> str:
    """Return the pyproject.toml: an entry point by which hebbax finds the task, and the files that belong to it."""
    return f"""[build-system]
requires = ["setuptools>=64"]
build-backend = "setuptools.build_meta"

[project]
name = "{name.replace("_", "-")}"
version = "0.1"
dependencies = ["hebbax"]

[project.entry-points.hebbax]
{name} = "{name}"

[tool.setuptools]
packages = ["{name}"]

[tool.setuptools.package-data]
{name} = ["*.xml", "assets/*"]
"""


def readme(name: str, anatomy: Anatomy, source: str) -> str:
    """Return the README.md: what was read off the model, and what to type."""
    notes = "\n".join(f"- {note}." for note in anatomy.notes)
    return f"""# {name}

A robot of {source} as a task of hebbax.

- `{name}/__init__.py`: the task. It is plain code: birth, observation, action, reward, and when a life is over.
- `{name}/{name}.xml`: a copy of the model with its includes in it; its meshes and textures are in `{name}/assets`.
- `test_{name}.py`: what must hold of it, for `pytest`.

What was found in the model:

{notes}

In this folder, once:

```console
$ {pip_install("-e", ".")}
```

Then, after every change of the task:

```console
$ hebbax tasks {name}
$ hebbax try {name} --actions random
$ hebbax train task={name} policy=han-e generations=100 --run runs/{name}
$ hebbax report runs/{name}
```
"""


def test_text(name: str) -> str:
    """Return a test of the task: it keeps the promises of tasks, and its lives last and are finite."""
    return f'''"""The task {name}: run this with pytest, once the package is installed."""

import jax
import numpy as np

import hebbax


def test_lives_at_rest_are_finite():
    task = hebbax.make_task("{name}")
    policy = hebbax.make_policy("han-e", task)
    engine = hebbax.NativeEngine(task, policy)
    genomes = np.zeros((2, policy.genome_size), np.float32)  # a genome of zeros never acts
    lives = engine.evaluate(genomes, jax.random.key(0), hebbax.Scenario(ticks=20))
    assert not lives.diverged.any()
    assert np.isfinite(lives.returns).all()
    assert (lives.lengths == 20).all(), "it falls at once: see BIRTH and what ends a life"
'''
