"""The kinds of documents that hebbax reads back: one that is whole, its forgeries, and what reads it.

A kind that is added to hebbax gets its entry in KINDS.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import yaml
from forge import envelopes, hdf5_files, json_files, line_files, tensors, texts, yaml_files
from published_files import ARRAY, forgeries, newer

from hebbax import registry
from hebbax.analysis.document import read_analysis
from hebbax.analysis.footfall import PARTS, rows_of_legs
from hebbax.analysis.reality import FINDINGS, rows_of, together
from hebbax.analysis.summary import gaits_of
from hebbax.cli.zoo import _KEYS, _card
from hebbax.comparison.comparison import compare
from hebbax.comparison.curves import METRICS, read_curve
from hebbax.comparison.tables import json_of
from hebbax.config.learner import LEARNERS
from hebbax.config.policy import PRESETS
from hebbax.config.train import TaskConfig, TrainConfig, from_stored, to_dict
from hebbax.engines.lives import empty_record
from hebbax.engines.program_cache import ProgramCache
from hebbax.errors import HebbaxError, about
from hebbax.evolution.trust import check_trust
from hebbax.experiments.registry import draw
from hebbax.experiments.result import Result, read_document
from hebbax.export.manifest import MANIFEST, Manifest, read_manifest
from hebbax.importing.najarro import read_coefficients
from hebbax.policies.make_policy import make_policy
from hebbax.recording.checks import check_clock, check_fits, checked_controller
from hebbax.recording.reader import open_recording
from hebbax.recording.writer import create_recording
from hebbax.report.film.film import _result_of
from hebbax.report.html import words
from hebbax.report.plots import plot_learning_curve
from hebbax.reproduction import (
    leung_ood,
    leung_robots,
    leung_transfer,
    najarro_car,
    najarro_quadruped,
    najarro_racing,
    najarro_table1,
)
from hebbax.reproduction.conditions import conditions_table, controllers_table
from hebbax.reproduction.records import curve_of, read_records, record_of
from hebbax.reproduction.study import STUDY, read_numbers
from hebbax.runs import checkpoint, checkpoint_parts
from hebbax.runs.belonging import check_record
from hebbax.runs.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from hebbax.runs.identity import run_id
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.run_sizes import sizes_of_run
from hebbax.runs.saved_state import unpack_state
from hebbax.runs.stored_run import GENOMES, StoredRun
from hebbax.runs.sweep import PlannedRun, refused, state_of
from hebbax.runs.training import learner_of
from hebbax.tasks.registry import changed_origin, make_task
from hebbax.types import END_REACHED, Lives

ROOT = Path(__file__).parents[2]
RUN = ROOT / "tests/golden/run-schema-1"
(CHECKPOINT,) = (RUN / "checkpoints").iterdir()
ANALYSIS = ROOT / "results/attractors/half_cheetah-han-b-s0/analysis.json"
RESULTS = ROOT / "results/experiments/half_cheetah-han-e"
RECORDS = ROOT / "results/han/metrics-swimmer.jsonl"


def write_bytes(path: Path, forged: bytes) -> None:
    path.write_bytes(forged)


@dataclass(frozen=True)
class Kind:
    """A kind of document."""

    place: str  # in a folder of its own
    begin: Callable[[Path], None]  # writes one that is whole, and what stands beside it, into a folder
    forgeries: Callable[[], Iterable[tuple[str, Any]]]
    read: Callable[[Path], Any]  # reads that of a folder; returns what came of it, as plain values
    write: Callable[[Path, Any], None] = write_bytes  # puts a forged one in its place
    optional: str = "(?!)"  # a pattern of values that may be lost, because older documents do not have them
    infinite: str = "(?!)"  # a pattern of values that may be infinite
    share: float = 1.0  # of the forgeries that others get: these take longer


def _document(place: str, value: Any) -> Callable[[Path], None]:
    def begin(folder: Path) -> None:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())

    return begin


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


# --- a run's own


def _begin_run(folder: Path) -> None:
    shutil.copytree(RUN, folder / "run")
    (folder / "run/config.yaml").write_text(yaml.safe_dump(to_dict(config())), "utf-8")
    (folder / "run/run.json").write_text(json.dumps(_run_record()), "utf-8")


@cache
def config() -> TrainConfig:
    """Return the configuration of the run that documents are forged of."""
    return from_stored(yaml.safe_load((RUN / "config.yaml").read_text("utf-8")))


@cache
def _learner() -> Any:
    return learner_of(config())


def _read_metrics(folder: Path) -> Any:
    run = RunFolder(folder / "run")
    curves = [_curve(read_curve(run.path, metric)) for metric in METRICS]
    records, drawn = run.read_metrics("steps"), []
    if records:
        drawn = [line.get_xydata() for line in plot_learning_curve(records).get_lines()]
    record = record_of(run.path)
    run.truncate_metrics(2)
    return curves, drawn, record


def _curve(curve: Any) -> Any:
    return curve.generation, curve.generations, curve.steps, curve.values, curve.diverged


def _run_record() -> dict[str, Any]:
    """Return what run.json holds of a run that begins today."""
    return {**json.loads((RUN / "run.json").read_text("utf-8")), "id": run_id(config()), "config": to_dict(config())}


def _read_record(folder: Path) -> Any:
    run = RunFolder(folder / "run")
    record = run.read_record("resumed", "command", "cpu")
    check_record(run, record, config())
    return record_of(run.path), sizes_of_run(run, config()), changed_origin(make_task("swimmer"), record)


def _read_config(folder: Path) -> Any:
    run = PlannedRun(folder / "run", config())
    curve = read_curve(run.path)
    list(refused([run]))
    return _curve(curve), curve.sizes, to_dict(curve.config)


def _config_of_ppo() -> dict[str, Any]:
    """Return the configuration of a run that PPO has learnt."""
    return to_dict(replace(config(), learner=LEARNERS.get("ppo"), policy=PRESETS.get("ppo-mlp")))


def _read_config_of_ppo(folder: Path) -> Any:
    run = RunFolder(folder / "run")
    stored = run.stored_config()
    check_record(run, {"config": _config_of_ppo()}, stored)
    return to_dict(stored)


def _read_checkpoint(folder: Path) -> Any:
    run = folder / "run"
    state_of(PlannedRun(run, config()))
    stored = StoredRun.open(run, lambda line: None)
    controllers = [
        stored.controller(which) for which in GENOMES if which == "mean" or stored.checkpoint.document["best"]
    ]
    found: list[Any] = [(one.genome, one.statistics.normaliser().scale) for one in controllers]
    if stored.config == config():
        with about(CHECKPOINT):
            found.append(_learner().pack(unpack_state(_learner(), stored.checkpoint)))
    return found, to_dict(stored.config)


def _checkpoints(forge: Callable[[Checkpoint], Iterable[tuple[str, Any]]], **more: Any) -> Kind:
    place = f"run/checkpoints/{CHECKPOINT.name}"
    return Kind(
        place,
        _begin_run,
        lambda: forge(read_checkpoint(CHECKPOINT)),
        _read_checkpoint,
        _write_checkpoint,
        **more,
    )


def _write_checkpoint(path: Path, forged: Checkpoint) -> None:
    """Write a checkpoint, and its configuration into config.yaml: otherwise it would be another run's."""
    write_checkpoint(path, forged)
    with suppress(HebbaxError, TypeError, LookupError):
        values = to_dict(from_stored(forged.document["config"]))
        (path.parents[1] / "config.yaml").write_text(yaml.safe_dump(values), "utf-8")


