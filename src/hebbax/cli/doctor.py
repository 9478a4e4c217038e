"""`hebbax doctor`: what this machine and installation are, what is wrong with them, and what to do about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from hebbax.cli.known_problems import known_problems
from hebbax.cli.output import made, print_facts
from hebbax.cli.parser import Parser
from hebbax.errors import HebbaxError
from hebbax.files.temporary import temporary_folder

_DESCRIPTION = """\
Check this machine and installation: versions, cores, the MuJoCo library, off-screen drawing, the folder of compiled
lives. Exit code 0 when all is well, 1 with problems; notes are no problems. Please add the output to bug reports."""

_DRAWING_SECONDS = 60
_DRAW = """\
import mujoco
model = mujoco.MjModel.from_xml_string("<mujoco/>")
renderer = mujoco.Renderer(model, 16, 16)
renderer.update_scene(mujoco.MjData(model))
renderer.render()
"""


def parser() -> Parser:
    """Return the options."""
    options = Parser("doctor", _DESCRIPTION, "  hebbax doctor\n  hebbax doctor --json")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    return options


def run(options: Namespace) -> int:
    """Print the findings; return 0 if there is no problem, else 1."""
    findings = examine()
    if options.json:
        print(json.dumps(findings))
    else:
        _print(findings)
    return 1 if findings["problems"] else 0


def examine() -> dict[str, Any]:
    """Return all facts, and under `problems` and `notes` one line of advice each."""
    from hebbax.cores import available_cores
    from hebbax.registry import installed_plugins
    from hebbax.settings import remarks
    from hebbax.versions import environment

    versions = environment()
    problems, notes = known_problems(versions, os.environ, sys.platform), []
    notes += _try(lambda: remarks(os.environ), problems) or []
    drawing = _try(_drawing, problems) or {}
    if "works" not in drawing.values():
        notes.append("no video: off-screen OpenGL does not work; on Debian or Ubuntu: apt-get install libegl1")
    cache, not_kept = _try(_cache_folder, problems) or (None, None)
    if not_kept is not None:
        notes.append(not_kept)
    return {
        "versions": versions,
        "platform": sys.platform,
        "cores": {"available": available_cores(), "machine": os.cpu_count()},
        "mujoco_library": _try(_mujoco_library, problems),
        "drawing": drawing,
        "cache": cache,
        "engines": _try(_engines, problems),
        "plugins": _try(installed_plugins, problems),
        "problems": problems,
        "notes": notes,
    }


def _print(findings: dict[str, Any]) -> None:
    versions = findings["versions"]
    cores = findings["cores"]
    print_facts(
        [
            *((name, value) for name, value in versions.items()),
            ("cores", f"{cores['available']} available to this process, {cores['machine']} in the machine"),
            ("MuJoCo library", findings["mujoco_library"] or "not found"),
            *((f"drawing by {backend}", result) for backend, result in findings["drawing"].items()),
            ("compiled lives", findings["cache"] or "not kept"),
            *((f"engine of {name}", engine) for name, engine in (findings["engines"] or {}).items()),
            *((f"plug-in {package}", version) for package, version in (findings["plugins"] or {}).items()),
        ]
    )
    for kind in ("notes", "problems"):
        for line in findings[kind]:
            print(f"{kind[:-1]}: {line}")
    print(what_to_do(len(findings["problems"])))


def what_to_do(problems: int) -> str:
    """Return the last line: what to type next."""
    if not problems:
        return "no problem found: `hebbax demo` evolves a controller now, `hebbax` alone shows what else to begin with"
    those = "the problem above is" if problems == 1 else f"the {problems} problems above are"
    return f"to do: run `hebbax doctor` again when {those} mended; where a line does not say how, open an issue with it"


def _try(look: Callable[[], Any], problems: list[str]) -> Any:
    """Return what there is to see, or None and a problem more: a broken installation can fail in any way."""
    try:
        return look()
    except Exception as error:
        line = f"{type(error).__name__}: {' '.join(str(error).split())}"
        if line not in problems:
            problems.append(line)
        return None


def _drawing() -> dict[str, str]:
    """Return "works", or why it does not, for each way to draw off-screen."""
    from hebbax.report.film.film import BACKENDS

    return {backend: _drawing_result(backend) for backend in BACKENDS}


def _drawing_result(backend: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYOPENGL_PLATFORM"}
    # In the temporary folder MuJoCo may leave its MUJOCO_LOG.TXT.
    try:
        with temporary_folder("doctor") as folder:
            done = subprocess.run(
                [sys.executable, "-c", _DRAW],
                cwd=folder,
                env={**environment, "MUJOCO_GL": backend},
                capture_output=True,
                text=True,
                timeout=_DRAWING_SECONDS,
            )
    except subprocess.TimeoutExpired:
        return f"no answer within {_DRAWING_SECONDS} s"
    except HebbaxError as error:
        return str(error)
    if done.returncode == 0:
        return "works"
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"ended with code {done.returncode}"


def _mujoco_library() -> str:
    from hebbax.worlds.mujoco.library import find_library

    return str(find_library())


def _cache_folder() -> tuple[str | None, str | None]:
    """Return where compiled lives are kept, and why none can be."""
    from hebbax.engines.life_cache import cache_folder, obstacle

    folder = cache_folder()
    return None if folder is None else str(folder), obstacle()


def _engines() -> dict[str, str]:
    """Return the engine that `auto` chooses for each policy by name."""
    from hebbax.config.policy import PRESETS
    from hebbax.kernels.compile_step import has_step
    from hebbax.networks.registry import NETWORKS
    from hebbax.policies.make_policy import make_policy
    from hebbax.tasks.registry import make_task

    joints, image = make_task("half_cheetah"), make_task("car_racing")
    policies = made(
        PRESETS,
        lambda config: make_policy(config, image if NETWORKS.get(config.network).reads_image else joints),
    )
    return {name: "native" if has_step(policy) else "lockstep" for name, policy in policies}
