"""Ship an evolved controller, or judge the shipped ones anew.

    python benchmarks/zoo.py RUN ...

puts the newest checkpoint of each run into the zoo as TASK/POLICY, in place of what is there, with its configuration,
metrics and card. Where it is too large for one file, its mean and best controller ship alone, and their coefficients as
float16 where those are too large too: they are judged as they ship.

    python benchmarks/zoo.py

makes the cards of all shipped controllers anew. A card holds 100 lives on another seed than the controller evolved
with, the reality check of the first 20, and what these keep of their return in other physics.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from hebbax import zoo
from hebbax.analysis.reality import rows_of
from hebbax.comparison.tables import text_of
from hebbax.runs.checkpoint import Checkpoint, write_checkpoint
from hebbax.runs.checkpoint_parts import PART_BYTES
from hebbax.runs.run_record import without_place
from hebbax.runs.saved_state import controllers_alone
from hebbax.runs.stored_run import StoredRun
from hebbax.stress.physics import HELD

ZOO = Path(zoo.__file__).parent
SHIPPED_FILES = ("config.yaml", "run.json", "metrics.jsonl")
DOCUMENT = 20_000  # bytes at most for what of a checkpoint is no tensor
LIVES, LIVES_ANALYSED = 100, 20


def ship(path: Path) -> str:
    """Copy a run into the zoo; return its name there."""
    run = StoredRun.open(path)
    name = f"{run.task.name}/{run.config.policy.name}"
    target = ZOO / name
    shutil.rmtree(target, ignore_errors=True)
    (target / "checkpoints").mkdir(parents=True)
    for source in (run.folder.path / file for file in SHIPPED_FILES):
        if source.stat().st_size > PART_BYTES:
            sys.exit(f"{source} has {source.stat().st_size:,} bytes: at most {PART_BYTES:,} ship")
        shutil.copy(source, target / source.name)
    place = target / "checkpoints" / f"generation-{run.checkpoint.generation:06d}.safetensors"
    write_checkpoint(place, shipped(run.checkpoint))
    _forget_where(target / "run.json")
    return name


def shipped(checkpoint: Checkpoint) -> Checkpoint:
    """Return what ships of a checkpoint: all of a small one, the controllers of a large one."""
    for smaller in (checkpoint, controllers_alone(checkpoint)):
        if sum(tensor.nbytes for tensor in smaller.tensors.values()) <= PART_BYTES - DOCUMENT:
            return smaller
    return controllers_alone(checkpoint, np.float16)


def _forget_where(path: Path) -> None:
    """Take from the stored commands where the run was and how many threads it had: a reader's are others."""
    record = json.loads(path.read_text(encoding="utf-8"))
    for holder in (record, *record.get("resumed", [])):
        holder["command"] = without_place(holder["command"])
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def lives_of(name: str, lifetimes: int) -> list[str]:
    """Return the options of so many lives, on seed 1, or 2 where a controller evolved with that."""
    evolved = StoredRun.open(f"zoo:{name}").config.seed
    return ["--lifetimes", str(lifetimes), "--seed", "2" if evolved == 1 else "1"]


