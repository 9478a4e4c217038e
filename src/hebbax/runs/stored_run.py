"""A stored run, or a controller of the zoo, opened for use: task, policy, controllers, and where its results go."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from hebbax import zoo
from hebbax.config.train import TrainConfig, check_train_config
from hebbax.damage.events import Event, check_onsets
from hebbax.damage.text import parse_damages
from hebbax.engines.bodies import check_damages
from hebbax.engines.live_controller import LiveController
from hebbax.errors import HebbaxError, about, unknown_name
from hebbax.evolution.statistics import Controller
from hebbax.evolution.trust import Trust, check_trust
from hebbax.policies.make_policy import make_policy
from hebbax.policies.policy import Policy
from hebbax.runs.belonging import newest_to_read, note_on_records
from hebbax.runs.checkpoint import Checkpoint
from hebbax.runs.plugins import environment_of
from hebbax.runs.run_folder import RunFolder
from hebbax.runs.saved_state import check_arrays, config_of, controller_of
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.registry import changed_origin, make_task
from hebbax.versions import differences
from hebbax.zoo import run_path

GENOMES = ("mean", "best")
"""Which genome of a run: the newest mean, or the mean of the generation with the highest evaluation."""


@dataclass(frozen=True)
class StoredRun:
    """A run as its newest good checkpoint describes it."""

    folder: RunFolder
    checkpoint: Checkpoint
    config: TrainConfig

    @classmethod
    def open(cls, run: str | Path, on_note: Callable[[str], None] = print, *, trust: Trust = False) -> StoredRun:
        """Open a run folder, or `zoo:TASK/POLICY`.

        `trust` is True, or the names of modules that the run may have imported; see `evolution.trust`. What a user
        should know (a damaged checkpoint, other versions than it was evolved with) goes to `on_note`. Raises
        HebbaxError if there is no such run, no good checkpoint, or the run would import a module and is not trusted,
        and for arrays that are not of its policy and task.

        >>> StoredRun.open("zoo:half_cheetah/han-e", on_note=lambda line: None).policy.name
        'han-e'
        """
        folder = RunFolder.open(run_path(str(run)))
        path, checkpoint = newest_to_read(folder, on_note)
        with about(path):
            config = config_of(checkpoint)
        check_trust(config, folder.path, trust)
        for line in differences(checkpoint.document["environment"], environment_of(config)):
            on_note(f"{line} since this controller was evolved: its returns may differ")
        opened = cls(folder, checkpoint, config)
        with about(path):
            check_arrays(checkpoint, opened.policy, opened.task)
        if folder.record_path.is_file():
            record = folder.read_record()
            note_on_records(folder, record, config, on_note)
            if (changed := changed_origin(opened.task, record)) is not None:
                on_note(f"{changed} than this controller was evolved with")
        return opened

    @cached_property
    def trained(self) -> TrainConfig:
        """The configuration that the run evolved with."""
        return config_of(self.checkpoint)

    @property
    def trained_ticks(self) -> int:
        """Control ticks of the lives that the run's evaluations had while it evolved."""
        return self.task.length if self.trained.task.ticks is None else self.trained.task.ticks

    def under(
        self,
        *,
        task: str | None = None,
        ticks: int | None = None,
        termination: str | None = None,
        damage: str | None = None,
    ) -> StoredRun:
        """Return the run with lives of another length, or put through something else than in training.

        A controller may live on another task than its own that has as many observations and actions, in whose order it
        takes them to be its own. Raises HebbaxError for a task that has not, a termination or a damage that is none,
        and a damage that the robot or the policy cannot have, or that sets in after the end of the life.
        """
        config = self.config if task in (None, self.config.task.name) else self._elsewhere(task)
        config = replace(
            config,
            task=replace(config.task, ticks=config.task.ticks if ticks is None else ticks),
            termination=config.termination if termination is None else termination,
            damage=config.damage if damage is None else damage,
        )
        check_train_config(config)
        changed = replace(self, config=config)
        for events in changed.variants:
            check_damages(events, changed.task, changed.policy)
        length = changed.task.length if config.task.ticks is None else config.task.ticks
        check_onsets(changed.variants, length)
        return changed

    def _elsewhere(self, name: str) -> TrainConfig:
        """Return the configuration on another task, on whatever engine that runs. Raises HebbaxError as `under`."""
        ours, other = self.task, make_task(name)
        if (other.observation_size, other.action_size) != (ours.observation_size, ours.action_size):
            raise HebbaxError(
                f"task={name}: it has {other.observation_size} observations and {other.action_size} actions; expected "
                f"{ours.observation_size} and {ours.action_size}, as task {ours.name!r} of this controller has"
            )
        return replace(self.config, task=replace(self.config.task, name=name), engine="auto")

    @cached_property
    def variants(self) -> tuple[tuple[Event, ...], ...]:
        """The damages that lives meet in turn, as this run lives."""
        return parse_damages(self.config.damage, self.task.control_period)

    @cached_property
    def task(self) -> AnyTask:
        """The run's task."""
        return make_task(self.config.task.name)

    @cached_property
    def policy(self) -> Policy:
        """The run's policy."""
        return make_policy(self.config.policy, self.task)

    def controller(self, which: str = "best") -> Controller:
        """Return one of GENOMES. Raises HebbaxError for another name, or if there is no best yet."""
        if which not in GENOMES:
            raise unknown_name("genome", which, GENOMES)
        return controller_of(self.checkpoint, which)

    def live_controller(self, which: str = "best") -> LiveController:
        """Return one of GENOMES to run in a loop of one's own. Raises HebbaxError as `controller`, LiveController."""
        controller = self.controller(which)
        return LiveController(self.policy, controller.genome, controller.statistics.normaliser())


def results_path(run: StoredRun, inside: str, purpose: str, ending: str = "") -> Path:
    """Return where results go: `inside` the run's folder, or beside the user where it is not theirs to write to.

    A controller that ships with hebbax is left as it is.
    """
    path = run.folder.path
    if Path(zoo.__file__).parent not in path.parents and os.access(path, os.W_OK):
        return path / inside
    return path_beside(purpose, run.task.name, run.policy.name, ending)


def path_beside(purpose: str, task: str, policy: str, ending: str = "") -> Path:
    """Return ./PURPOSE-TASK-POLICY with an ending; a task of another package has a slash in its name.

    A stranger's policy may have one too, and would lead elsewhere.
    """
    name = re.sub(r"[/\\\0]", "-", f"{task}-{policy}")
    return Path(f"{purpose}-{name}{ending}")
