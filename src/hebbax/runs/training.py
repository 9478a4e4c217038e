"""Training: the search run generation after generation into a run folder, stopped and resumed without loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hebbax.config.learner import EVOLUTION
from hebbax.config.policy import PolicyConfig
from hebbax.config.train import TrainConfig, check_train_config, to_dict
from hebbax.errors import HebbaxError, about
from hebbax.evolution.learner import Learner, LearnerState
from hebbax.evolution.search import Search
from hebbax.evolution.tracking import TRACKERS, start_tracking
from hebbax.evolution.trust import Trust, check_trust
from hebbax.files.atomic_write import write_text_atomically
from hebbax.policies.sizes import sizes_of
from hebbax.ppo.learner import PPOLearner
from hebbax.runs.belonging import check_best, check_record, config_text, newest_of_run
from hebbax.runs.identity import run_id
from hebbax.runs.plugins import environment_of
from hebbax.runs.run_folder import RunFolder, path_of
from hebbax.runs.saved_state import config_of, pack_state, unpack_state
from hebbax.tasks.registry import changed_origin, make_task
from hebbax.versions import differences

Note = Callable[[str], None]

_SAME_BITS = {"auto", "native", "ray"}  # engines among which a run of a policy with a compiled step stays the same

_MAY_DIFFER = "from here on the run may differ from an uninterrupted one"


def _typed(command: Sequence[str]) -> list[str]:
    """Return the words of a command, for run.json. Raises HebbaxError for anything else."""
    several = isinstance(command, Sequence) and not isinstance(command, str)
    if not (several and all(isinstance(word, str) for word in command)):
        raise HebbaxError(f"command={command!r:.60}: expected a sequence of texts such as sys.argv")
    return list(command)


class Training:
    """A run in its folder: begun with `start` or taken up with `resume`, then `run`."""

    def __init__(self, folder: RunFolder, search: Learner[Any], state: LearnerState) -> None:
        self.folder, self.search, self.state = folder, search, state
        self._stopped = False
        self._run = folder.tag()  # what lines of metrics.jsonl say of whose they are
        self._steps_total = _steps_so_far(folder)

    @classmethod
    def start(cls, config: TrainConfig, path: Path, command: Sequence[str] = ()) -> Training:
        """Begin a run in a new folder; nothing is written before the whole configuration has proven valid.

        Raises HebbaxError for a bad configuration or a folder that exists, unless a process was killed there before the
        first checkpoint.
        """
        if not isinstance(config, TrainConfig):
            raise HebbaxError(f"config={config!r:.60}: expected a TrainConfig")
        path, typed = path_of(path), _typed(command)
        check_train_config(config)
        search = new_search(config)
        return cls.begun(search, search.begin, path, typed)

    @classmethod
    def begun(
        cls,
        search: Learner[Any],
        begin: Callable[[], LearnerState],
        path: Path,
        command: Sequence[str] = (),
        origin: Mapping[str, str] = MappingProxyType({}),
    ) -> Training:
        """Write the state that `begin` returns into a new folder. Raises HebbaxError as `start` does.

        `origin` says in run.json where a state comes from that is not the learner's own.
        """
        folder, typed = RunFolder(path_of(path)), _typed(command)
        config = search.config  # says what the given one has left to the task
        record = {
            **environment_of(config),
            "command": typed,
            "engine": search.engine.name,
            **sizes_of(search.policy),
            **search.task.world.origin(),
            **origin,
            "id": run_id(config),
            "config": to_dict(config),
            "resumed": [],
        }
        with folder.claim():
            state, world = begin(), search.task.world
            folder.fill(config=config_text(config), record=record, source=world.source(), files=world.files())
            training = cls(folder, search, state)
            training._save()
        return training

    @classmethod
    def resume(
        cls,
        path: Path,
        *,
        generations: int | None = None,
        engine: Mapping[str, Any] = MappingProxyType({}),
        command: Sequence[str] = (),
        on_note: Note = print,
        trust: Trust = False,
    ) -> Training:
        """Take up a run at its newest good checkpoint, to the number of generations it was begun with or another.

        Args:
            path: of the run's folder.
            generations: how many it is to have in the end; as many as it was begun with, unless said otherwise.
            engine: what of `engine`, `ray` and `mjx` is another from here on; the search goes on as it is.
            command: what the user typed, for run.json.
            on_note: gets what a user should know (a damaged checkpoint, other versions than before), a line each.
            trust: as in `StoredRun.open`.

        Raises HebbaxError if there is no run, no good checkpoint or nothing left to do, another process has the run, it
        would import a module and is not trusted, or the files in its folder are of different runs.
        """
        folder, typed = RunFolder.open(path), _typed(command)
        with folder.lock():
            file, checkpoint, stored = newest_of_run(folder, on_note)
            config = config_of(checkpoint)
            check_trust(config, folder.path, trust)
            if generations is None and stored.generations != config.generations:
                told = f"config.yaml says generations={stored.generations}, {file.name} {config.generations}"
                on_note(f"{told}: going on to {stored.generations}")
            generations = stored.generations if generations is None else generations
            before, config = config, replace(config, generations=generations, **engine)
            extended = config != before
            if not {before.engine, config.engine} <= _SAME_BITS and before.engine != config.engine:
                on_note(f"engine {before.engine} → {config.engine}: {_MAY_DIFFER}")
            check_train_config(config)
            if checkpoint.generation >= config.generations:
                raise HebbaxError(
                    f"{path} has finished {checkpoint.generation} generations, {config.generations} were asked for: "
                    f"go on with generations={checkpoint.generation + 100}"
                )
            for line in differences(checkpoint.document["environment"], environment_of(config)):
                on_note(f"{line}: {_MAY_DIFFER}")
            search = learner_of(config)
            with about(file):
                state = unpack_state(search, checkpoint)
            record = folder.read_record("resumed")
            check_record(folder, record, stored)
            check_best(folder, file, checkpoint)
            changed = changed_origin(search.task, record)
            if changed is not None:
                on_note(f"{changed} than before: {_MAY_DIFFER}")
            logged = folder.truncate_metrics(checkpoint.generation)
            if logged < checkpoint.generation:
                on_note(
                    f"{folder.metrics_path} holds {logged} of the {checkpoint.generation} generations before the "
                    "checkpoint: the others are lost, the search itself is whole"
                )
            record["resumed"].append(
                {
                    **environment_of(config),
                    "command": typed,
                    "generation": checkpoint.generation,
                    "from": file.name,
                }
            )
            folder.write_record(record)
            write_text_atomically(folder.config_path, config_text(config))
            training = cls(folder, search, state)
            if extended:
                training._save()  # so that a resume after a kill knows the new number
        return training

    def stop(self) -> None:
        """Finish cleanly: the generation under way is dropped, the state before it saved, and `run` returns."""
        self._stopped = True
        self.search.engine.stop()

    def run(
        self, on_generation: Callable[[dict[str, Any]], None] = lambda metrics: None, on_note: Note = print
    ) -> bool:
        """Run until the last generation or `stop`; return whether the run is finished.

        `on_generation` gets the metrics of each generation, as metrics.jsonl does; if it raises, the generation is
        saved first. `on_note` gets a line if the run's tracker cannot be used. Raises HebbaxError if a file cannot be
        written; the last good checkpoint stays.
        """
        config = self.search.config
        with (
            self.folder.lock(),
            start_tracking(config, self.folder.path, self.state.generation, on_note) as tracking,
        ):
            while self.state.generation < config.generations and not self._stopped:
                stepped = self.search.step(self.state)
                if stepped is None:
                    break
                self.state, metrics = stepped
                self._steps_total += metrics.get("steps", 0)
                metrics = {**metrics, "steps_total": self._steps_total, **self._run}
                self.folder.append_metrics(metrics)
                tracking.log(metrics)
                done = self.state.generation
                if done % config.checkpoint_every == 0 or done == config.generations:
                    self._save()
                try:
                    on_generation(metrics)
                except BaseException:  # such as a reader that has gone: the generations are no worse for it
                    self._save()
                    raise
            finished = self.state.generation >= config.generations
            if not finished:
                self._save()
        return finished

    def _save(self) -> None:
        self.folder.sync_metrics()  # a checkpoint must not outlive the metrics before it
        document = {"config": to_dict(self.search.config), "environment": environment_of(self.search.config)}
        self.folder.save_checkpoint(pack_state(self.search, self.state, document), self.search.config.keep_checkpoints)


def _steps_so_far(folder: RunFolder) -> int:
    """Return the control ticks of all generations, 0 for a learner that does not count them."""
    counted = any("steps" in metrics for metrics in folder.read_metrics())
    return sum(metrics["steps"] for metrics in folder.read_metrics("steps")) if counted else 0


def learner_of(config: TrainConfig) -> Learner[Any]:
    """Return what learns in a run. Raises HebbaxError for what does not fit the task."""
    return Search(config) if config.learner.algorithm == EVOLUTION else PPOLearner(config)


def new_search(config: TrainConfig) -> Learner[Any]:
    """Return the learner of a run that is to begin. Raises HebbaxError for what does not fit the task."""
    TRACKERS.get(config.track)
    _check_window(config)  # first, because the engine makes room for the window
    return learner_of(config)


def _check_window(config: TrainConfig) -> None:
    """Raise HebbaxError for a moving average longer than the lives, unless its window is the one nobody has set."""
    moving = config.policy.plastic and config.policy.averaging == "moving-average"
    if not moving or config.policy.window <= PolicyConfig.window:
        return
    ticks = make_task(config.task.name).length if config.task.ticks is None else config.task.ticks
    if isinstance(config.training.ticks, int):
        ticks = min(ticks, config.training.ticks)
    if config.policy.window > ticks:
        raise HebbaxError(
            f"window={config.policy.window}: longer than a life of {ticks} ticks; nearest valid: {ticks}",
            field="window",
        )