def _begin_parts(folder: Path) -> None:
    _begin_run(folder)
    with pytest.MonkeyPatch.context() as patch:
        for module in (checkpoint, checkpoint_parts):
            patch.setattr(module, "PART_BYTES", 4096)
        write_checkpoint(folder / "run/checkpoints" / CHECKPOINT.name, read_checkpoint(CHECKPOINT))


def _a_part() -> str:
    with tempfile.TemporaryDirectory() as folder:
        _begin_parts(Path(folder))
        (part,) = Path(folder).glob("run/checkpoints/*.part002-*")
        return str(part.relative_to(folder))


# --- recordings


@cache
def _recorded() -> tuple[Any, Any]:
    task = make_task("swimmer")
    return task, make_policy("han-e", task)


def begin_recording(folder: Path, ticks: int = 12) -> None:
    """Write two lives of a few ticks, which nobody has lived."""
    task, policy = _recorded()
    draws, size = np.random.default_rng(1), task.observation_size
    setting = {"task": "swimmer", "policy": "han-e", "genome": "best", "seed": 1, "ticks": ticks, "termination": "end"}
    setting |= {
        "controller_sha256": "0" * 64,
        "damage": "",
        "every": 1,
        "control_period": task.control_period,
        "engine": "native",
    }
    documents: dict[str, Any] = {"world": {"model_sha256": "0" * 64}}
    documents |= {"config": to_dict(TrainConfig(task=TaskConfig("swimmer"))), "versions": {"python": "3.11.7"}}
    genome = draws.normal(size=policy.genome_size).astype(np.float32)
    with create_recording(
        folder / "life.h5",
        attributes={**setting, **documents},
        arrays={"genome": genome, "observation_mean": np.zeros(size), "observation_scale": np.ones(size)},
        connections=policy.plastic_connections,
        columns={},
        control_period=task.control_period,
        every=1,
    ) as writer:
        for life in range(2):
            empty = empty_record(task, ticks, policy.weight_count)
            drawn = {name: draws.normal(size=getattr(empty, name).shape) for name in ("qpos", "qvel", "rewards")}
            weights = draws.normal(size=empty.weights.shape).astype(np.float32)
            record = empty._replace(**drawn, weights=weights)
            writer.append(life, record)
            lived, none, seen = np.array([ticks]), np.zeros(1, np.int64), np.zeros((1, size))
            returns = np.array([record.rewards.sum()])
            row = Lives(returns, lived, np.array([END_REACHED]), none, none, lived, seen, seen)
            writer.finish(life, np.array([3, life], np.uint32), row)