def write_card(name: str) -> None:
    """Evaluate a shipped controller, and write its card as JSON and to read."""
    run = StoredRun.open(f"zoo:{name}")
    evaluation = ["hebbax", "evaluate", f"zoo:{name}", *lives_of(name, LIVES)]
    child = subprocess.run([sys.executable, "-m", *evaluation, "--json"], check=True, capture_output=True, text=True)
    document = json.loads(child.stdout)
    returns = np.array([value for value in document["returns"] if value is not None])
    card = {key: value for key, value in document.items() if key not in ("returns", "lengths")}
    card |= {
        "return_min": float(returns.min()),
        "return_max": float(returns.max()),
        "command": shlex.join(run.folder.read_record()["command"]),
        "generations_run": run.checkpoint.generation,
        "steps": run.folder.read_metrics()[-1]["steps_total"],
        "evaluation_command": shlex.join(evaluation),
        "coefficients": str(run.checkpoint.tensors["mean/genome"].dtype),
        "reality": reality_of(name),
        "physics": physics_of(name),
    }
    (ZOO / name / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    (ZOO / name / "CARD.md").write_text(card_text(name, card, returns), encoding="utf-8")
    print(f"{name}: {text_of(card['return_mean'])} ± {text_of(card['return_std'])} over {len(returns)} lives")


def reality_of(name: str) -> dict[str, Any]:
    """Analyse 20 lives of a shipped controller; return the findings of its reality check, or why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        lives = lives_of(name, LIVES_ANALYSED)
        analysis = ["hebbax", "analyze", f"zoo:{name}", *lives, "--json", "--out", folder]
        child = subprocess.run([sys.executable, "-m", *analysis], check=True, capture_output=True, text=True)
    summary = json.loads(child.stdout)["summary"]
    return {key: summary[key] for key in ("reality", "no_reality")}


def physics_of(name: str) -> list[dict[str, Any]]:
    """Return what 20 lives of a shipped controller keep of their return in other physics, a case each."""
    with tempfile.TemporaryDirectory() as folder:
        lives = lives_of(name, LIVES_ANALYSED)
        stress = ["hebbax", "stress", f"zoo:{name}", *lives, "--suite", "physics", "--json", "--out", folder]
        child = subprocess.run([sys.executable, "-m", *stress], check=True, capture_output=True, text=True)
    (controller,) = json.loads(child.stdout)["controllers"]
    keys = ("name", "amount", "unit", "retained", "retained_ci95")
    return [{key: outcome[key] for key in keys} for outcome in controller["outcomes"][1:]]


def physics_text(physics: list[dict[str, Any]]) -> str:
    """Return what a controller keeps in other physics as a section to read."""
    head = ["| other physics, 20 lives | return kept | 95 % interval | |", "|---|---|---|---|"]
    rows = []
    for case in physics:
        kept, interval = case["retained"], case["retained_ci95"]
        amount = f" {case['amount']:g} {case['unit']}".rstrip() if case["unit"] else ""
        share = "–" if kept is None else f"{kept:.2f}"
        ends = "–" if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f}"
        word = "" if kept is None or kept >= HELD else f"less than {HELD:.0%}: it lives by how its physics is computed"
        rows.append(f"| {case['name']}{amount} | {share} | {ends} | {word} |")
    return "\n".join([*head, *rows]) + "\n"


def reality_text(reality: dict[str, Any]) -> str:
    """Return the findings of a reality check as a section to read."""
    if reality["reality"] is None:
        return f"There is no reality check: {reality['no_reality']}.\n"
    head = ["| reality check, 20 lives | median | plausible up to | verdict |", "|---|---|---|---|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows_of(reality["reality"]))]) + "\n"


def stored_as(card: dict[str, Any]) -> str:
    """Return what is to be said of how coefficients are stored, if it is not as they evolved."""
    kind = card["coefficients"]
    return "" if kind == "float32" else f", its coefficients rounded to {kind}; all that stands here is of these"


def card_text(name: str, card: dict[str, Any], returns: np.ndarray) -> str:
    """Return the card to read."""
    low, high = card["return_ci95"]
    tenth, median = np.percentile(returns, [10, 50])
    changing = f"{card['plastic_state']:,}" if card["plastic_state"] else "no"
    rows = [
        ("evolved by", f"`{card['command']}`"),
        ("stopped after", f"{card['generations_run']:,} generations, {card['steps'] / 1e6:,.1f} million control ticks"),
        (
            "sizes",
            f"{card['evolved_numbers']:,} evolved numbers, {card['weights']:,} weights, {changing} plastic state",
        ),
        ("genome", f"*{card['genome']}*{stored_as(card)}"),
        (
            "return over 100 fresh lives",
            f"{text_of(card['return_mean'])} (95 % interval over lifetimes {text_of(low)} to {text_of(high)}), "
            f"standard deviation {text_of(card['return_std'])}",
        ),
        (
            "lowest, tenth of a hundred, median, highest",
            ", ".join(text_of(value) for value in (returns.min(), tenth, median, returns.max())),
        ),
        ("lives that end early", f"{card['terminated']} of {len(returns)}; {card['diverged']} diverge"),
        ("evaluated by", f"`{card['evaluation_command']}`"),
        ("versions", "in `run.json` and `card.json`"),
    ]
    table = "\n".join(["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows)])
    curve = f"The learning curve is in `metrics.jsonl`; `hebbax show zoo:{name}` draws it."
    return f"# zoo:{name}\n\n{table}\n\n{curve}\n\n{reality_text(card['reality'])}\n{physics_text(card['physics'])}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("runs", nargs="*", type=Path, metavar="RUN")
    runs = options.parse_args().runs
    for name in [ship(path) for path in runs] or zoo.zoo_names():
        write_card(name)


if __name__ == "__main__":
    main()
