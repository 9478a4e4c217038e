"""Which plug-ins a run relies on, whoever has asked for plug-ins before."""

from __future__ import annotations

import pytest

from hebbax import registry
from hebbax.config.policy import PRESETS
from hebbax.config.train import TaskConfig, TrainConfig
from hebbax.runs.plugins import environment_of


def test_the_plugin_of_a_task_is_named_by_the_first_that_asks(install):
    """As `hebbax evaluate` does of a run: before its task is made, no plug-in has been imported."""
    install("pond", "import hebbax\nhebbax.register_task('pond', lambda: hebbax.make_task('swimmer'))", "a-pond")
    assert environment_of(TrainConfig(task=TaskConfig("pond")))["plugin a-pond"] == "1.0"


@pytest.mark.parametrize("task", ["swimmer", "gymnasium/Pendulum-v1", "menagerie/unitree_go1"])
def test_a_run_of_what_ships_imports_no_plugin(install, task):
    install("loud", "raise AssertionError('imported')")
    for damage in ("none", "none | ant/front-left"):
        for policy in PRESETS._parts.values():
            environment_of(TrainConfig(task=TaskConfig(task), policy=policy, damage=damage))
    assert not registry._loaded
