"""A Ray cluster, or this machine as one: where its nodes are, a worker on each, and what travels to it and back."""

from __future__ import annotations

import logging
import os
import socket
import uuid
import warnings
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from hebbax.config.cluster import AUTO, OFF, REQUIRE, RayConfig, port_of
from hebbax.cores import available_cores
from hebbax.engines.errands import WorkerDiedError
from hebbax.engines.ray_worker import Worker, surroundings
from hebbax.errors import HebbaxError, one_line
from hebbax.installing import pip_install_extra
from hebbax.versions import differences

_REACHED = 5.0  # s, within which a head answers
_BEGINS = 300.0  # s, within which the first worker has begun

# Ray reads them when it starts: it reports nothing to its makers, and leaves the environment of workers as it is.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

logger = logging.getLogger(__name__)


@dataclass
class Traffic:
    """Bytes of what hebbax hands to Ray and gets back; Ray's own headers are not counted."""

    shared: int = 0  # what all lives of an evaluation share, once for every evaluation: Ray copies it once to a node
    parcels: int = 0
    rows: int = 0
    lives: int = 0


@dataclass(eq=False)
class _Place:
    """A worker, and where it is."""

    node: str
    threads: int
    actor: Any = None


class RayCluster:
    """The workers of a task and a policy on a cluster: `errands.Workers`.

    Raises HebbaxError where Ray is missing, the head cannot be reached, nothing begins, or machines differ and must
    not.
    """

    def __init__(self, config: RayConfig, task: Any, policy: Any, threads: int | None) -> None:
        self._ray, self._config = _connected(config), config
        self._task, self._policy, self._threads = task, policy, threads
        self._made_of = self._ray.put(_sendable(task, policy))
        self._places = self._placed()
        self.traffic, self.alike = Traffic(), True
        self._shared, self._name = None, ""
        # Not `self`: workers end with the engine, also where nobody closes it.
        weakref.finalize(self, _end, self._ray, self._places)
        self._begin()

    def share(self, data: bytes) -> None:
        """Say what the parcels to come share; Ray copies it once to a node."""
        self._name, self._shared = uuid.uuid4().hex, self._ray.put(data)
        self.traffic.shared += len(data)

    def all(self) -> Sequence[_Place]:
        """Return the workers."""
        return self._places

    def send(self, worker: _Place, parcel: bytes) -> Any:
        """Have a worker live a parcel."""
        self.traffic.parcels += len(parcel)
        return worker.actor.live.remote(self._name, self._shared, parcel)

    def wait(self, answers: Sequence[Any], seconds: float) -> Sequence[Any]:
        """Return which answers are there."""
        return self._ray.wait(list(answers), num_returns=1, timeout=seconds)[0] if answers else ()

    def answer(self, answer: Any) -> Any:
        """Return an answer: packed rows, or what a worker says of itself when it begins, which is looked at here."""
        errors = self._ray.exceptions
        try:
            value = self._ray.get(answer)
        except (errors.RayActorError, errors.ObjectLostError, errors.NodeDiedError) as error:
            raise WorkerDiedError(one_line(error)) from error
        except errors.RayTaskError as error:
            cause = error.cause if isinstance(error.cause, Exception) else error
            raise HebbaxError(f"on a worker: {one_line(cause)}") from error
        if isinstance(value, bytes):
            self.traffic.rows += len(value)
        else:
            self._compare([value])
        return value

    def replace(self, worker: _Place) -> Any:
        """Begin again in the place of a worker that died, on another node where its own is gone."""
        alive, taken = self._nodes(), [place.node for place in self._places]
        if worker.node not in alive:
            worker.node = min(alive, key=taken.count)
        return self._start(worker)

    def close(self) -> None:
        """End the workers."""
        _end(self._ray, self._places)

    def _nodes(self) -> dict[str, int]:
        """Return the cores of every node that is alive."""
        nodes = {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}
        return {name: int(resources["CPU"]) for name, resources in nodes.items() if resources.get("CPU", 0) >= 1}

    def _placed(self) -> list[_Place]:
        """Return places for as many workers as were asked for, spread over the nodes, that share their cores."""
        cores = self._nodes()
        if not cores:
            raise HebbaxError("ray: no node of the cluster has a core to run lives on; `ray status` shows what it has")
        names = sorted(cores)
        count = len(names) if self._config.workers is None else self._config.workers
        at = [names[number % len(names)] for number in range(count)]
        return [_Place(node, self._threads or max(cores[node] // at.count(node), 1)) for node in at]

    def _start(self, place: _Place) -> Any:
        on_node = import_module("ray.util.scheduling_strategies").NodeAffinitySchedulingStrategy
        options = {
            "num_cpus": 0,  # threads are counted here; several workers of one core are for trying things out
            "max_restarts": 0,  # a worker that ends is replaced here, with what it was to live
            "scheduling_strategy": on_node(place.node, soft=True),
            "runtime_env": {"env_vars": {**_ONE_THREAD, **_QUIET}},
        }
        place.actor = self._ray.remote(Worker).options(**options).remote(self._made_of, place.threads)
        return place.actor.hello.remote()

    def _begin(self) -> None:
        """Start all workers, and look at what they are once all have begun."""
        hellos = [self._start(place) for place in self._places]
        ready, _ = self._ray.wait(hellos, num_returns=len(hellos), timeout=_BEGINS)
        if len(ready) < len(hellos):
            self.close()
            raise HebbaxError(
                f"ray: {len(hellos) - len(ready)} of {len(hellos)} workers had not begun after {_BEGINS:g} s; "
                "`ray status` shows what the cluster waits for"
            )
        try:
            told = self._ray.get(hellos)
        except self._ray.exceptions.RayError as error:
            self.close()
            cause = getattr(error, "cause", None) or error
            raise HebbaxError(f"ray: a worker could not begin: {one_line(cause)}") from error
        self._compare(told)

    def _compare(self, told: Sequence[dict[str, str]]) -> None:
        """Say where workers differ from this process in what bits depend on. Raises HebbaxError where none may."""
        here = surroundings(self._task, self._policy)
        lines = dict.fromkeys(line for there in told for line in _unlike(here, there))
        self.alike = self.alike and not lines
        if not lines or self._config.same_bits == OFF:
            return
        text = f"ray: workers differ from here ({'; '.join(lines)}), so lives depend on who runs them"
        if self._config.same_bits == REQUIRE:
            self.close()
            raise HebbaxError(f"{text}: expected one kind of machine and versions, or ray.same_bits=auto")
        logger.warning("%s; ray.same_bits=require makes it an error", text)


def _sendable(task: Any, policy: Any) -> bytes:
    """Return a task and a policy as another process can read them. Raises HebbaxError where they cannot be sent."""
    dumps = import_module("ray.cloudpickle").dumps

    try:
        return dumps((task, policy))  # by value where a function is of a notebook or a script
    except Exception as error:  # whatever a user's object raises
        raise HebbaxError(
            f"engine=ray: task {task.name!r} with policy {policy.name!r} cannot be sent to workers "
            f"({one_line(error)}): expected a world that is built from a file or by a function"
        ) from error


def _unlike(here: dict[str, str], there: dict[str, str]) -> list[str]:
    lines = differences(here, there)
    same_life = here.get("life") == there.get("life")
    return lines if same_life or lines else ["another text of hebbax, the task or the policy"]


def _end(ray: Any, places: Sequence[_Place]) -> None:
    if ray.is_initialized():
        for place in places:
            if place.actor is not None:
                ray.kill(place.actor)


def _connected(config: RayConfig) -> Any:
    """Return the module of Ray, connected. Raises HebbaxError where it is missing or the head does not answer."""
    os.environ.update({name: os.environ.get(name, value) for name, value in _QUIET.items()})
    try:
        ray = import_module("ray")
    except ImportError as error:
        raise HebbaxError(f"engine=ray needs Ray: {pip_install_extra('ray')}") from error
    if ray.is_initialized():
        return ray
    if config.address not in (None, AUTO):
        _check_answers(config.address)
    here = {"num_cpus": available_cores(), "include_dashboard": False} if config.address is None else {}
    address = "local" if config.address is None else config.address
    try:
        with warnings.catch_warnings():
            # JAX's, that a process with threads is forked: what Ray starts begins by another program.
            warnings.simplefilter("ignore", RuntimeWarning)
            ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False, **here)
    except Exception as error:  # Ray raises that itself where its processes do not begin in time
        told = "no cluster is on this machine" if config.address == AUTO else one_line(error)
        raise HebbaxError(
            f"ray.address={config.address or 'null'}: {told}; start one by `ray start --head`, or leave ray.address "
            "out to live on this machine alone"
        ) from error
    return ray


def _check_answers(address: str) -> None:
    """Raise HebbaxError for a head that nobody answers at: Ray would try for a minute."""
    place = port_of(address)
    try:
        if place is None:
            raise OSError("no HOST:PORT")
        socket.create_connection(place, timeout=_REACHED).close()
    except OSError as error:
        raise HebbaxError(
            f"ray.address={address}: cannot be reached ({error.strerror or one_line(error)}); expected the address "
            "that `ray start --head` has printed"
        ) from error
