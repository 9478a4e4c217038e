"""The gate before compiled calls: shapes, types and ranges of what a caller gives, against the task and the policy.

Compiled code checks no bounds: an array that is too short would be read, and written, beyond its end. All that comes
from outside is checked here once per call, so that no tick has to.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.cores import available_cores
from hebbax.engines.members import Members, read_only
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError, check_whole
from hebbax.keys import fold_in, words_of
from hebbax.lazy_jax import jax
from hebbax.policies.any_policy import AnyPolicy
from hebbax.policies.make_policy import signal_names
from hebbax.policies.open_loop import Replay
from hebbax.policies.policy import Policy
from hebbax.tasks.external.task import AnyTask
from hebbax.types import MOST_LIVES, MOST_TICKS, Normaliser, numbers_of

MOST_THREADS = 4096  # far beyond any machine's cores: each of them owns a simulation


def thread_count(threads: int | None) -> int:
    """Return how many threads to run: those asked for, or one per core. Raises HebbaxError for no such number."""
    if threads is None:
        return available_cores()
    try:
        return check_whole("threads", threads, 1, MOST_THREADS)
    except HebbaxError as error:
        raise HebbaxError(f"{error}, or none for all cores ({available_cores()})") from None


def check_policy(policy: AnyPolicy, task: AnyTask) -> None:
    """Raise HebbaxError for a policy of another task: other numbers of observations or actions, or other signals."""
    observations, actions = task.observation_size, _action_size(policy, task)
    if isinstance(policy, Policy):
        observations = policy.network.sizes[0]
        names = signal_names(task)
        for place in policy.signal_at:
            if names[place : place + 1] != (policy.signals[place],):
                raise HebbaxError(
                    f"policy {policy.name!r} hears {policy.signals[place]!r}, signal {place} of another task: expected "
                    f"one made for task {task.name!r}, whose signals are {', '.join(names)}"
                )
    if (observations, actions) != (task.observation_size, task.action_size):
        raise HebbaxError(
            f"policy {policy.name!r} is for {observations} observations and {actions} actions: expected "
            f"{task.observation_size} and {task.action_size}, as task {task.name!r} has"
        )


def _action_size(policy: AnyPolicy, task: AnyTask) -> int:
    if isinstance(policy, Policy):
        return policy.network.sizes[-1]
    if isinstance(policy, Replay):
        return policy.action_size

    def first_action(key: Any, genome: Any, observation: Any) -> Any:
        return policy.act(genome, policy.birth(key), observation)[0]

    genome, observation = (np.zeros(size, np.float32) for size in (policy.genome_size, task.observation_size))
    shape = jax.eval_shape(first_action, jax.random.key(0), genome, observation).shape
    if len(shape) != 1:
        raise HebbaxError(f"policy {policy.name!r}: act must return an action of shape [actuators], but it was {shape}")
    return shape[0]


def ticks_of(scenario: Scenario, task: AnyTask, policy: AnyPolicy) -> int:
    """Return how long lives are. Raises HebbaxError for longer ones than the policy has actions for."""
    if not isinstance(scenario, Scenario):
        raise HebbaxError(f"scenario={scenario!r}: expected a Scenario such as Scenario(ticks=500)")
    ticks = task.length if scenario.ticks is None else scenario.ticks
    if isinstance(policy, Replay) and ticks > policy.ticks:
        raise HebbaxError(
            f"ticks={ticks}: policy {policy.name!r} has actions for {policy.ticks}; nearest valid: {policy.ticks}"
        )
    return ticks


def normaliser_of(scenario: Scenario, task: AnyTask) -> Normaliser:
    """Return the normaliser of lives. Raises HebbaxError for one of another number of observations."""
    return (scenario.normaliser or Normaliser.identity(task.normalised_size)).of_size(task.normalised_size)


def check_chunk(chunk: int) -> int:
    """Return the ticks of a part, at most those of the longest life. Raises HebbaxError for fewer than one."""
    return min(check_whole("chunk", chunk, 1, 2**63 - 1), MOST_TICKS)


def check_genomes(genomes: Any, genome_size: int) -> np.ndarray | Members:
    """Return genomes as contiguous float32 [population, genome_size], or members as they are.

    Raises HebbaxError for another shape or type.
    """
    array = genomes if isinstance(genomes, Members) else numbers_of("genomes", genomes, np.float32)
    if len(array.shape) != 2 or array.shape[1] != genome_size:
        raise HebbaxError(
            f"expected genomes to be an array with shape (population, genome_size) (i.e. shape (…, {genome_size})) "
            f"but it had shape {array.shape}"
        )
    return array if isinstance(array, Members) else read_only(array)


def check_genome(genome: Any, genome_size: int) -> np.ndarray:
    """Return the genome of a single life as float32 [1, genome_size]. Raises HebbaxError for another shape or type."""
    array = numbers_of("genome", genome, np.float32)
    if array.shape != (genome_size,):
        raise HebbaxError(
            f"expected genome to be an array with shape (genome_size,) (i.e. shape ({genome_size},)) but it had shape "
            f"{array.shape}"
        )
    return read_only(array[None])


def check_lifetimes(lifetimes: int, genomes: np.ndarray | Members) -> int:
    """Return the lives of all genomes [population, …]. Raises HebbaxError for fewer than one of each."""
    return len(genomes) * check_whole("lifetimes", lifetimes, 1, MOST_LIVES)


def life_keys(key: Any, lives: int) -> np.ndarray:
    """Return one key per life as uint32 [lives, 2], folding a single key by index.

    Raises HebbaxError for an array of keys of another length, and for what holds no keys.
    """
    words = words_of(key)
    if words.shape == (2,):
        return read_only(fold_in(words, np.arange(lives)))
    if words.shape != (lives, 2):
        raise HebbaxError(
            f"expected one key, or an array of {lives} keys, one a life, but got shape {words.shape[:-1]}"
        )
    return read_only(words)


def own_key(key: Any) -> np.ndarray:
    """Return the key of a single life as uint32 [1, 2]. Raises HebbaxError for several, and for what is none."""
    words = words_of(key)
    if words.shape != (2,):
        raise HebbaxError(f"expected one key, because this is a single life, but got shape {words.shape[:-1]}")
    return read_only(words[None])
