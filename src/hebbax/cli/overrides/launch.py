"""Runs handed to one of Hydra's launchers, which are plug-ins: submitit_slurm sends each to a cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra import initialize
from hydra._internal.callbacks import Callbacks
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.errors import HydraException
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from hebbax.cli.overrides.check import as_hydra
from hebbax.cli.overrides.schema import PRIMARY, store_schema
from hebbax.config.train import TrainConfig, from_typed
from hebbax.errors import HebbaxError, unknown_name
from hebbax.installing import pip_install_extra

Job = Callable[[TrainConfig], Any]

_SLURM = ("submitit_slurm", "submitit_local")  # of the extra `slurm`


@dataclass(frozen=True)
class _Task:
    """What Hydra calls with the composed configuration of a job, on whatever machine the launcher has chosen."""

    job: Job

    def __call__(self, composed: DictConfig) -> Any:
        values = OmegaConf.to_container(composed, resolve=True)
        assert isinstance(values, dict)
        return self.job(from_typed({str(key): value for key, value in values.items()}))


def check_launcher(launcher: Sequence[str], folder: Path) -> None:
    """Raise HebbaxError, in one line, for a launcher that is not installed or an option that it does not have."""
    with initialize(config_path=None, version_base="1.3"):
        _compose(launcher, folder)


def launch(launcher: Sequence[str], folder: Path, jobs: Sequence[Sequence[str]], job: Job) -> list[Exception | None]:
    """Run a job for each combination of overrides through a launcher, and wait until all are done.

    Args:
        launcher: overrides such as "hydra/launcher=submitit_slurm" and "hydra.launcher.partition=cpu".
        folder: where the launcher keeps its own files; submitit's are in `.submitit`.
        jobs: the overrides of every job, one value a key.
        job: called with the configuration, possibly in another process on another machine, so it must be picklable.

    Returns what each job raised, None for one that did not, in order. Raises HebbaxError as `check_launcher` does, and
    whatever the launcher raises when a job is lost.
    """
    with initialize(config_path=None, version_base="1.3"):
        hydra, config = _compose(launcher, folder)
        context = HydraContext(config_loader=hydra.config_loader, callbacks=Callbacks(config))
        chosen = Plugins.instance().instantiate_launcher(hydra_context=context, task_function=_Task(job), config=config)
        assert isinstance(chosen, Launcher)
        results = chosen.launch([[as_hydra(text) for text in overrides] for overrides in jobs], initial_job_idx=0)
    return [_raised(result) for result in results]


def _raised(result: JobReturn) -> Exception | None:
    try:
        _ = result.return_value
    except Exception as error:
        return error
    return None


def _compose(launcher: Sequence[str], folder: Path) -> tuple[Any, DictConfig]:
    """Return Hydra and its own configuration: no output folders, no logging, the launcher as asked for."""
    store_schema()
    hydra = GlobalHydra.instance().hydra
    assert hydra is not None
    known = hydra.config_loader.get_group_options("hydra/launcher", results_filter=ObjectType.CONFIG)
    for text in launcher:
        name, _, value = text.partition("=")
        if name == "hydra/launcher" and value not in known:
            raise _unknown_launcher(value, known)
    quiet = [
        f"hydra.sweep.dir={_quoted(folder)}",
        "hydra.sweep.subdir=.",
        "hydra.output_subdir=null",
        "hydra/hydra_logging=none",
        "hydra/job_logging=none",
        "hydra.job.chdir=false",
        "hydra.job.name=hebbax",
    ]
    level = logging.getLogger().level
    try:
        config = hydra.compose_config(
            config_name=PRIMARY, overrides=[*quiet, *launcher], run_mode=RunMode.MULTIRUN, from_shell=False
        )
        OmegaConf.to_container(config.hydra.launcher, resolve=False)
    except (HydraException, OmegaConfBaseException) as error:
        reason = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
        line = str(reason).partition("\n")[0]
        raise HebbaxError(f"{' '.join(launcher)}: {line}") from error
    finally:
        logging.getLogger().setLevel(level)
    return hydra, config


def _unknown_launcher(name: str, known: Sequence[str]) -> HebbaxError:
    missing = [other for other in _SLURM if other not in known]
    if name in missing:
        return HebbaxError(f"hydra/launcher={name} is not installed: {pip_install_extra('slurm')}")
    error = unknown_name("launcher", name, [*known, *missing])
    if any(repr(other) in str(error) for other in missing):
        return HebbaxError(f"{error} It is not installed: {pip_install_extra('slurm')}")
    return error


def _quoted(folder: Path) -> str:
    text = str(folder.absolute()).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"