@cache
def _recording_forgeries() -> list[tuple[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        begin_recording(Path(name))
        return list(hdf5_files(Path(name) / "life.h5"))


def _change(path: Path, change: Callable[[h5py.File], None]) -> None:
    with h5py.File(path, "r+") as file:
        change(file)


def _read_recording(folder: Path) -> Any:
    task, policy = _recorded()
    with open_recording(folder / "life.h5") as recording:
        with about(recording.path):
            from_stored(recording.config)
        check_clock(recording, task)
        found: list[Any] = [checked_controller(recording.path, recording.genome, recording.normaliser, task, policy)]
        told = ("task", "policy", "which_genome", "seed", "ticks", "damage", "termination", "engine", "every")
        told += ("controller_sha256", "world")
        found += [getattr(recording, name) for name in told]
        for life in recording:
            record = life.record()
            check_fits(life, record, task, policy)
            found += [life.key, life.total_return, life.length, life.end, life.terminations, life.warnings, *record]
    return found


# --- results


@cache
def _analysis() -> dict[str, Any]:
    """Return an analysis of three lives."""
    document = json.loads(ANALYSIS.read_text("utf-8"))
    lives, summary = document["lives"][:3], document["summary"]
    labels = Counter(life["verdict"]["label"] for life in lives)
    motions = Counter(life["gait"]["motion"] for life in lives)
    summary |= {"judged": 3, "verdicts": {label: labels[label] for label in summary["verdicts"]}}
    summary |= {"motions": {motion: motions[motion] for motion in summary["motions"]}}
    for life, verdict in zip(lives, ("plausible", "doubtful", None), strict=True):
        finding = {"unit": "m", "value": 0.07, "threshold": 0.01, "verdict": verdict, "why": "deep", "where": "foot"}
        life |= {"reality": dict.fromkeys(FINDINGS, finding) if verdict else None, "no_reality": None}
    for place, life in enumerate(lives):
        leg = {"duty_factor": 0.5, "phase": 0.25 * place, "rhythm": 0.9, "diagram": [1.0] * 12 + [0.0] * (PARTS - 12)}
        told = {"name": "pace", "why": None} if place else {"name": None, "why": "its feet have no common rhythm"}
        legs = {"bfoot": leg, "ffoot": {**leg, "phase": None}}
        life["gait"] |= {"footfall": {**told, "agreement": {"bound": 0.4}, "frequency": 2.0, "legs": legs}}
    summary |= {"gaits": gaits_of(lives)}
    checked = [life["reality"] for life in lives if life["reality"]]
    summary |= {"reality": {name: together([one[name] for one in checked]) for name in FINDINGS}, "no_reality": None}
    return {**document, "lives": lives, "lifetimes": 3, "summary": summary}


def _read_analysis(folder: Path) -> Any:
    document = read_analysis(folder / "analysis.json")
    tables = conditions_table([document]), controllers_table([("it", document)])
    verdicts = [life["verdict"] for life in document["lives"] if life["verdict"]]
    cycles = [words._period(verdict) for verdict in verdicts if verdict["label"] == "limit-cycle"]
    summary = document["summary"]
    rows = words.feet_rows(document["lives"]), words.gait_rows(summary) if "motions" in summary else None
    gaits = [life["gait"]["footfall"] for life in document["lives"] if life["gait"] and life["gait"].get("footfall")]
    rows += ([rows_of_legs(gait) for gait in gaits],)
    checked = summary.get("reality")
    rows += (None,) if checked is None else (rows_of(checked), words.reality(checked))
    return tables, cycles, rows, document["sentence"], [verdict["transient_ticks"] for verdict in verdicts]


def _thinned(value: Any) -> Any:
    """Return a result with a few ticks of its long courses: the fewer, the sooner it is drawn."""
    if isinstance(value, dict):
        return {key: _thinned(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_thinned(part) for part in (value if len(value) <= 40 else value[:: len(value) // 20])]
    return value


def _of_experiment(path: Path) -> Kind:
    document = _thinned(json.loads(path.read_text("utf-8")))

    def read(folder: Path) -> Any:
        found = Result.read(folder / path.name)
        with about(folder / path.name):
            if found.experiment != path.stem:
                raise HebbaxError("it is of another experiment")  # as `hebbax report` says
            figure = draw(found)
        drawn = [line.get_xydata() for ax in figure.axes for line in ax.get_lines()]
        return drawn, found.sentence, read_document(folder / path.name).get("command", [])

    optional = (
        r"command|no_gait|control|schema|versions|interval_lives|\] is (gone|null)"  # of some lists there is less
    )
    forgeries = cache(lambda: list(json_files(document)))
    return Kind(path.name, _document(path.name, document), forgeries, read, optional=optional, share=1 / 8)


def _read_records(folder: Path) -> Any:
    records = read_records(folder)
    tables = compare([curve_of(record) for record in records.values()])
    return json_of(tables, "mean-genome"), sorted(records)


def _study() -> dict[str, Any]:
    """Return what is kept of two quadrupeds on three bodies."""
    bodies = {
        body: {"returns": [float(place + life) for life in range(najarro_quadruped.LIVES)], "terminated": place}
        for place, body in enumerate(najarro_quadruped.BODIES)
    }
    about = {"policy": "mlp", "generation": 3, "condition": "mlp", "trained_on": "none", "bodies": bodies}
    return {"schema": 1, "runs": {f"mlp-s{seed}": {**about, "seed": seed} for seed in range(2)}, "versions": {}}


def _cars() -> dict[str, Any]:
    """Return what is kept of a car on its tracks and in Gymnasium's own environment."""

    def drives(lives: int) -> dict[str, Any]:
        return {"returns": [float(800 + life) for life in range(lives)], "ticks": list(range(lives))}

    own = {"gymnasium": drives(najarro_car.OWN), "compiled": drives(najarro_racing.LIVES)}
    about = {"policy": "conv", "generation": 3, "kind": "static", "tracks": drives(najarro_racing.LIVES), "own": own}
    return {"schema": 1, "runs": {"conv-s1": {**about, "seed": 1}}, "versions": {}}


def _read_cars(folder: Path) -> Any:
    numbers = read_numbers(folder / STUDY, najarro_car.NUMBERS)
    return najarro_car.section(numbers, folder), {name: entry["seed"] for name, entry in numbers.items()}


def _study_of_geckos() -> dict[str, Any]:
    """Return what is kept of two geckos in three conditions."""
    ways = [[float(place + life) for life in range(leung_robots.LIVES)] for place in range(3)]
    names = (leung_robots.UNHARMED, "rough ground", "payload")
    cases = [{"name": n, "label": n, "metres": way, "diverged": 0} for n, way in zip(names, ways, strict=True)]
    entry = {"policy": "leung-ff", "generation": 3, "robot": "gecko", "condition": "leung-ff", "cases": cases}
    return {"schema": 1, "runs": {f"gecko-s{seed}": {**entry, "seed": seed} for seed in range(2)}, "versions": {}}


def _read_study_of_geckos(folder: Path) -> Any:
    numbers = read_numbers(folder / STUDY, leung_ood.NUMBERS)
    pages = leung_ood.section(numbers, folder), leung_transfer.section(numbers, folder)
    return pages, {name: entry["seed"] for name, entry in numbers.items()}


def _read_study(folder: Path) -> Any:
    numbers = read_numbers(folder / STUDY, najarro_table1.NUMBERS)
    return najarro_table1.section(numbers, folder), {name: entry["seed"] for name, entry in numbers.items()}


# --- what stands beside them


def _read_trust(folder: Path) -> Any:
    asks = TrainConfig(task=TaskConfig("gymnasium/a_stranger:Pendulum-v1"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        try:
            check_trust(asks, folder / "run")
        except HebbaxError as error:
            if "would run code" not in str(error):
                raise
            return "not trusted"
    raise AssertionError("it was trusted")


def _with_program(folder: Path, act: Callable[[ProgramCache], Any]) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEBBAX_CACHE", str(folder / "cache"))
        return act(ProgramCache())


def _read_program(folder: Path) -> Any:
    assert _with_program(folder, lambda programs: programs.get("key")) in (None, b"a program")


def _write_program(path: Path, forged: bytes) -> None:
    (file,) = (path.parent / "cache/jax").iterdir()
    file.write_bytes(forged)


def _read_plugins(folder: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder / "site"))
        patch.setattr(registry, "_loaded", False)
        registry.load_plugins()


_METADATA = b"Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n"
_CARD = {"return_mean": 5283.2, "return_std": 1095.9, "lifetimes": 100, "command": "hebbax train", "seed": 1}
_EXPORT = Manifest("c", "point_p", "runs/mine", "best", 32, 1, 1e-3, "ab" * 32, "0.1.0", {"point_p.c": "cd" * 32})
_SITE = "site/strange-1.0.dist-info"

KINDS = {
    "metrics.jsonl": Kind(
        "run/metrics.jsonl",
        _begin_run,
        lambda: line_files([{**line, "run": run_id(config())} for line in _lines(RUN / "metrics.jsonl")]),
        _read_metrics,
        optional="run|return_min|return_max|return_std|mean_genome|terminations|warnings|seconds_|steps_per_second",
    ),
    "run.json": Kind(
        "run/run.json",
        _begin_run,
        lambda: json_files(_run_record()),
        _read_record,
        optional="is gone",
    ),
    "config.yaml": Kind(
        "run/config.yaml",
        _begin_run,
        lambda: yaml_files(to_dict(config())),
        _read_config,
        optional="is gone|is null|interval|birth|training.ticks",
    ),
    "config.yaml of PPO": Kind(
        "run/config.yaml",
        _document("run/config.yaml", yaml.safe_dump(_config_of_ppo()).encode()),
        lambda: yaml_files(_config_of_ppo()),
        _read_config_of_ppo,
        optional="learner is gone|interval|birth|training.ticks",
        share=1 / 4,
    ),
    "the document of a checkpoint": _checkpoints(
        envelopes, optional="is gone|is null|environment|interval|birth|training.ticks"
    ),
    "the tensors of a checkpoint": _checkpoints(tensors, infinite="best_fitness"),
    "a part of a checkpoint": Kind(_a_part(), _begin_parts, lambda: texts(4096 * "a"), _read_checkpoint),
    "a recording": Kind(
        "life.h5",
        begin_recording,
        _recording_forgeries,
        _read_recording,
        _change,
        optional="arrays|damage|versions|controller_sha256|world|checksums|^lives/000. is gone",
    ),
    "analysis.json": Kind(
        "analysis.json",
        _document("analysis.json", _analysis()),
        lambda: json_files(_analysis()),
        _read_analysis,
        optional=r"summary\.motions|evidence\.|medians\.|feet|period|lyapunov|gait_ratio|published_ratio"
        r"|summary\.gaits|footfall|summary\.reality is gone|summary\.reality\.\w+\.(median|threshold|why|where)",
    ),
    **{f"{path.name} of an experiment": _of_experiment(path) for path in sorted(RESULTS.glob("*.json"))},
    "records of a reproduction": Kind(
        RECORDS.name,
        _document(RECORDS.name, b"".join(json.dumps(one).encode() + b"\n" for one in _lines(RECORDS)[:3])),
        lambda: line_files(_lines(RECORDS)[:3]),
        _read_records,
        optional="config.* is gone|config.* is null|birth|training.ticks|sizes",
    ),
    "the study of geckos": Kind(
        STUDY,
        _document(STUDY, _study_of_geckos()),
        lambda: json_files(_study_of_geckos()),
        _read_study_of_geckos,
        optional=r"^runs\.[\w-]+ is gone|cases\[\d+\] is gone|versions",
    ),
    "the study of a reproduction": Kind(
        STUDY,
        _document(STUDY, _study()),
        lambda: json_files(_study()),
        _read_study,
        optional=r"mlp-s\d is gone|versions",
    ),
    "the study of a car's reproduction": Kind(
        STUDY,
        _document(STUDY, _cars()),
        lambda: json_files(_cars()),
        _read_cars,
        optional=r"conv-s1 is gone|versions|own is null",
        share=1 / 4,
    ),
    "a card of the zoo": Kind(
        "card.json",
        _document("card.json", _CARD),
        lambda: json_files(_CARD),
        lambda folder: [_card(folder).get(key) for key in _KEYS],
        optional="is gone|return_std is null",
    ),
    "the manifest of an export": Kind(
        MANIFEST,
        _document(MANIFEST, _EXPORT.text.encode()),
        lambda: json_files(json.loads(_EXPORT.text)),
        lambda folder: read_manifest(folder),
    ),
    "what a film's process leaves": Kind(
        "result.json",
        _document("result.json", {"seconds": 1.5}),
        lambda: json_files({"seconds": 1.5}),
        lambda folder: sorted(_result_of(folder / "result.json")),
        optional=".",
    ),
    "coefficients of published code": Kind(
        "coefficients.dat",
        _document("coefficients.dat", newer(ARRAY)),
        forgeries,
        lambda folder: read_coefficients(folder / "coefficients.dat"),
    ),
    "the list of trusted runs": Kind(
        "hebbax/trusted-runs.txt",
        _document("hebbax/trusted-runs.txt", b'0123abcd "/home/me/runs/mine"\n'),
        lambda: texts('0123abcd "/home/me/runs/mine"\n' * 3),
        _read_trust,
    ),
    "a cached program": Kind(
        "none",
        lambda folder: _with_program(folder, lambda programs: programs.put("key", b"a program")),
        lambda: texts("a program" * 30),
        _read_program,
        _write_program,
    ),
    "a plug-in's entry points": Kind(
        f"{_SITE}/entry_points.txt",
        _document(f"{_SITE}/METADATA", _METADATA),
        lambda: texts("[hebbax]\nstrange = no_such_module\n[other]\nx = y:z\n"),
        _read_plugins,
    ),
}
