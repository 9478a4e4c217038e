"""From the name of an environment of another package to a task, and from the task to its environments.

Each package is imported where it is asked for.
"""

from __future__ import annotations

from hebbax.tasks.external.task import Environments, ExternalTask


def external_task(name: str) -> ExternalTask:
    """Return the task of a name such as `gymnasium/Pendulum-v1`.

    Raises HebbaxError for an unknown id, an environment that cannot be made here, or spaces that do not fit a network.
    """
    suite, _, environment_id = name.partition("/")
    if suite == "gymnasium":
        from hebbax.tasks.external.gymnasium import describe_gymnasium

        return describe_gymnasium(name, environment_id)
    from hebbax.tasks.external.envpool import describe_envpool

    return describe_envpool(name, environment_id)


def open_environments(task: ExternalTask, *, threads: int, film: bool = False) -> Environments:
    """Return the environments of a task; `film` is for `frame`. Raises HebbaxError as `external_task` does."""
    if task.suite == "gymnasium":
        from hebbax.tasks.external.gymnasium import GymnasiumEnvironments

        return GymnasiumEnvironments(task, film=film)
    from hebbax.tasks.external.envpool import EnvPoolEnvironments

    return EnvPoolEnvironments(task, threads=threads, film=film)
