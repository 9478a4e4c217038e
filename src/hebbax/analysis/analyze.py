"""What the weights of a controller do, over several of its lives: all measures together, for analysis.json."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.analysis.examiners import AnalysisInput, Measurement, measurement_pool
from hebbax.analysis.frame import Life, frame_of
from hebbax.analysis.stretch import late_stretch
from hebbax.analysis.summary import document_of
from hebbax.attractors.basin import NORMAL, ZEROED_SHARE
from hebbax.attractors.conditional_lyapunov import Playback
from hebbax.attractors.lyapunov import FEWEST_TICKS, NUDGE, Pairs, onsets, pairs_of
from hebbax.config.train import from_stored
from hebbax.cores import available_cores
from hebbax.damage.draws import drawn
from hebbax.damage.events import Event
from hebbax.damage.kinds import KINDS
from hebbax.damage.text import parse_damages
from hebbax.engines.bodies import bodies_of
from hebbax.engines.scenario import variant_of
from hebbax.errors import HebbaxError, about, one_line
from hebbax.evolution.trust import Trust, check_trust
from hebbax.keys import words_of
from hebbax.networks.initial import InitialWeights
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.recording.checks import check_clock, check_fits, checked_controller
from hebbax.recording.layout import END_NAMES
from hebbax.recording.reader import RecordedLife, Recording
from hebbax.runs.trials import Runner, Source
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.registry import make_task
from hebbax.types import Lives, Record

_DIVERGED = "the life diverged"
_TOO_SHORT = f"the life is shorter than {FEWEST_TICKS} ticks"


def analyze_source(source: Source, *, workers: int | None = None) -> dict[str, Any]:
    """Live and analyse the lives of a source; return what analysis.json holds.

    `workers` is how many processes compute, by default one per core; no result depends on it.
    """
    frame, runner = frame_of(source.task, source.policy), source.runner()
    input_of = _PlasticInputs(source, runner).of_life if frame.plastic else _static_input(runner)
    with measurement_pool(frame, available_cores() if workers is None else workers) as pool:

        def begin(life: int) -> Future[Measurement]:
            return pool.submit(input_of(life))

        measurements = [future.result() for future in runner.map(begin, range(source.lifetimes))]
    return document_of(measurements, frame, {**source.setting(), "engine": runner.engine.name, "recording": None})


def analyze_recording(recording: Recording, *, workers: int | None = None, trust: Trust = False) -> dict[str, Any]:
    """Analyse the lives of a recording as they are; return what analysis.json holds.

    What needs other lives (the exponent with the body in the loop, the basin) is left out, and the weights' own
    exponent too where not every tick was kept. Verdicts on a part of the ticks see no period shorter than two of them.
    Raises HebbaxError if the recording would import a module and is not trusted; `trust` is as in `StoredRun.open`.
    """
    with about(recording.path):
        config = from_stored(recording.config)
    check_trust(config, recording.path, trust)
    task = make_task(config.task.name)
    policy = make_policy(config.policy, task)
    check_clock(recording, task)
    frame = frame_of(task, policy, recording.every)
    playback = None
    if frame.plastic and recording.every == 1:
        longest = max((life.length for life in recording), default=1)
        genome, normaliser = checked_controller(recording.path, recording.genome, recording.normaliser, task, policy)
        playback = Playback(policy, genome, normaliser, longest)
    with measurement_pool(frame, available_cores() if workers is None else workers) as pool:
        inputs = (_recorded_input(life, task, policy, playback, recording) for life in recording)
        futures = [pool.submit(one) for one in inputs]
        measurements = [future.result() for future in futures]
    setting = {
        "task": task.name,  # the configuration says what was looked at, whatever the file calls it
        "policy": policy.name,
        "genome": recording.which_genome,
        "seed": recording.seed,
        "ticks": recording.ticks,
        "termination": recording.termination,
        "damage": recording.damage,
        "controller_sha256": recording.controller_sha256,
        "world": recording.world,
        "engine": recording.engine,
        "recording": recording.path.name,
    }
    return document_of(measurements, frame, setting)


class _PlasticInputs:
    """Lives a plastic policy's lives, and beside each its twins and those that begin elsewhere."""

    def __init__(self, source: Source, runner: Runner) -> None:
        policy = source.policy
        normal = policy.with_initial(InitialWeights("normal", 0.1))
        coevolved = any(policy.synapses[index].birth == "coevolved" for index in policy.plastic)
        # First weights of the genome are not drawn at birth, so they are right after it.
        self._drawn = (Event("redraw-weights", 0),) if coevolved else ()
        self._source, self._runner, self._normal = source, runner, source.runner(normal)
        self._playback = Playback(source.policy, source.genome, source.normaliser, source.ticks)

    def of_life(self, life: int) -> AnalysisInput:
        """Return a life with all that it is compared with; runs all of them."""
        row, record = self._runner.record(life)
        if row.diverged[0]:
            return AnalysisInput(_life(life, row, record, self._source), with_body=_DIVERGED, conditional=_DIVERGED)
        return AnalysisInput(
            _life(life, row, record, self._source),
            with_body=self._body(life, record),
            conditional=_conditional_growth(self._playback, self._source.key(life), record),
            others=self._others(life, len(record.weights) // 2),
        )

    def _body(self, life: int, record: Record) -> np.ndarray | Pairs | str:
        """Return how a difference grows with the body in the second half of a life; it begins at a quarter."""
        ticks, context = len(record.weights), self._runner.twins(life)
        if ticks < FEWEST_TICKS:
            return _TOO_SHORT
        if context is None:
            twins = [self._weights(life, Event("nudge-weights", tick, value=NUDGE)) for tick in onsets(ticks)]
            return pairs_of(record.weights, twins) or "the twins ended too soon"
        with context as twins:
            growth = twins.growth(range(ticks // 4, ticks), np.random.default_rng(self._source.seed + life))
        return growth[ticks // 2 - ticks // 4 :]

    def _others(self, life: int, half: int) -> dict[str, np.ndarray]:
        return {
            "redrawn": self._weights(life, Event("redraw-weights", 0)),
            NORMAL: self._normal.record(life, self._drawn)[1].weights,
            "zeroed": self._weights(life, Event("zero-weights", half, value=ZEROED_SHARE))[half:],
        }

    def _weights(self, life: int, event: Event) -> np.ndarray:
        return self._runner.record(life, (event,))[1].weights


def _conditional_growth(playback: Playback, key: jax.Array, record: Record) -> np.ndarray | str:
    """Return how a difference of the weights grows in the second half of a life; it begins at its birth.

    The observations stay as they were: see `attractors.conditional_lyapunov`.
    """
    ticks = len(record.weights)
    if ticks < FEWEST_TICKS:
        return _TOO_SHORT
    if playback.missing:
        return f"records do not hold {', '.join(playback.missing)}, which the rule hears"
    return playback.growth(key, record.observations, record.weights, record.rewards)[ticks // 2 :]


def _static_input(runner: Runner) -> Callable[[int], AnalysisInput]:
    """Return a function that runs a life whose weights do not change, and returns it without others."""
    return lambda life: AnalysisInput(_life(life, *runner.record(life), runner.source))


def _life(number: int, row: Lives, record: Record, source: Source) -> Life:
    events = variant_of(source.damages, number)
    return Life(
        number=number,
        record=record,
        total_return=float(row.returns[0]),
        length=int(row.lengths[0]),
        end=END_NAMES[int(row.ends[0])],
        terminations=int(row.terminations[0]),
        **_footing(source.task, record, drawn(events, words_of(source.key(number)), source.task, source.policy)),
    )


def _footing(task: AnyTask, record: Record, events: Sequence[Event], every: int = 1) -> dict[str, Any]:
    """Return ground and limits of a life, where its body is the task's own and they are known, and its body in time.

    `events` are as the life has drawn them; `every` is how many ticks lie between two rows of the record.
    """
    rows = late_stretch(record)
    models = bodies_of(task, events).between(rows.start * every, max(rows.stop, rows.start + 1) * every)
    body = {"body": task.world.body_with(models)}
    if any(KINDS[event.kind].stage == "model" and not event.changes_nothing for event in events):
        return dict.fromkeys(("ground", "limits"), "a damage changes the body or its world") | body
    found = {"ground": task.world.ground(record.rows(rows)), "limits": task.world.limits(), **body}
    return {name: value for name, value in found.items() if value is not None}


def _recorded_input(
    recorded_life: RecordedLife, task: AnyTask, policy: Policy, playback: Playback | None, recording: Recording
) -> AnalysisInput:
    record = recorded_life.record()
    check_fits(recorded_life, record, task, policy)
    life = Life(
        recorded_life.number,
        record,
        recorded_life.total_return,
        recorded_life.length,
        recorded_life.end,
        recorded_life.terminations,
        **_recorded_footing(recorded_life, record, task, policy, recording.damage, recording.every),
    )
    if recorded_life.end == "diverged":
        return AnalysisInput(life, with_body=_DIVERGED, conditional=_DIVERGED)
    no_twins = "a recording has no twins"
    if playback is None:
        return AnalysisInput(life, with_body=no_twins, conditional="not every tick was recorded")
    key = jax.random.wrap_key_data(jnp.asarray(recorded_life.key), impl="threefry2x32")
    return AnalysisInput(life, with_body=no_twins, conditional=_conditional_growth(playback, key, record))


def _recorded_footing(
    life: RecordedLife, record: Record, task: AnyTask, policy: Policy, damage: str, every: int = 1
) -> dict[str, Any]:
    try:
        events = variant_of(parse_damages(damage, task.control_period), life.number)
        return _footing(task, record, drawn(events, np.asarray(life.key), task, policy), every)
    except HebbaxError as error:  # a kind that a plug-in had
        return dict.fromkeys(("ground", "limits", "body"), one_line(error))
