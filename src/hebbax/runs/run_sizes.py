"""How large the policy of a run is, for lists of runs."""

from __future__ import annotations

from hebbax.config.train import TrainConfig
from hebbax.errors import HebbaxError
from hebbax.evolution.trust import check_trust
from hebbax.policies.make_policy import make_policy
from hebbax.policies.sizes import SIZES, sizes_of
from hebbax.runs.run_folder import RunFolder
from hebbax.tasks.registry import make_task


def sizes_of_run(folder: RunFolder, config: TrainConfig) -> dict[str, int | None]:
    """Return `sizes_of` the policy of a run, which may not have begun; None each where they cannot be told.

    They are those that run.json has. A run without is as large as its configuration says, unless its task is not
    installed, or would import a module that is not trusted: a list runs no stranger's code.
    """
    record = folder.record_if_readable()  # of one that is not, no list has to tell: the configuration says as much
    if all(isinstance(record.get(key), int) for key in SIZES):
        return {key: record[key] for key in SIZES}
    try:
        check_trust(config, folder.path)
        return {**sizes_of(make_policy(config.policy, make_task(config.task.name)))}
    except HebbaxError:
        return dict.fromkeys(SIZES)
