"""Tries what `make dist` has built as a stranger would: in an empty environment, far from the repository.

python tests/try_dist.py dist                  the wheel, with the versions of constraints.txt
python tests/try_dist.py dist --oldest         with the oldest versions that pyproject.toml allows
python tests/try_dist.py dist --newest         with the newest ones
python tests/try_dist.py dist --extra viewer   with an extra, by itself, whose packages are imported
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

COMMANDS = (
    ("--version",),
    ("doctor",),
    ("zoo",),
    ("evaluate", "zoo:swimmer/han-e", "--lifetimes", "2"),
    ("demo", "--seconds", "5", "--task", "swimmer", "--out", "demo"),
    ("report", "demo/run", "--lifetimes", "2", "--no-video"),
)
"""What a newcomer would type first; the demo evolves, draws and films."""

MADE = ("demo/run/config.yaml", "demo/run/report.html")

IMPORTED = {
    "envpool": ("envpool",),
    "bullet": ("pybullet",),
    "box2d": ("Box2D",),
    "viewer": ("viser",),
    "menagerie": ("mujoco_menagerie",),
    "tensorboard": ("tensorboardX",),
    "wandb": ("wandb",),
    "slurm": ("hydra_plugins.hydra_submitit_launcher",),
    "ppo": ("stable_baselines3", "sb3_contrib"),
    "onnx": ("onnx", "onnxruntime"),
    "mjx": ("mujoco.mjx",),
    "ray": ("ray",),
}
"""What an extra that users install brings; those for developing hebbax itself are installed by make."""

NO_WHEEL = {"bullet": (3, 12), "box2d": (3, 14)}
"""From which Python on an extra is empty."""


def main() -> None:
    """Install and run; exit with what failed."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folder", type=Path)
    versions = options.add_mutually_exclusive_group()
    versions.add_argument("--oldest", action="store_true")
    versions.add_argument("--newest", action="store_true")
    options.add_argument("--extra", choices=sorted(IMPORTED))
    asked = options.parse_args()
    started = time.monotonic()
    (wheel,) = asked.folder.resolve().glob("*.whl")
    (sdist,) = asked.folder.resolve().glob("*.tar.gz")
    check_content(wheel, sdist)
    with tempfile.TemporaryDirectory(prefix="hebbax-dist-") as folder:
        place = Path(folder)
        constraints = ROOT / "constraints.txt"
        if asked.oldest:
            constraints = place / "oldest.txt"
            constraints.write_text("\n".join(oldest()) + "\n", encoding="utf-8")
        python = install(place, wheel, asked.extra, None if asked.newest else constraints)
        if asked.extra:
            try_extra(python, asked.extra, place)
        else:
            try_commands(python.parent, place)
    print(f"{wheel.name} works in an empty environment ({time.monotonic() - started:.0f} s)")


def check_content(wheel: Path, sdist: Path) -> None:
    """Assert that licences, controllers and robots are in the wheel, and tests and pages in the sdist."""
    names = zipfile.ZipFile(wheel).namelist()
    for end in (
        "/licenses/LICENSE",
        "/licenses/THIRD_PARTY.md",
        "/zoo/half_cheetah/han-e/config.yaml",
        "/models/go1.xml",
    ):
        assert any(name.endswith(end) for name in names), f"{wheel.name} has no {end}"
    assert not [name for name in names if name.startswith(("tests/", "docs/"))], (
        f"{wheel.name} has tests or pages in it"
    )
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    missing = {"README.md", "LICENSE", "CITATION.cff", "docs/index.md", "tests/conftest.py", "constraints.txt"} - inside
    assert not missing, f"{sdist.name} has no {', '.join(sorted(missing))}"


def oldest() -> list[str]:
    """Return the lower bound of each dependency as the release series that it names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bounds = [re.match(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", text) for text in project["dependencies"]]
    assert all(bounds), "each dependency begins with its lower bound"
    return [f"{bound[1]}=={bound[2]}.*" for bound in bounds if bound]


def install(place: Path, wheel: Path, extra: str | None, constraints: Path | None) -> Path:
    """Make an empty environment with the wheel in it; return its Python."""
    subprocess.run([sys.executable, "-m", "venv", place / "env"], check=True)
    python = place / "env/bin/python"
    what = f"{wheel}[{extra}]" if extra else str(wheel)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", what]
    subprocess.run([*command, *(["-c", constraints] if constraints else [])], cwd=place, check=True)
    return python


def try_commands(programs: Path, place: Path) -> None:
    """Run what a newcomer would, and look for what it makes."""
    home = place / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if name in ("LANG", "TERM", "MUJOCO_GL")}
    variables = {**kept, "HOME": str(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    for command in COMMANDS:
        print("$ hebbax", *command, flush=True)
        subprocess.run(["hebbax", *command], cwd=home, env=variables, check=True, stdout=subprocess.DEVNULL)
    for name in MADE:
        assert (home / name).is_file(), f"there is no {name}"


def try_extra(python: Path, extra: str, place: Path) -> None:
    """Import what an extra brings, and hebbax beside it."""
    if sys.version_info[:2] >= NO_WHEEL.get(extra, (4, 0)):
        print(f"{extra} is empty on Python {sys.version_info[0]}.{sys.version_info[1]}")
        return
    code = "; ".join(f"import {name}" for name in ("hebbax.cli.main", *IMPORTED[extra]))
    subprocess.run([python, "-c", code], cwd=place, check=True)


if __name__ == "__main__":
    main()
