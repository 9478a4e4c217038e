"""A test vector: what a controller saw, and the actions that it must give wherever it runs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hebbax.engines.live_controller import LiveController
from hebbax.errors import HebbaxError
from hebbax.export.description import Description
from hebbax.policies.policy import Policy
from hebbax.runs.stored_run import StoredRun
from hebbax.runs.trials import Source
from hebbax.types import Normaliser

TICKS = 1000
MOST_BYTES = 1_000_000
TEXT, BINARY = "test_vector.csv", "test_vector.npz"
_MOST_LIVES = 50
_MOST_COLUMNS = 80  # of text: about a megabyte
_REMEDY = "export the controller again"


@dataclass(frozen=True, eq=False)
class Vector:
    """Ticks of a life that a seed starts."""

    observations: np.ndarray  # [ticks, observations], float32, before normalisation
    signals: np.ndarray  # [ticks, signals], float32: at each tick what came of the action before; zeros at the first
    actions: np.ndarray  # [ticks, actions], float32


def record_vector(run: StoredRun, found: Description, which: str, seed: int, ticks: int = TICKS) -> Vector:
    """Return what a controller sees in its own lives, one after the other, and what it does in a single one.

    The first of them is the first life of `hebbax evaluate --seed`. Raises HebbaxError where a run has no such lives.
    """
    source = Source.of_run(run, lifetimes=_MOST_LIVES, seed=seed, genome=which)
    runner, seen, heard = source.runner(), [], []
    for life in range(_MOST_LIVES):
        _, record = runner.record(life)
        seen.append(record.observations)
        heard.append(record.rewards)
        if sum(map(len, seen)) >= ticks:
            break
    observations = np.concatenate(seen)[:ticks].astype(np.float32)
    observations = observations[: _kept(observations)]
    rewards = np.concatenate(heard)[: len(observations)]
    # A record has the reward alone: terms of it that a rule hears are what it is, too.
    signals = np.zeros((len(observations), len(found.signals)), np.float32)
    signals[1:] = rewards[:-1, None]
    return answered(run.policy, source.genome, source.normaliser, observations, signals, seed)


def answered(
    policy: Policy,
    genome: np.ndarray,
    normaliser: Normaliser | None,
    observations: np.ndarray,
    signals: np.ndarray,
    seed: int,
) -> Vector:
    """Return observations and signals with the actions of the controller that hebbax itself runs."""
    live = LiveController(policy, genome, normaliser)
    live.start(seed=seed)
    actions = []
    names = [policy.signals[place] for place in policy.signal_at]
    for observation, signal in zip(observations, signals, strict=True):
        terms = dict(zip(names, map(float, signal), strict=True))
        actions.append(live.act(observation, terms=terms))
    return Vector(observations, signals, np.array(actions, np.float32))


def _kept(observations: np.ndarray) -> int:
    """Return how many ticks of pictures a file holds; all of anything else."""
    shares, packed = _packed(observations), io.BytesIO()
    np.savez_compressed(packed, observations=shares)
    if packed.tell() <= MOST_BYTES or shares.dtype == np.float32:
        return len(observations)
    return max(1, int(0.9 * len(observations) * MOST_BYTES / packed.tell()))


def _packed(observations: np.ndarray) -> np.ndarray:
    """Return shares of 255 as bytes, and anything else as it is."""
    shares = np.rint(255.0 * np.clip(np.nan_to_num(observations), 0.0, 1.0)).astype(np.uint8)
    return shares if np.array_equal(_unpacked(shares), observations) else observations


def _unpacked(values: np.ndarray) -> np.ndarray:
    return (values / 255.0).astype(np.float32) if values.dtype == np.uint8 else values


def file_of(vector: Vector, found: Description) -> tuple[str, bytes]:
    """Return the name and the content of a vector's file."""
    rows = np.concatenate([vector.observations, vector.signals, vector.actions], axis=1)
    if rows.shape[1] > _MOST_COLUMNS:
        packed = io.BytesIO()
        np.savez_compressed(
            packed, observations=_packed(vector.observations), signals=vector.signals, actions=vector.actions
        )
        return BINARY, packed.getvalue()
    lines = [",".join(columns_of(found)), *(",".join(map(str, row)) for row in rows.astype(np.float32))]
    return TEXT, "".join(f"{line}\n" for line in lines).encode()


def columns_of(found: Description) -> list[str]:
    """Return the names of a text's columns."""
    parts = (("observation", found.observation_size), ("signal", len(found.signals)), ("action", found.action_size))
    return [f"{name} {place}" for name, size in parts for place in range(size)]


def read_vector(folder: Path, found: Description) -> Vector:
    """Return the vector of a folder. Raises HebbaxError for one that is of another shape, or no numbers."""
    sizes = found.observation_size, len(found.signals), found.action_size
    path = folder / (TEXT if (folder / TEXT).is_file() else BINARY)
    try:
        if path.name == TEXT:
            header, *lines = path.read_text("utf-8").splitlines()
            rows = np.array([[float(part) for part in line.split(",")] for line in lines], np.float32)
            parts = np.split(rows, np.cumsum(sizes)[:2], axis=1) if header.split(",") == columns_of(found) else []
        else:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                parts = [np.array(_unpacked(file[name]), np.float32) for name in ("observations", "signals", "actions")]
    except Exception as error:  # of any kind: NumPy's reader says what it likes
        raise HebbaxError(f"cannot read {path}: it is no test vector; {_REMEDY}") from error
    if [part.shape[1:] for part in parts] != [(size,) for size in sizes] or not all(
        np.isfinite(p).all() for p in parts
    ):
        raise HebbaxError(f"{path}: expected finite numbers, {sizes[0]} observations and {sizes[2]} actions; {_REMEDY}")
    if not len(parts[0]) or len({len(part) for part in parts}) != 1:
        raise HebbaxError(f"{path}: expected as many observations as actions, one at least; {_REMEDY}")
    return Vector(*parts)
