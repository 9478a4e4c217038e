"""Modules that have moved: their former names go on working, with one warning each."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

MOVED = {
    "analysis.basin": "attractors.basin",
    "analysis.case": "analysis.examiners",
    "analysis.comparison": "comparison.comparison",
    "analysis.conditions_table": "reproduction.conditions",
    "analysis.curves": "comparison.curves",
    "analysis.drift": "attractors.drift",
    "analysis.driven": "attractors.conditional_lyapunov",
    "analysis.experiments": "reproduction.registry",
    "analysis.few_lives": "analysis.statistics",
    "analysis.frame_of_task": "analysis.frame",
    "analysis.judgement": "attractors.classify",
    "analysis.known_systems": "attractors.validation.known_systems",
    "analysis.lattice": "attractors.periodicity",
    "analysis.lines": "attractors.sinusoids",
    "analysis.lyapunov": "attractors.lyapunov",
    "analysis.pairs": "attractors.lyapunov",
    "analysis.principal_components": "attractors.principal_components",
    "analysis.published_ratio": "attractors.han_ratio",
    "analysis.recurrence": "attractors.recurrence",
    "analysis.regularity": "attractors.periodicity",
    "analysis.spectra": "attractors.spectra",
    "analysis.starts": "attractors.basin",
    "analysis.structure": "attractors.principal_components",
    "analysis.thresholds": "attractors.thresholds",
    "analysis.trajectory": "attractors.trajectory",
    "analysis.transient": "attractors.transient",
    "analysis.verdict": "attractors.verdict",
    "analysis.verdict_table": "attractors.validation.error_rates",
    "analysis.weight_speed": "attractors.trajectory",
    "engines.contact_forces": "worlds.mujoco.contact_forces",
    "engines.event_table": "damage.event_table",
    "engines.events": "damage.events",
    "engines.interventions": "damage.apply",
    "engines.library": "worlds.mujoco.library",
    "evolution.checkpoint": "runs.checkpoint",
    "evolution.controller": "evolution.statistics",
    "evolution.evaluate": "runs.evaluation",
    "evolution.metrics_log": "runs.metrics_log",
    "evolution.place": "runs.stored_run",
    "evolution.run_folder": "runs.run_folder",
    "evolution.saved_state": "runs.saved_state",
    "evolution.stored_run": "runs.stored_run",
    "evolution.strategies.table": "config.strategy_table",
    "evolution.strategy_config": "config.strategy",
    "evolution.sweep": "runs.sweep",
    "evolution.tracking_tensorboard": "evolution.tracking",
    "evolution.tracking_wandb": "evolution.tracking",
    "evolution.train": "runs.training",
    "kernels.barrier": "compiling.barrier",
    "kernels.compiler": "compiling.compiler",
    "kernels.intervene": "kernels.weights",
    "kernels.noise": "compiling.noise",
    "kernels.steps": "kernels.compile_step",
    "kernels.symbols": "compiling.symbols",
    "policy": "policies.policy",
    "policy_config": "config.policy",
    "policy_factory": "policies.make_policy",
    "recording.source": "runs.trials",
    "replay": "policies.open_loop",
    "report.comparison": "comparison.tables",
    "report.comparison_figure": "comparison.figure",
    "report.environment_child": "report.film.environment_worker",
    "report.figures": "report.style",
    "report.html.analysed": "report.html.material",
    "report.html.compact_path": "report.html.compact_svg",
    "report.html.experiments": "report.html.page",
    "report.html.skeleton": "worlds.mujoco.skeleton",
    "reproduction.published": "reproduction.registry",
    "report.render_child": "report.film.render_worker",
    "report.reproduction": "reproduction.page",
    "report.scenery": "report.film.scene",
    "report.vector_figure": "report.style",
    "report.video": "report.film.film",
    "report.weights_figure": "report.plots.weight_images",
    "tasks.envpool_environments": "tasks.external.envpool",
    "tasks.gymnasium_environments": "tasks.external.gymnasium",
    "tasks.mujoco_library": "worlds.mujoco.library",
    "tasks.origin": "tasks.registry",
    "tasks.quick_model": "worlds.mujoco.fast_model",
    "tasks.spaces": "tasks.external.spaces",
}
"""Where each module is now, by its former name; both below `hebbax`."""


class _Loader:
    """Gives the module itself, so that both names have the same classes and functions."""

    def __init__(self, new: str) -> None:
        self._new = new

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        warnings.warn(self._message(spec.name), DeprecationWarning, stacklevel=2)
        module = import_module(self._new)
        self._attributes = (module.__spec__, module.__loader__, module.__package__)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Undo what importing under a former name did to a module that was whole before."""
        module.__spec__, module.__loader__, module.__package__ = self._attributes

    def get_code(self, name: str) -> CodeType:
        """Return what `python -m` runs."""
        warn = f"import warnings; warnings.warn({self._message(name)!r}, DeprecationWarning)"
        return compile(f"{warn}; import runpy; runpy.run_module({self._new!r}, run_name='__main__')", name, "exec")

    def _message(self, name: str) -> str:
        return f"{name} has moved to {self._new}"


class _Finder:
    """Asked last, where no module of a name exists."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        package, _, rest = name.partition(".")
        new = MOVED.get(rest) if package == "hebbax" else None
        return ModuleSpec(name, _Loader(f"hebbax.{new}")) if new else None  # pyright: ignore[reportArgumentType]


def serve_former_names() -> None:
    """Have imports look here where they find nothing."""
    if _Finder not in sys.meta_path:
        sys.meta_path.append(_Finder)
