"""What to type to install what is missing: packages by their own names, so that it works however hebbax came here.

`pip install 'hebbax[viewer]'` works where an index has hebbax, and `pip install -e '.[viewer]'` in a clone; the
packages that an extra stands for can be installed beside either.
"""

from __future__ import annotations

import shlex

EXTRAS = {
    "bullet": (
        'pybullet>=3.2.7,<3.3; python_version < "3.12"',
        'pybullet_envs_gymnasium>=0.6,<0.7; python_version < "3.12"',
    ),
    "bench": ("stable-baselines3>=2.9", "sbx-rl>=0.28"),
    "envpool": ("envpool>=1.2",),
    "ppo": ("stable-baselines3>=2.9", "sb3-contrib>=2.9"),
    "onnx": ("onnx>=1.23", "onnxruntime>=1.32"),
    "menagerie": ("mujoco-menagerie>=2026.10",),
    "mjx": ("mujoco-mjx>=3.17,<4",),
    "ray": ("ray>=2.60",),
    "slurm": ("hydra-submitit-launcher>=1.2",),
    "tensorboard": ("tensorboardX>=2.6.5",),
    "viewer": ("viser>=1.1,<2",),
    "wandb": ("wandb>=0.31",),
}
"""The packages of each extra that adds something to hebbax, as pyproject.toml has them."""

MUJOCO = "mujoco>=3.17,<4"


def pip_install(*requirements: str) -> str:
    """Return the command that installs packages, as a shell takes it.

    >>> pip_install("viser>=1.1,<2")
    "pip install 'viser>=1.1,<2'"
    """
    return shlex.join(["pip", "install", *requirements])


def pip_install_extra(name: str) -> str:
    """Return the command that installs what an extra of hebbax stands for. Raises KeyError for one that is none.

    On which versions of Python it can be is left out.
    """
    return pip_install(*(requirement.partition(";")[0] for requirement in EXTRAS[name]))
