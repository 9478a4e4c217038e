"""From a name of what another package brings to a task, and from the task of an environment to its environments.

Each package is imported where it is asked for.
"""

from __future__ import annotations

from hebbax.tasks.external.task import AnyTask, Environments, ExternalTask


def external_task(name: str) -> AnyTask:
    """Return the task of a name such as `gymnasium/Pendulum-v1` or `menagerie/unitree_go1`.

    Raises HebbaxError for an unknown id, an environment or robot that cannot be made here, or spaces that do not fit a
    network.
    """
    suite, _, environment_id = name.partition("/")
    if suite == "gymnasium":
        from hebbax.tasks.external.gymnasium import describe_gymnasium

        return describe_gymnasium(name, environment_id)
    if suite == "bullet":
        from hebbax.tasks.external.bullet import describe_bullet

        return describe_bullet(name, environment_id)
    if suite == "menagerie":
        from hebbax.tasks.external.menagerie import menagerie_task

        return menagerie_task(name, environment_id)
    from hebbax.tasks.external.envpool import describe_envpool

    return describe_envpool(name, environment_id)


def open_environments(task: ExternalTask, *, threads: int, film: bool = False) -> Environments:
    """Return the environments of a task; `film` is for `frame`. Raises HebbaxError as `external_task` does."""
    if task.suite == "gymnasium":
        from hebbax.tasks.external.gymnasium import GymnasiumEnvironments

        return GymnasiumEnvironments(task, film=film)
    if task.suite == "bullet":
        from hebbax.tasks.external.bullet import BulletEnvironments

        return BulletEnvironments(task, threads=threads, film=film)
    from hebbax.tasks.external.envpool import EnvPoolEnvironments

    return EnvPoolEnvironments(task, threads=threads, film=film)
